import fc from 'fast-check';
import { describe, it } from 'vitest';
import { failedCondition } from '../../src/iam/conditions.ts';
import { normalizeContext } from '../../src/iam/request-context.ts';
import { allow, policyOf } from './support.ts';

const RUNS = { numRuns: 800 };

/** Whether one condition on the key aws:x holds for its values; undefined for a request without the key. */
function holds(operator: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  const { policy } = policyOf('identity', [{ ...allow(), Condition: { [operator]: { 'aws:x': wanted } } }]);
  const context = normalizeContext(new Map(actual === undefined ? [] : [['AWS:X', actual]]));
  return failedCondition(policy.statements[0]?.conditions ?? [], context) === undefined;
}

/** An operator, its negation, and texts that it can compare. */
const FAMILIES = [
  ['StringEquals', 'StringNotEquals', ['a', 'A', 'ab', 'b*']],
  ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', ['a', 'A', 'ab', 'AB']],
  ['StringLike', 'StringNotLike', ['a', 'a*', '?b', 'ab', 'abc']],
  ['NumericEquals', 'NumericNotEquals', ['1', '1.0', '-1', '2', '10']],
  ['DateEquals', 'DateNotEquals', ['2026-01-31', '2026-01-31T00:00:00Z', '1769817600', '2026-02-01']],
  ['IpAddress', 'NotIpAddress', ['10.0.0.1', '10.0.0.2', '2001:db8::1', '::ffff:10.0.0.1']],
  ['ArnLike', 'ArnNotLike', ['arn:aws:s3:::a', 'arn:aws:s3:::b', 'arn:aws:s3:::*', 'arn:aws:*:::a']],
] as const;

const question = fc.constantFrom(...FAMILIES).chain(([positive, negative, texts]) =>
  fc.record({
    positive: fc.constant(positive),
    negative: fc.constant(negative),
    wanted: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 }),
    actual: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 }),
  }),
);

describe('whatever is compared', () => {
  it('a negated operator says the opposite of its positive form about a key with one value', () => {
    fc.assert(
      fc.property(question, ({ positive, negative, wanted, actual }) => {
        const one = actual.slice(0, 1);
        return holds(positive, wanted, one) !== holds(negative, wanted, one);
      }),
      RUNS,
    );
  });

  it('some value fits exactly where not all values fail to, and the other way round', () => {
    fc.assert(
      fc.property(question, ({ positive, negative, wanted, actual }) => {
        const some = holds(`ForAnyValue:${positive}`, wanted, actual);
        const someNot = holds(`ForAnyValue:${negative}`, wanted, actual);
        return (
          some !== holds(`ForAllValues:${negative}`, wanted, actual) &&
          someNot !== holds(`ForAllValues:${positive}`, wanted, actual)
        );
      }),
      RUNS,
    );
  });

  it('sets of one value are what the plain operator says', () => {
    fc.assert(
      fc.property(question, fc.boolean(), ({ positive, negative, wanted, actual }, plain) => {
        const operator = plain ? positive : negative;
        const one = actual.slice(0, 1);
        const expected = holds(operator, wanted, one);
        return (['ForAnyValue', 'ForAllValues'] as const).every(
          (set) => holds(`${set}:${operator}`, wanted, one) === expected,
        );
      }),
      RUNS,
    );
  });

  it('IfExists changes nothing but for a missing key, and then it holds', () => {
    fc.assert(
      fc.property(question, fc.boolean(), ({ positive, negative, wanted, actual }, plain) => {
        const operator = plain ? positive : negative;
        return (
          holds(`${operator}IfExists`, wanted, actual) === holds(operator, wanted, actual) &&
          holds(`${operator}IfExists`, wanted, undefined)
        );
      }),
      RUNS,
    );
  });

  it('one more wanted value never fails a positive operator, nor mends a negated one', () => {
    fc.assert(
      fc.property(question, ({ positive, negative, wanted, actual }) => {
        const [first = '', ...more] = wanted;
        const one = actual.slice(0, 1);
        const positively = !holds(positive, [first], one) || holds(positive, [first, ...more], one);
        const negatively = holds(negative, [first], one) || !holds(negative, [first, ...more], one);
        return positively && negatively;
      }),
      RUNS,
    );
  });

  it('numbers are ordered as numbers are', () => {
    const number = fc.integer({ min: -50, max: 50 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(number, number, (wanted, actual) => {
        const ask = (operator: string): boolean => holds(operator, [String(wanted)], [String(actual)]);
        return (
          ask('NumericLessThan') === actual < wanted &&
          ask('NumericLessThanEquals') === actual <= wanted &&
          ask('NumericGreaterThan') === actual > wanted &&
          ask('NumericGreaterThanEquals') === actual >= wanted &&
          ask('NumericEquals') === (actual === wanted)
        );
      }),
      RUNS,
    );
  });

  it('an address is in a range exactly where its bits begin as the range’s do', () => {
    const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 127, 128, 254, 255)));
    const bitsOf = (address: readonly number[]): string =>
      address.map((octet) => octet.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(octets, octets, fc.nat({ max: 32 }), (range, address, prefix) => {
        const expected = bitsOf(range).slice(0, prefix) === bitsOf(address).slice(0, prefix);
        return holds('IpAddress', [`${range.join('.')}/${prefix}`], [address.join('.')]) === expected;
      }),
      RUNS,
    );
  });
});
