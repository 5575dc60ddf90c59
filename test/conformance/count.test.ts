/** How many of AWS's rules the sandbox answers as AWS does: each counted once, and as many as the README says. */
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from './rule.ts';
import { rowsTwice } from './rows-twice.ts';

const HERE = new URL('.', import.meta.url);
const FEWEST = 250;

/** File -> its rows. */
let tables: ReadonlyMap<string, readonly Rule[]>;
let rules: readonly Rule[];

beforeAll(async () => {
  const files = (await readdir(HERE)).filter((name) => name.endsWith('-rules.ts')).sort();
  const read = files.map(async (file) => {
    const exported = (await import(new URL(file, HERE).href)) as Record<string, unknown>;
    return [file, Object.values(exported).flatMap(rulesIn)] as const;
  });
  tables = new Map(await Promise.all(read));
  // One table may hold the rows of another again; a row is one row wherever it stands.
  rules = [...new Set([...tables.values()].flat())];
});

function rulesIn(exported: unknown): readonly Rule[] {
  return Array.isArray(exported) ? exported.filter(isRule) : [];
}

function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && 'section' in value && 'ask' in value;
}

function repeated(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))];
}

const sourceOf = (file: string): Promise<string> => readFile(new URL(file, HERE), 'utf8');

describe('the table of rules', () => {
  it('says every rule once', () => {
    expect(repeated(rules.map(({ section, rule }) => `${section}: ${rule}`))).toEqual([]);
  });

  it('asks nothing twice under two sentences', async () => {
    const sentences = new Set(rules.map(({ rule }) => rule));
    const sources = await Promise.all([...tables.keys()].map(sourceOf));
    expect(sources.flatMap((source) => rowsTwice(source, sentences))).toEqual([]);
  });

  it('would see such rows, however they are written', () => {
    const sentences = new Set(['One is so', 'Two is so', 'Three is so']);
    const twice = (rows: string): readonly string[] =>
      rowsTwice(`export const rules = [${rows}];`, sentences);
    const object = (rule: string, ask: string): string => `{ section, rule: '${rule}', ask: ${ask}, answer }`;
    expect(twice(`${object('One is so', 'a()')}, ${object('Two is so', 'a()')}`)).toEqual(['Two is so']);
    expect(twice(`${object('One is so', 'a()')}, ${object('Two is so', 'b()')}`)).toEqual([]);
    expect(twice(`row('One is so', x, 1), row('Two is so', x, 2), row('Three is so', x, 1)`)).toEqual([
      'Three is so',
    ]);
    expect(twice(`['One is so', x], ['Two is so', x]`)).toEqual(['Two is so']);
  });

  it('is asked row by row: every file of it belongs to a test', async () => {
    const files = (await readdir(HERE)).filter((name) => name.endsWith('.ts') && !name.startsWith('count'));
    const sources = await Promise.all(files.map(sourceOf));
    const unasked = [...tables.keys()].filter(
      (file) => !sources.some((source) => source.includes(`'./${file}'`)),
    );
    expect(unasked).toEqual([]);
    expect([...tables].filter(([, rows]) => rows.length === 0).map(([file]) => file)).toEqual([]);
  });

  it('has as many rows as the README says, and no fewer than 250', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const [, all, byCode] = /\*\*(\d+) rules\*\* of AWS's[^]*?\((\d+) of them/.exec(readme) ?? [];
    expect(rules.length).toBeGreaterThanOrEqual(FEWEST);
    expect({ all: Number(all), byCode: Number(byCode) }).toEqual({
      all: rules.length,
      byCode: rules.filter(({ confidence }) => confidence === 'known').length,
    });
  });
});
