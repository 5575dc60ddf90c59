import {
  accessKeyInfo,
  assumeRole,
  atLeast,
  atMost,
  federationToken,
  matching,
  missing,
  noLess,
  noMore,
  SECTION,
  sessionToken,
  TEXTS,
  violation,
  withSaml,
  withWebIdentity,
} from './parameter-calls.ts';
import type { Rule } from './rule.ts';

/* The parameters that the other actions have of their own, and what one ValidationError says. */

const REFUSED = { status: 400, code: 'ValidationError' } as const;
const LONG_POLICY = `{${' '.repeat(2047)}}`;

/** Six parts, of which partition, service and resource say something. Another text than for constraints. */
const badArn = (rule: string, RoleArn: string): Rule => ({
  section: TEXTS,
  rule,
  confidence: 'recorded',
  ask: assumeRole({ RoleArn }),
  answer: { ...REFUSED, message: `${RoleArn} is invalid` },
});

const SAML_RULES: readonly Rule[] = [
  missing('AssumeRoleWithSAML needs a role', withSaml({ RoleArn: undefined })),
  missing('AssumeRoleWithSAML needs a provider', withSaml({ PrincipalArn: undefined })),
  violation(
    'A provider’s ARN has 20 characters',
    withSaml({ PrincipalArn: 'daypass' }),
    'principalArn',
    atLeast(20),
  ),
  violation(
    'A provider’s ARN has no more than 2,048 characters',
    withSaml({ PrincipalArn: `arn:aws:iam::222233334444:saml-provider/${'x'.repeat(2048)}` }),
    'principalArn',
    atMost(2048),
  ),
  {
    section: SECTION,
    rule: 'A provider’s ARN has the form of one',
    confidence: 'recorded',
    ask: withSaml({ PrincipalArn: 'saml-provider/daypass-of-development' }),
    answer: { ...REFUSED, message: 'saml-provider/daypass-of-development is invalid' },
  },
  missing('AssumeRoleWithSAML needs an assertion', withSaml({ SAMLAssertion: undefined })),
  violation('An assertion has 4 characters', withSaml({ SAMLAssertion: 'AAA' }), 'sAMLAssertion', atLeast(4)),
  violation(
    'An assertion has no more than 100,000 characters',
    withSaml({ SAMLAssertion: 'A'.repeat(100_001) }),
    'sAMLAssertion',
    atMost(100_000),
  ),
  violation(
    'AssumeRoleWithSAML takes a policy of 2,048 characters',
    withSaml({ Policy: LONG_POLICY }),
    'policy',
    atMost(2048),
  ),
  violation(
    'AssumeRoleWithSAML takes no more than 12 hours',
    withSaml({ DurationSeconds: 129_600 }),
    'durationSeconds',
    noMore(43_200),
  ),
];

const WEB_IDENTITY_RULES: readonly Rule[] = [
  missing(
    'AssumeRoleWithWebIdentity needs a name for the session',
    withWebIdentity({ RoleSessionName: undefined }),
  ),
  missing('AssumeRoleWithWebIdentity needs a token', withWebIdentity({ WebIdentityToken: undefined })),
  violation(
    'A token has 4 characters',
    withWebIdentity({ WebIdentityToken: 'a.b' }),
    'webIdentityToken',
    atLeast(4),
  ),
  violation(
    'A token has no more than 20,000 characters',
    withWebIdentity({ WebIdentityToken: 'a'.repeat(20_001) }),
    'webIdentityToken',
    atMost(20_000),
  ),
  violation(
    'A provider’s name has 4 characters',
    withWebIdentity({ ProviderId: 'abc' }),
    'providerId',
    atLeast(4),
  ),
  violation(
    'A provider’s name has no more than 2,048 characters',
    withWebIdentity({ ProviderId: 'a'.repeat(2049) }),
    'providerId',
    atMost(2048),
  ),
  {
    section: SECTION,
    rule: 'A provider of OpenID Connect is not named beside its token',
    confidence: 'known',
    ask: withWebIdentity({ ProviderId: 'accounts.example.com' }),
    answer: { status: 400, code: 'InvalidParameterValue' },
  },
  violation(
    'AssumeRoleWithWebIdentity takes a policy of 2,048 characters',
    withWebIdentity({ Policy: LONG_POLICY }),
    'policy',
    atMost(2048),
  ),
];

