/** Numbers, dates, booleans and bytes: what is compared is what a text stands for. */
import { conditionCases, PLACES, type ConditionRow } from './condition-case.ts';
import type { DecisionCase } from './decision-case.ts';

const NUMBERS: readonly ConditionRow[] = [
  ['the same number', 'NumericEquals', '900', ['900'], true],
  ['written with a fraction', 'NumericEquals', '900', ['900.0'], true],
  ['written with a sign', 'NumericEquals', '900', ['+900'], true],
  ['written with zeros in front', 'NumericEquals', '900', ['0900'], true],
  ['a bare number', 'NumericEquals', 900, ['900'], true],
  ['below zero', 'NumericEquals', '-1', ['-1'], true],
  ['another sign', 'NumericEquals', '-1', ['1'], false],
  ['zero has no sign', 'NumericEquals', '0', ['-0'], true],
  ['fractions to the last digit', 'NumericEquals', '0.1', ['0.10000000000000000001'], false],
  ['large numbers to the last digit', 'NumericEquals', '9007199254740992', ['9007199254740993'], false],
  ['one of several numbers', 'NumericEquals', [1, 2], ['2'], true],
  ['another number', 'NumericNotEquals', '900', ['901'], true],
  ['the very number', 'NumericNotEquals', '900', ['900.00'], false],
  ['one of several is enough to fail', 'NumericNotEquals', [1, 2], ['2'], false],
  ['what is no number is another', 'NumericNotEquals', '900', ['nine hundred'], true],
  ['a smaller one', 'NumericLessThan', '900', ['899.999'], true],
  ['the same is not smaller', 'NumericLessThan', '900', ['900'], false],
  ['not by its letters', 'NumericLessThan', '900', ['1000'], false],
  ['an exponent is no number here', 'NumericLessThan', '900', ['1e2'], false],
  ['hexadecimal is none', 'NumericLessThan', '900', ['0x10'], false],
  ['empty text is none', 'NumericLessThan', '900', [''], false],
  ['a space is none', 'NumericLessThan', '900', [' 1'], false],
  ['the same is enough', 'NumericLessThanEquals', '900', ['900'], true],
  ['one more is not', 'NumericLessThanEquals', '900', ['901'], false],
  ['a greater one', 'NumericGreaterThan', '900', ['1000'], true],
  ['the same is not greater', 'NumericGreaterThan', '900', ['900'], false],
  ['the same is enough to be no smaller', 'NumericGreaterThanEquals', '900', ['900'], true],
  ['a little less is not', 'NumericGreaterThanEquals', '900', ['899.99'], false],
  ['of several the least will do', 'NumericGreaterThan', [900, 5], ['6'], true],
  ['a missing number is not less', 'NumericLessThan', '900', undefined, false],
  ['a missing number is another', 'NumericNotEquals', '900', undefined, true],
  ['a missing number holds', 'NumericLessThanIfExists', '900', undefined, true],
];

