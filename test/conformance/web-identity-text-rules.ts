import { expect } from 'vitest';
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { roleArn } from './federated-role.ts';
import { admittedBy, redeem } from './web-identity-ask.ts';

const TEXTS = '4.5 Web identity error texts';
const RESULT = '4.3 Result of AssumeRoleWithWebIdentity';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const denied = {
  status: 403,
  code: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
} as const;
const noKey = {
  ...invalid,
  message:
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
} as const;

export const WEB_IDENTITY_TEXT_RULES: readonly Rule[] = [
  {
    section: TEXTS,
    rule: 'tells an issuer that the account does not know',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { issuer: 'https://mallory.example' }),
    answer: {
      ...invalid,
      message: 'No OpenIDConnect provider found in your account for https://mallory.example',
    },
  },
  {
    section: TEXTS,
    rule: 'tells another audience',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { claims: { aud: 'somebody' } }),
    answer: { ...invalid, message: 'Incorrect token audience' },
  },
  {
    section: TEXTS,
    rule: 'tells what is no JWT',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { posted: () => 'opaque-access-token' }),
    answer: {
      ...invalid,
      message:
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    },
  },
  {
    section: TEXTS,
    rule: 'tells a key that the issuer does not publish',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { foreignKey: true }),
    answer: noKey,
  },
  {
    section: TEXTS,
    rule: 'tells when a token has expired, and what time it is',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { claims: { exp: 1_700_000_000 } }),
    answer: {
      status: 400,
      code: 'ExpiredTokenException',
      message:
        /^Token expired: current date\/time 1[789]\d{8} must be before the expiration date\/time 1700000000$/,
    },
  },
  {
    section: TEXTS,
    rule: 'refuses a token of the future',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { claims: { iat: 4_000_000_000, exp: 4_000_000_300 } }),
    answer: invalid,
  },
  {
    section: TEXTS,
    rule: 'does not tell a role that is not there from one that is denied',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, {}, { RoleArn: roleArn('Nobody') }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses where a condition of the trust policy does not hold',
    confidence: 'quoted',
    ask: (sandbox) => admittedBy(sandbox, { sub: 'alex', aud: 'sts.amazonaws.com' }),
    answer: denied,
  },
  {
    section: RESULT,
    rule: 'tells who became what',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox),
    answer: {
      ...taken,
      result: {
        SubjectFromWebIdentityToken: 'erin',
        Audience: 'sts.amazonaws.com',
        Provider: expect.stringMatching(
          /^arn:aws:iam::\d{12}:oidc-provider\/127\.0\.0\.1:\d+\/aws$/,
        ) as string,
        AssumedRoleUser: {
          Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/Open/erin`,
          AssumedRoleId: expect.stringMatching(/^AROA[A-Z0-9]{16,}:erin$/) as string,
        },
      },
    },
  },
  {
    section: RESULT,
    rule: 'gives an hour though the token lives for five minutes',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const answer = await redeem(sandbox);
      const { Credentials } = answer.result as { Credentials?: { Expiration?: Date } };
      const left = (Credentials?.Expiration?.getTime() ?? 0) - sandbox.now().getTime();
      return { ...answer, result: { minutes: Math.round(left / 60_000) } };
    },
    answer: { ...taken, result: { minutes: 60 } },
  },
  {
    section: RESULT,
    rule: 'refuses more than the maximum of the role',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, {}, { DurationSeconds: 7_201 }),
    answer: {
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    },
  },
];
