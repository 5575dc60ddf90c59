import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confinedToArnParts, globOf, matchesGlob } from '../../src/iam/wildcard.ts';
import { caseOf, decideCase } from './cases/decision-case.ts';
import { allow } from './support.ts';

/**
 * The documented reading, as plain and slow as a definition can be: before the fifth colon wildcards stand for
 * anything but a colon, save a star that ends its part; behind it they stand for anything.
 */
function matchesByDefinition(pattern: string, value: string, colons = 0): boolean {
  const [first, ...others] = pattern;
  if (first === undefined) return value === '';
  const rest = others.join('');
  const confined = colons < 5;
  if (first === '*') {
    const stays = confined && rest !== '' && !rest.startsWith(':');
    if (matchesByDefinition(rest, value, colons)) return true;
    return (
      value !== '' &&
      !(stays && value.startsWith(':')) &&
      matchesByDefinition(pattern, value.slice(1), colons)
    );
  }
  if (value === '') return false;
  const fits = first === '?' ? !(confined && value.startsWith(':')) : value.startsWith(first);
  return fits && matchesByDefinition(rest, value.slice(1), first === ':' ? colons + 1 : colons);
}

const matches = (pattern: string, value: string): boolean =>
  matchesGlob(confinedToArnParts(globOf(pattern)), value);

describe('a Resource’s pattern', () => {
  const text = (...units: string[]): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...units), maxLength: 11 });

  it('fits what the definition says, for every pattern and text of a few letters', () => {
    fc.assert(
      fc.property(text('a', 'b', ':', ':', '*', '*', '?'), text('a', 'b', ':', ':'), (pattern, value) => {
        expect(matches(pattern, value)).toBe(matchesByDefinition(pattern, value));
      }),
      { numRuns: 6_000 },
    );
  });

  it('does so for texts that are made to fit', () => {
    const pieces = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', ':', '*', '?', 'a*:'), fc.constantFrom('', 'a', 'ab', ':', 'a:b')),
      { maxLength: 8 },
    );
    let fitted = 0;
    fc.assert(
      fc.property(pieces, (pairs) => {
        const pattern = pairs.map(([piece]) => piece).join('');
        const value = pairs
          .map(([piece, stead]) => (piece.includes('*') ? piece.replace('*', stead) : piece))
          .join('');
        const expected = matchesByDefinition(pattern, value.replaceAll('?', 'b'));
        if (expected) fitted += 1;
        expect(matches(pattern, value.replaceAll('?', 'b'))).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(fitted).toBeGreaterThan(1_000);
  });
});

describe('A06: a hostile policy takes bounded time', () => {
  const LONG = 'a'.repeat(2_000);
  const milliseconds = (run: () => void): number => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };

  it.each([
    ['stars all along a Resource', `arn:aws:s3:::${'a*'.repeat(10_000)}b`, `arn:aws:s3:::${LONG}`],
    ['stars in the confined parts', `arn:aws:s3:${'a*'.repeat(9_000)}b:x:y`, `arn:aws:s3:${LONG}:x:z`],
    ['stars that end parts', `arn:aws:s3:${'*:'.repeat(9_000)}b`, `arn:aws:s3:::${':'.repeat(2_000)}`],
    [
      'both kinds of star',
      `arn:aws:s3:*:${'a*a'.repeat(6_000)}:b`,
      `arn:aws:s3::${`${'a'.repeat(50)}:`.repeat(40)}`,
    ],
  ])('%s', (_name, pattern, resource) => {
    const asked = caseOf(
      'hostile',
      { resource, policies: { identity: [allow('*', pattern)] } },
      'no-allow identity',
    );
    expect(milliseconds(() => expect(decideCase(asked).allowed).toBe(false))).toBeLessThan(3_000);
  });

  const repeated = `*${'${aws:userid}'.repeat(1_500)}b`;
  it.each([
    ['in a Resource', allow('*', `arn:aws:s3:::${repeated}`)],
    ['in StringEquals', { ...allow(), Condition: { StringEquals: { 'aws:userid': repeated } } }],
    ['in StringLike', { ...allow(), Condition: { StringLike: { 'aws:userid': repeated } } }],
    [
      'a quarter as long as its value',
      { ...allow(), Condition: { StringLike: { 'aws:userid': '*${aws:half}b' } } },
    ],
  ])('a variable with a long value, repeated as often as a policy can be long: %s', (_where, statement) => {
    const asked = caseOf(
      'hostile',
      {
        context: { 'aws:userid': ['a'.repeat(8_000)], 'aws:half': ['a'.repeat(2_000)] },
        policies: { identity: [statement] },
      },
      'no-allow identity',
    );
    expect(milliseconds(() => expect(decideCase(asked).allowed).toBe(false))).toBeLessThan(3_000);
  });

  it('many values against many patterns', () => {
    const patterns = Array.from({ length: 400 }, (_, index) => `*a*a*a*a*${index}`);
    const values = Array.from({ length: 50 }, () => 'a'.repeat(128));
    const asked = caseOf(
      'hostile',
      {
        context: { 'aws:TagKeys': values },
        policies: {
          identity: [{ ...allow(), Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': patterns } } }],
        },
      },
      'no-allow identity',
    );
    expect(milliseconds(() => expect(decideCase(asked).allowed).toBe(false))).toBeLessThan(3_000);
  });
});
