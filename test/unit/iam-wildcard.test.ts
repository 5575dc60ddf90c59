import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globOf, literalGlob, matchesGlob, matchesWildcard, splitGlob } from '../../src/iam/wildcard.ts';

/** The definition, word for word and as slow as it is plain. */
function matchesByDefinition(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return matchesByDefinition(rest, value) || (value !== '' && matchesByDefinition(pattern, value.slice(1)));
  if (value === '') return false;
  return (pattern[0] === '?' || pattern[0] === value[0]) && matchesByDefinition(rest, value.slice(1));
}

describe('matchesWildcard', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['**', 'anything: at/all', true],
    ['prod-*', 'prod-readonly', true],
    ['prod-*', 'Prod-readonly', false],
    ['*-readonly', 'prod-readonly', true],
    ['*-readonly', 'prod-readonly-2', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['i-0?', 'i-0a', true],
    ['i-0?', 'i-0', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['(a+)+$', '(a+)+$', true],
    ['\\*', '\\anything', true],
    ['line*', 'line\nbreak', true],
  ])('%j against %j is %j', (pattern, value, expected) => {
    expect(matchesWildcard(pattern, value)).toBe(expected);
  });

  it('agrees with the definition on every pattern and value of a small alphabet', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, value, (p, v) => matchesWildcard(p, v) === matchesByDefinition(p, v)),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['many stars', 'a*'.repeat(10_000) + 'b', 'a'.repeat(20_000)],
    ['stars and question marks', '*?'.repeat(5_000) + 'b', 'a'.repeat(20_000)],
    ['a star before a long text', '*' + 'a'.repeat(1_000) + 'b', 'a'.repeat(20_000)],
  ])('A06: takes bounded time where a backtracking matcher never ends: %s', (_name, pattern, value) => {
    const start = performance.now();
    expect(matchesWildcard(pattern, value)).toBe(false);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('takes a star from a literal text as a star', () => {
    expect(matchesGlob(literalGlob('a*'), 'a*')).toBe(true);
    expect(matchesGlob(literalGlob('a*'), 'ab')).toBe(false);
    expect(matchesGlob(literalGlob('a?'), 'ab')).toBe(false);
  });
});

describe('splitGlob', () => {
  it('cuts at literal separators and leaves the last part whole', () => {
    const parts = splitGlob(globOf('arn:aws:*:x:y'), ':', 4);
    expect(parts).toEqual([globOf('arn'), globOf('aws'), globOf('*'), globOf('x:y')]);
  });
});
