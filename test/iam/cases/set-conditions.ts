/** Keys with several values, and conditions of several keys and operators. */
import { allow, type StatementText } from '../support.ts';
import { conditionCases, PLACES, type ConditionRow } from './condition-case.ts';
import { caseOf, type CaseContext, type DecisionCase } from './decision-case.ts';

const SETS: readonly ConditionRow[] = [
  ['each value is listed', 'ForAllValues:StringEquals', ['a', 'b'], ['b', 'a'], true],
  ['one value is not listed', 'ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['one value may stand for a list', 'ForAllValues:StringEquals', ['a', 'b'], ['b'], true],
  ['a missing key has no value that is not listed', 'ForAllValues:StringEquals', 'a', undefined, true],
  ['nor has an empty list', 'ForAllValues:StringEquals', 'a', [], true],
  ['nor has empty text', 'ForAllValues:StringEquals', 'a', [''], true],
  ['empty text beside others is a value', 'ForAllValues:StringEquals', 'a', ['', 'a'], false],
  ['each value fits a pattern', 'ForAllValues:StringLike', 'team-*', ['team-a', 'team-b'], true],
  ['no value is listed', 'ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
  ['a value is listed', 'ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
  ['a missing key is not listed', 'ForAllValues:StringNotLike', '*', undefined, true],
  ['some value is listed', 'ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['no value of several is listed', 'ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
  ['a missing key has no value that is', 'ForAnyValue:StringEquals', 'a', undefined, false],
  ['empty text is no value, even if listed', 'ForAnyValue:StringEquals', '', [''], false],
  ['some value is not listed', 'ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
  ['each value is listed, so none is not', 'ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ['a missing key has no value that is not', 'ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['nor has empty text', 'ForAnyValue:StringNotEquals', 'a', [''], false],
  ['some value fits a pattern', 'ForAnyValue:StringLike', 'team-*', ['x', 'team-b'], true],
  ['a missing key holds', 'ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
  ['a key that is there has to fit', 'ForAnyValue:StringEqualsIfExists', 'a', ['b'], false],
  ['each number is smaller', 'ForAllValues:NumericLessThan', 10, ['1', '11'], false],
  ['some address is inside', 'ForAnyValue:IpAddress', '10.0.0.0/8', ['8.8.8.8', '10.1.1.1'], true],
  ['each ARN fits', 'ForAllValues:ArnLike', 'arn:aws:s3:::*', ['arn:aws:s3:::a', 'arn:aws:sqs:::b'], false],
  ['two values are too many without a set', 'StringEquals', 'a', ['a', 'a'], false],
  ['too many to be anything else, too', 'StringNotEquals', 'a', ['b', 'c'], false],
  ['too many also if the key may be missing', 'StringEqualsIfExists', 'a', ['a', 'b'], false],
  ['several values are there', 'Null', 'false', ['a', 'b'], true],
];

type Row = readonly [says: string, condition: StatementText, context: CaseContext, holds: boolean];
const TEAM_AND_REGION: StatementText = {
  StringEquals: { 'aws:PrincipalTag/team': ['pay', 'risk'], 'aws:RequestedRegion': 'eu-central-1' },
  Bool: { 'aws:SecureTransport': 'true' },
};
const GOOD: CaseContext = {
  'aws:PrincipalTag/team': ['risk'],
  'aws:RequestedRegion': ['eu-central-1'],
  'aws:SecureTransport': ['true'],
};
const TOGETHER: readonly Row[] = [
  ['an empty condition holds', {}, {}, true],
  ['every operator and every key holds', TEAM_AND_REGION, GOOD, true],
  ['one key of an operator fails', TEAM_AND_REGION, { ...GOOD, 'aws:PrincipalTag/team': ['ops'] }, false],
  ['the other key fails', TEAM_AND_REGION, { ...GOOD, 'aws:RequestedRegion': ['us-east-1'] }, false],
  ['the other operator fails', TEAM_AND_REGION, { ...GOOD, 'aws:SecureTransport': ['false'] }, false],
  [
    'keys of a request compare without case, also a tag’s',
    { StringEquals: { 'AWS:principaltag/TEAM': 'pay' } },
    { 'aws:PrincipalTag/team': ['pay'] },
    true,
  ],
  [
    'a key that comes in two spellings has two values',
    { StringEquals: { 'aws:PrincipalTag/team': 'pay' } },
    { 'aws:PrincipalTag/team': ['pay'], 'aws:PrincipalTag/Team': ['pay'] },
    false,
  ],
  [
    'a range is two operators on one key',
    {
      NumericGreaterThan: { 'aws:MultiFactorAuthAge': '1' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': '9' },
    },
    { 'aws:MultiFactorAuthAge': ['5'] },
    true,
  ],
  [
    'present and fitting: Null beside ForAllValues',
    { Null: { 'aws:TagKeys': 'false' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } },
    {},
    false,
  ],
  [
    'a key named after a part of JavaScript is a key like any other',
    { StringEquals: { 'aws:PrincipalTag/__proto__': 'x' } },
    { 'aws:PrincipalTag/__proto__': ['x'] },
    true,
  ],
  ['and missing like any other', { Null: { 'aws:PrincipalTag/constructor': 'true' } }, {}, true],
];

export const SET_CASES: readonly DecisionCase[] = [
  ...conditionCases({ ...PLACES.identity, key: 'aws:TagKeys' }, SETS),
  ...TOGETHER.map(([says, condition, context, holds]) =>
    caseOf(
      says,
      { context, policies: { identity: [{ ...allow(), Condition: condition }] } },
      holds ? 'allowed identity' : 'no-allow identity',
    ),
  ),
];
