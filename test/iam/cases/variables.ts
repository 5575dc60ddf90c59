/** Policy variables: where they stand for a value of the request, and what happens where there is none. */
import { type StatementText } from '../support.ts';
import { caseOf, type CaseContext, type DecisionCase, type Verdict } from './decision-case.ts';

const OBJECT = (name: string): string => `arn:aws:s3:::jobs/${name}`;
const ADA: CaseContext = {
  'aws:username': ['ada'],
  'aws:PrincipalTag/team': ['pay*'],
  'aws:PrincipalTag/none': [''],
  'aws:TagKeys': ['one', 'two'],
  'aws:PrincipalArn': ['arn:aws:iam::111122223333:user/team/ada'],
};

type InResource = readonly [says: string, name: string, asked: string, applies: boolean];
const IN_RESOURCES: readonly InResource[] = [
  ['a variable is its value', '${aws:username}-jobs', 'ada-jobs', true],
  ['and nothing else', '${aws:username}-jobs', 'bob-jobs', false],
  ['keys in variables compare without case', '${AWS:UserName}', 'ada', true],
  ['the value compares with case', '${aws:username}', 'Ada', false],
  ['a variable stands beside wildcards', '*-${aws:username}-?', 'jobs-ada-1', true],
  ['a star in a value is a star', '${aws:PrincipalTag/team}', 'pay*', true],
  ['and no wildcard', '${aws:PrincipalTag/team}', 'payments', false],
  ['an empty value is a value', 'jobs${aws:PrincipalTag/none}', 'jobs', true],
  ['an empty value keeps the default away', "jobs${aws:PrincipalTag/none, '-x'}", 'jobs-x', false],
  ['a missing value has no default of its own', 'jobs${aws:missing}', 'jobs', false],
  ['nor does it stay as it is written', 'jobs-${aws:missing}', 'jobs-${aws:missing}', false],
  ['a default stands in for a missing value', "${aws:missing, 'nobody'}-jobs", 'nobody-jobs', true],
  ['a default gives way to a value', "${aws:username, 'nobody'}-jobs", 'nobody-jobs', false],
  ['a default’s star is no wildcard', "${aws:missing, '*'}-jobs", 'any-jobs', false],
  ['a default may hold a brace', "${aws:missing, 'a}b'}", 'a}b', true],
  ['a key with several values is none', '${aws:TagKeys}', 'one', false],
  ['and takes no default', "${aws:TagKeys, 'one'}", 'one', false],
  ['${*} is a star', 'jobs-${*}', 'jobs-*', true],
  ['${*} is no wildcard', 'jobs-${*}', 'jobs-1', false],
  ['${?} is a question mark', 'jobs-${?}', 'jobs-?', true],
  ['${?} is no wildcard', 'jobs-${?}', 'jobs-1', false],
  ['${$} keeps what follows from being a variable', '${$}{aws:username}', '${aws:username}', true],
  ['a dollar without braces is a dollar', '$aws:username', '$aws:username', true],
];

const all = (element: StatementText): readonly StatementText[] => [
  { Effect: 'Allow', Action: '*', ...element },
];
const elsewhere = (says: string, element: StatementText, expected: Verdict): DecisionCase =>
  caseOf(
    says,
    { action: 's3:GetObject', resource: OBJECT('ada'), context: ADA, policies: { identity: all(element) } },
    expected,
  );

const ELSEWHERE: readonly DecisionCase[] = [
  elsewhere(
    'a variable in the region of a Resource has no value',
    { Resource: 'arn:aws:s3:${aws:PrincipalTag/none}::jobs/ada' },
    'no-allow identity',
  ),
  elsewhere(
    'one without a value keeps the whole statement from applying',
    { Resource: [OBJECT('ada'), OBJECT('${aws:missing}')] },
    'no-allow identity',
  ),
  elsewhere('in NotResource as well', { NotResource: OBJECT('${aws:missing}') }, 'no-allow identity'),
  elsewhere('NotResource knows its value', { NotResource: OBJECT('${aws:username}') }, 'no-allow identity'),
  elsewhere(
    'NotResource knows another’s',
    { NotResource: OBJECT('${aws:PrincipalTag/team}') },
    'allowed identity',
  ),
];