const JANUARY = '2026-01-31T00:00:00Z';
const DATES: readonly ConditionRow[] = [
  ['the same moment', 'DateEquals', JANUARY, ['2026-01-31T00:00:00Z'], true],
  ['in another zone', 'DateEquals', JANUARY, ['2026-01-31T01:00:00+01:00'], true],
  ['with a fraction', 'DateEquals', JANUARY, ['2026-01-31T00:00:00.000Z'], true],
  ['without seconds', 'DateEquals', JANUARY, ['2026-01-31T00:00Z'], true],
  ['a day is its start', 'DateEquals', '2026-01-31', ['2026-01-31T00:00:00Z'], true],
  ['a month is its start', 'DateEquals', '2026-01', ['2026-01-01T00:00:00Z'], true],
  ['seconds since 1970', 'DateEquals', '1769817600', [JANUARY], true],
  ['bare seconds since 1970', 'DateEquals', 1769817600, [JANUARY], true],
  ['a second later', 'DateEquals', JANUARY, ['2026-01-31T00:00:01Z'], false],
  ['another moment', 'DateNotEquals', '2026-01-31', ['2026-02-01'], true],
  ['the very moment', 'DateNotEquals', '2026-01-31', [JANUARY], false],
  ['before', 'DateLessThan', JANUARY, ['2026-01-30T23:59:59Z'], true],
  ['not yet before', 'DateLessThan', JANUARY, [JANUARY], false],
  ['before, though its letters say after', 'DateLessThan', JANUARY, ['2026-01-31T00:30:00+01:00'], true],
  ['what is no date is not before', 'DateLessThan', JANUARY, ['yesterday'], false],
  ['a day that no month has is no date', 'DateLessThan', JANUARY, ['2025-02-30'], false],
  ['a time without a zone is no date', 'DateLessThan', JANUARY, ['2025-01-01T00:00:00'], false],
  ['a month has no time of day', 'DateLessThan', JANUARY, ['2025-12T00:00Z'], false],
  ['four digits are a year or seconds, so neither', 'DateLessThan', JANUARY, ['1999'], false],
  ['at the moment is enough', 'DateLessThanEquals', JANUARY, ['1769817600'], true],
  ['a second after is not', 'DateLessThanEquals', JANUARY, ['1769817601'], false],
  ['after', 'DateGreaterThan', JANUARY, ['2026-01-31T00:00:01Z'], true],
  ['not yet after', 'DateGreaterThan', JANUARY, [JANUARY], false],
  ['at the moment is no earlier', 'DateGreaterThanEquals', JANUARY, ['1769817600'], true],
  ['a second before is', 'DateGreaterThanEquals', JANUARY, ['1769817599'], false],
  ['a missing date is not after', 'DateGreaterThan', JANUARY, undefined, false],
  ['a missing date is another', 'DateNotEquals', JANUARY, undefined, true],
  ['a missing date holds', 'DateGreaterThanIfExists', JANUARY, undefined, true],
];

const BOOLEANS: readonly ConditionRow[] = [
  ['true', 'Bool', 'true', ['true'], true],
  ['a bare boolean', 'Bool', true, ['true'], true],
  ['in any letters', 'Bool', 'true', ['TRUE'], true],
  ['false is not true', 'Bool', 'true', ['false'], false],
  ['false', 'Bool', 'false', ['false'], true],
  ['a digit is neither', 'Bool', 'false', ['0'], false],
  ['either of both', 'Bool', ['true', 'false'], ['false'], true],
  ['a missing key is not false', 'Bool', 'false', undefined, false],
  ['a missing key holds', 'BoolIfExists', 'true', undefined, true],
  ['a key that is there has to fit', 'BoolIfExists', 'true', ['false'], false],
];

const BYTES: readonly ConditionRow[] = [
  ['the same bytes', 'BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], true],
  ['without their padding', 'BinaryEquals', 'QQ==', ['QQ'], true],
  ['other bytes', 'BinaryEquals', 'QmluYXJ5', ['QmluYXJ6'], false],
  ['bytes differ by case', 'BinaryEquals', 'QmluYXJ5', ['qmluYXJ5'], false],
  ['what is no base64', 'BinaryEquals', 'QQ==', ['?'], false],
  ['missing bytes', 'BinaryEquals', 'QQ==', undefined, false],
];

export const MEASURED_CASES: readonly DecisionCase[] = [
  ...conditionCases({ ...PLACES.session, key: 'aws:MultiFactorAuthAge' }, NUMBERS),
  ...conditionCases({ ...PLACES.boundary, key: 'aws:TokenIssueTime' }, DATES),
  ...conditionCases({ ...PLACES.serviceControl, key: 'aws:MultiFactorAuthPresent' }, BOOLEANS),
  ...conditionCases({ ...PLACES.identity, key: 'example:Bytes' }, BYTES),
];
