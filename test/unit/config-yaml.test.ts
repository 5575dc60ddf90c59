import { describe, expect, it } from 'vitest';
import { parseYaml, type ParsedYaml } from '../../src/config/parse-yaml.ts';

const LIMIT = 1_048_576;

function parse(text: string): ParsedYaml {
  return parseYaml(text, 'f.yaml', LIMIT);
}

/** `line:column path: message` of each. */
function complaints(text: string): string[] {
  return parse(text).problems.map(
    ({ line, column, path, message }) => `${line ?? ''}:${column ?? ''} ${path}: ${message}`,
  );
}

describe('YAML', () => {
  it('becomes plain values', () => {
    const text = 'a: 1\nb: [x, "2", true, null, ~, 1.5]\nc: {d: |\n  text\n  }\n';
    expect(parse('a: 1\nb: [x, "2", true, null, ~, 1.5]\n"c": {d: yes}\n2024: e\n').value).toEqual({
      a: 1,
      b: ['x', '2', true, null, null, 1.5],
      c: { d: 'yes' },
      '2024': 'e',
    });
    expect(parse(text).value).toBeUndefined();
  });

  it.each(['', '\n\n', '# only a comment', '\uFEFF'])('may hold nothing: %j', (text) => {
    expect(parse(text)).toMatchObject({ value: undefined, problems: [] });
  });

  it('shares what an anchor names, by value', () => {
    const { value } = parse('a: &x {k: [1]}\nb: *x\n');
    expect(value).toEqual({ a: { k: [1] }, b: { k: [1] } });
  });

  it.each([
    ['a: 1\na: 2', '2:1 : the key "a" is there twice; write it once'],
    ['a: {b: 1, b: 2}', '1:11 a: the key "b" is there twice; write it once'],
    ['a: [1, 2', '1:9 : the indentation does not fit what surrounds it, or a bracket is not closed'],
    ['a: "x', '1:6 : something is missing here: a closing quote, a bracket, a comma or a colon'],
    ['a:\n\t- b', '2:1 : tabs cannot indent; use spaces'],
    [
      'a: !secret x',
      '1:4 : tags (words that start with !) are not used here; remove it, or put the value in quotes',
    ],
    ['a: @x', '1:4 : a value cannot start with this character; put it in quotes'],
    ['a: 1\n---\nb: 2', '2:1 : a second document starts here; a file holds one'],
    ['a: *x', '1:4 a: there is no such anchor before this; a value that starts with * goes in quotes'],
    ['? [a]\n: b', '1:3 : a key must be a plain word'],
    ['a:\n  ? \n  : b', '2:5 a: a key must be a plain word'],
    ['a: {__proto__: {x: 1}}', '1:5 a: the key __proto__ is never accepted'],
    ['%FOO\n---\na: 1', '1:1 : directives (lines that start with %) are not used here; remove it'],
  ])('says what is wrong with %j', (text, complaint) => {
    expect(complaints(text)[0]).toBe(complaint);
  });

  it('says one thing once, and not more than ten at a time', () => {
    expect(complaints('a: [x\n' + 'y: z\n'.repeat(500)).length).toBeLessThanOrEqual(10);
  });

  it('finds the place of a path, also through an alias, or the nearest there is', () => {
    const yaml = parse('a: &x\n  k:\n    - one\n    - two: 2\nb: *x\n');
    const place = (...path: (string | number)[]): string => {
      const { line, column } = yaml.locate(path, '');
      return `${line ?? ''}:${column ?? ''}`;
    };
    expect(place('a', 'k')).toBe('2:3');
    expect(place('a', 'k', 0)).toBe('3:7');
    expect(place('a', 'k', 1, 'two')).toBe('4:12');
    expect(place('b', 'k', 1, 'two')).toBe('4:12');
    expect(place('a', 'missing')).toBe('1:1');
    expect(place('a', 'k', 7)).toBe('2:3');
    const { line, column } = yaml.locate(['a', 'k', 1, 'two'], '', { atKey: true });
    expect([line, column]).toEqual([4, 7]);
  });
});

describe('hostile YAML costs a bounded amount of work', () => {
  const bomb = (width: number, levels: number): string =>
    [
      'a0: &a0 [x]',
      ...Array.from({ length: levels }, (_, level) => {
        const aliases = Array.from({ length: width }, () => `*a${level}`).join(', ');
        return `a${level + 1}: &a${level + 1} [${aliases}]`;
      }),
    ].join('\n');

  it.each([
    ['a million open brackets', '['.repeat(1_000_000), 'nested more than 64 levels'],
    ['a million open braces', '{'.repeat(1_000_000), 'nested more than 64 levels'],
    ['lists in lists', '- '.repeat(500_000), 'nested more than 64 levels'],
    ['keys in keys', '? '.repeat(500_000), 'nested more than 64 levels'],
    [
      'indentation',
      Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'nested more than 64 levels',
    ],
    ['a billion laughs', bomb(10, 9), 'more than 500000 values'],
    ['an alias of itself', 'a: &a [*a]', 'aliases refer to each other'],
    ['more bytes than allowed', 'x'.repeat(LIMIT + 1), 'is larger than 1048576 bytes'],
    ['more bytes than characters', 'ü'.repeat(LIMIT / 2 + 1), 'is larger than 1048576 bytes'],
  ])('%s', (_what, text, message) => {
    const started = performance.now();
    const { problems } = parse(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('many keys are compared in linear time', () => {
    // The processor's time: the machine may have other things to do.
    const before = process.cpuUsage();
    const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(Object.keys(parse(text).value as object)).toHaveLength(60_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(10_000);
  });
});