const USER_RULES: readonly Rule[] = [
  missing('A federated user has to have a name', federationToken({ Name: undefined })),
  violation('A federated user’s name has 2 characters', federationToken({ Name: 'e' }), 'name', atLeast(2)),
  violation(
    'A federated user’s name has no more than 32 characters',
    federationToken({ Name: 'e'.repeat(33) }),
    'name',
    atMost(32),
  ),
  violation(
    'A federated user’s session lasts no more than 36 hours',
    federationToken({ DurationSeconds: 129_601 }),
    'durationSeconds',
    noMore(129_600),
  ),
  violation(
    'A federated user’s session lasts 15 minutes',
    federationToken({ DurationSeconds: 899 }),
    'durationSeconds',
    noLess(900),
  ),
  violation(
    'GetFederationToken takes a policy of 2,048 characters',
    federationToken({ Policy: LONG_POLICY }),
    'policy',
    atMost(2048),
  ),
  violation(
    'A user’s session lasts no more than 36 hours',
    sessionToken({ DurationSeconds: 129_601 }),
    'durationSeconds',
    noMore(129_600),
  ),
  violation(
    'A user’s session lasts 15 minutes',
    sessionToken({ DurationSeconds: 899 }),
    'durationSeconds',
    noLess(900),
  ),
  missing('Whoever asks about a key has to name it', accessKeyInfo({ AccessKeyId: undefined })),
  violation(
    'A key’s id has 16 characters',
    accessKeyInfo({ AccessKeyId: 'AKIA' }),
    'accessKeyId',
    atLeast(16),
  ),
  violation(
    'A key’s id has no more than 128 characters',
    accessKeyInfo({ AccessKeyId: 'A'.repeat(129) }),
    'accessKeyId',
    atMost(128),
  ),
  violation(
    'A key’s id has letters and digits',
    accessKeyInfo({ AccessKeyId: 'AKIA-IOSFODNN7EXAMPL' }),
    'accessKeyId',
    matching('[\\w]*'),
  ),
];

const TEXT_RULES: readonly Rule[] = [
  {
    section: TEXTS,
    rule: 'A text names value, place and constraint',
    confidence: 'recorded',
    ask: assumeRole({ RoleSessionName: 'Session1:2' }),
    answer: {
      ...REFUSED,
      message:
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    },
  },
  {
    section: TEXTS,
    rule: 'One text tells of every parameter that is wrong',
    confidence: 'quoted',
    ask: assumeRole({ Tags: [{ Key: '#key', Value: '@,value' }] }),
    answer: {
      ...REFUSED,
      message:
        /^2 validation errors detected: Value .*at 'tags\.1\.member\.key' failed to satisfy constraint: .*; Value .*at 'tags\.1\.member\.value' failed to satisfy constraint: /,
    },
  },
  {
    section: TEXTS,
    rule: 'One text tells of every constraint that one value breaks',
    confidence: 'quoted',
    ask: assumeRole({ RoleSessionName: ' ' }),
    answer: {
      ...REFUSED,
      message:
        "2 validation errors detected: Value ' ' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value ' ' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    },
  },
  badArn('What is no ARN is invalid', 'role/Ec2Operator-of-production'),
  badArn('An ARN names its partition', 'arn::iam::444455556666:role/Ec2Operator'),
  badArn('An ARN names its service', 'arn:aws:::444455556666:role/Ec2Operator'),
  badArn('An ARN has six parts', 'arn:aws:iam::444455556666'),
  badArn('An ARN names its resource', 'arn:aws:iam::444455556666:'),
  {
    section: TEXTS,
    rule: 'An ARN of the right form may name what does not exist, and is then refused like any role',
    confidence: 'recorded',
    ask: assumeRole({ RoleArn: 'arn:a:b:::something/test-role' }),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: /is not authorized to perform: sts:AssumeRole on resource: arn:a:b:::something\/test-role/,
    },
  },
];

export const PARAMETER_RULES: readonly Rule[] = [
  ...SAML_RULES,
  ...WEB_IDENTITY_RULES,
  ...USER_RULES,
  ...TEXT_RULES,
];
