import {
  assumeRole,
  atLeast,
  atMost,
  matching,
  missing,
  noLess,
  noMore,
  SECTION,
  violation,
} from './parameter-calls.ts';
import type { Rule } from './rule.ts';

/* The parameters of AssumeRole, which has the most. */

const POLICY = (bytes: number): string => {
  const frame = {
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::' },
  };
  const missingBytes = bytes - JSON.stringify(frame).length;
  return JSON.stringify({
    ...frame,
    Statement: { ...frame.Statement, Resource: `arn:aws:s3:::${'x'.repeat(missingBytes)}` },
  });
};
const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: 'value' }));
const ARN_CHARACTERS =
  '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+';
const NAME_CHARACTERS = '[\\w+=,.@-]*';
const TAG_CHARACTERS = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';
const USABLE_ARN = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

export const ASSUME_ROLE_RULES: readonly Rule[] = [
  missing('A role has to be named', assumeRole({ RoleArn: undefined })),
  violation(
    'A role’s ARN has 20 characters',
    assumeRole({ RoleArn: 'arn:aws:iam::1:role' }),
    'roleArn',
    atLeast(20),
  ),
  violation(
    'A role’s ARN has no more than 2,048 characters',
    assumeRole({ RoleArn: `arn:aws:iam::444455556666:role/${'x'.repeat(2018)}` }),
    'roleArn',
    atMost(2048),
  ),
  violation(
    'A role’s ARN is made of printable characters',
    assumeRole({ RoleArn: 'arn:aws:iam::444455556666:role/\u0090' }),
    'roleArn',
    matching(ARN_CHARACTERS),
  ),
  missing('A session has to have a name', assumeRole({ RoleSessionName: undefined })),
  violation(
    'A session’s name has 2 characters',
    assumeRole({ RoleSessionName: 'a' }),
    'roleSessionName',
    atLeast(2),
  ),
  violation(
    'A session’s name has no more than 64 characters',
    assumeRole({ RoleSessionName: 'a'.repeat(65) }),
    'roleSessionName',
    atMost(64),
  ),
  violation(
    'A session’s name is written in ASCII',
    assumeRole({ RoleSessionName: 'jürgen' }),
    'roleSessionName',
    matching(NAME_CHARACTERS),
  ),
  violation(
    'A role’s session lasts 15 minutes',
    assumeRole({ DurationSeconds: 899 }),
    'durationSeconds',
    noLess(900),
  ),
  violation(
    'A role’s session lasts no more than 12 hours, whatever the role allows',
    assumeRole({ DurationSeconds: 43_201 }),
    'durationSeconds',
    noMore(43_200),
  ),
  violation(
    'A session policy has characters of Latin-1 alone',
    assumeRole({ Policy: '{"a":"Ā"}' }),
    'policy',
    matching('[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'),
  ),
  {
    section: SECTION,
    rule: 'AssumeRole bounds a policy by the token it makes, and not by a length of its own',
    confidence: 'verified',
    ask: assumeRole({ Policy: POLICY(3000), SourceIdentity: 'erin' }),
    answer: { status: 200, code: 'Success', result: {} },
  },
  violation(
    'A session has no more than ten managed policies',
    assumeRole({ PolicyArns: Array.from({ length: 11 }, () => ({ arn: USABLE_ARN })) }),
    'policyArns',
    atMost(10),
  ),
  violation(
    'A policy’s ARN has 20 characters',
    assumeRole({ PolicyArns: [{ arn: USABLE_ARN }, { arn: 'ReadOnlyAccess' }] }),
    'policyArns.2.member.arn',
    atLeast(20),
  ),
  violation(
    'A policy’s ARN has no more than 2,048 characters',
    assumeRole({ PolicyArns: [{ arn: `${USABLE_ARN}/${'x'.repeat(2048)}` }] }),
    'policyArns.1.member.arn',
    atMost(2048),
  ),
  violation('A session has no more than 50 tags', assumeRole({ Tags: tags(51) }), 'tags', atMost(50)),
  missing('A tag has to have a key', assumeRole({ Tags: [{ Key: undefined, Value: 'x' }] })),
  missing('A tag has to have a value', assumeRole({ Tags: [{ Key: 'x', Value: undefined }] })),
  violation(
    'A tag’s key has no more than 128 characters',
    assumeRole({ Tags: [{ Key: 'k'.repeat(129), Value: '' }] }),
    'tags.1.member.key',
    atMost(128),
  ),
  violation(
    'A tag’s key has letters, digits, spaces and few signs',
    assumeRole({
      Tags: [
        { Key: 'Kostenstelle größer', Value: '' },
        { Key: 'a#b', Value: '' },
      ],
    }),
    'tags.2.member.key',
    matching(`${TAG_CHARACTERS}+`),
  ),
  violation(
    'A tag’s value has no more than 256 characters',
    assumeRole({ Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] }),
    'tags.1.member.value',
    atMost(256),
  ),
  violation(
    'A tag’s value has letters, digits, spaces and few signs',
    assumeRole({ Tags: [{ Key: 'k', Value: 'a,b' }] }),
    'tags.1.member.value',
    matching(`${TAG_CHARACTERS}*`),
  ),
  violation(
    'No more than 50 tags pass on',
    assumeRole({ TransitiveTagKeys: tags(51).map(({ Key }) => Key) }),
    'transitiveTagKeys',
    atMost(50),
  ),
  violation(
    'The key of a tag that passes on has no more than 128 characters',
    assumeRole({ TransitiveTagKeys: ['k'.repeat(129)] }),
    'transitiveTagKeys.1.member',
    atMost(128),
  ),
  violation('An external ID has 2 characters', assumeRole({ ExternalId: '1' }), 'externalId', atLeast(2)),
  violation(
    'An external ID has no more than 1,224 characters',
    assumeRole({ ExternalId: '1'.repeat(1225) }),
    'externalId',
    atMost(1224),
  ),
  violation(
    'An external ID may have colons and slashes, and no spaces',
    assumeRole({ ExternalId: 'a:b/c d' }),
    'externalId',
    matching('[\\w+=,.@:\\/-]*'),
  ),
  violation(
    'A serial number has 9 characters',
    assumeRole({ SerialNumber: '12345678', TokenCode: '123456' }),
    'serialNumber',
    atLeast(9),
  ),
  violation(
    'A serial number has no more than 256 characters',
    assumeRole({ SerialNumber: '1'.repeat(257), TokenCode: '123456' }),
    'serialNumber',
    atMost(256),
  ),
  violation(
    'A serial number is one of a device, or an ARN',
    assumeRole({ SerialNumber: 'GAHT 12345678', TokenCode: '123456' }),
    'serialNumber',
    matching('[\\w+=/:,.@-]*'),
  ),
  violation(
    'An MFA code has 6 digits and no fewer',
    assumeRole({ SerialNumber: 'GAHT12345678', TokenCode: '12345' }),
    'tokenCode',
    atLeast(6),
  ),
  violation(
    'An MFA code has 6 digits and no more',
    assumeRole({ SerialNumber: 'GAHT12345678', TokenCode: '1234567' }),
    'tokenCode',
    atMost(6),
  ),
  violation(
    'An MFA code is made of digits',
    assumeRole({ SerialNumber: 'GAHT12345678', TokenCode: '12345a' }),
    'tokenCode',
    matching('[\\d]*'),
  ),
  violation(
    'A source identity has 2 characters',
    assumeRole({ SourceIdentity: 'e' }),
    'sourceIdentity',
    atLeast(2),
  ),
  violation(
    'A source identity has no more than 64 characters',
    assumeRole({ SourceIdentity: 'e'.repeat(65) }),
    'sourceIdentity',
    atMost(64),
  ),
  violation(
    'A source identity does not begin with aws:, for it has no colon at all',
    assumeRole({ SourceIdentity: 'aws:erin' }),
    'sourceIdentity',
    matching(NAME_CHARACTERS),
  ),
];