type InCondition = readonly [says: string, operator: string, wanted: string, holds: boolean];
const KEY = 'aws:PrincipalTag/owner';
const IN_CONDITIONS: readonly InCondition[] = [
  ['StringEquals expands', 'StringEquals', '${aws:username}', true],
  ['StringEquals takes a value’s star as a star', 'StringEquals', '${aws:PrincipalTag/team}', false],
  ['StringNotEquals expands', 'StringNotEquals', '${aws:username}', false],
  ['StringEqualsIgnoreCase expands', 'StringEqualsIgnoreCase', 'A${$}', false],
  ['StringLike expands', 'StringLike', '${aws:username}*', true],
  ['StringNotLike expands', 'StringNotLike', '${aws:username}*', false],
  ['a negated operator does not hold without a value', 'StringNotEquals', '${aws:missing}', false],
  ['a negated operator with a default compares', 'StringNotEquals', "${aws:missing, 'bob'}", true],
  ['a negated operator does not hold with several values', 'StringNotLike', '${aws:TagKeys}', false],
  ['IfExists does not help a variable without a value', 'StringEqualsIfExists', '${aws:missing}', false],
  ['a set operator expands', 'ForAnyValue:StringEquals', '${aws:username}', true],
];
const conditional = (operator: string, key: string, wanted: string): readonly StatementText[] =>
  all({ Resource: '*', Condition: { [operator]: { [key]: wanted } } });

const ARN_CONDITIONS: readonly InCondition[] = [
  ['ArnLike expands', 'ArnLike', 'arn:aws:iam::*:user/team/${aws:username}', true],
  ['ArnEquals expands a whole ARN', 'ArnEquals', '${aws:PrincipalArn}', true],
  ['ArnNotLike expands', 'ArnNotLike', 'arn:aws:iam::*:user/*/${aws:username}', false],
  ['ArnLike with the first parts of an ARN does not hold', 'ArnLike', "${aws:missing, 'arn:aws:iam'}", false],
  ['ArnLike with what is no ARN does not hold', 'ArnLike', '${aws:username}', false],
];

const OLD: readonly DecisionCase[] = (
  [
    ['before 2012-10-17 a variable is no value', 'ada', 'no-allow identity'],
    ['before 2012-10-17 a variable is its own letters', '${aws:username}', 'allowed identity'],
  ] as const
).map(([says, asked, expected]) =>
  caseOf(
    says,
    {
      version: '2008-10-17',
      context: ADA,
      action: 's3:GetObject',
      resource: OBJECT(asked),
      policies: { identity: all({ Resource: OBJECT('${aws:username}') }) },
    },
    expected,
  ),
);

export const VARIABLE_CASES: readonly DecisionCase[] = [
  ...IN_RESOURCES.map(([says, name, asked, applies]) =>
    caseOf(
      says,
      {
        context: ADA,
        action: 's3:GetObject',
        resource: OBJECT(asked),
        policies: { identity: all({ Resource: OBJECT(name) }) },
      },
      applies ? 'allowed identity' : 'no-allow identity',
    ),
  ),
  ...ELSEWHERE,
  ...IN_CONDITIONS.map(([says, operator, wanted, holds]) =>
    caseOf(
      says,
      { context: { ...ADA, [KEY]: ['ada'] }, policies: { identity: conditional(operator, KEY, wanted) } },
      holds ? 'allowed identity' : 'no-allow identity',
    ),
  ),
  ...ARN_CONDITIONS.map(([says, operator, wanted, holds]) =>
    caseOf(
      says,
      { context: ADA, policies: { identity: conditional(operator, 'aws:PrincipalArn', wanted) } },
      holds ? 'allowed identity' : 'no-allow identity',
    ),
  ),
  ...OLD,
];
