import { expect } from 'vitest';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { OPEN_ROLE, redeem, replacing, SAML_PROVIDER, timed, trusting } from './saml-ask.ts';

const LIFETIME = '3.2 Lifetime of an assertion';
const DURATION = '3.4 SessionDuration';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const expired = { status: 400, code: 'ExpiredTokenException' } as const;

/** Until when, and for how long. */
export const SAML_TIME_RULES: readonly Rule[] = [
  {
    section: LIFETIME,
    rule: 'refuses an assertion that was issued more than five minutes ago, whatever its conditions allow',
    confidence: 'quoted',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const now = new Date(sandbox.now().getTime() - 301_000);
      const later = new Date(now.getTime() + 3_600_000).toISOString();
      const far = (xml: string): string => xml.replaceAll(/NotOnOrAfter="[^"]*"/g, `NotOnOrAfter="${later}"`);
      return redeem(sandbox, { now, beforeSigning: far });
    },
    answer: { ...expired, message: 'Token must be redeemed within 5 minutes of issuance' },
  },
  {
    section: LIFETIME,
    rule: 'honours NotOnOrAfter of the conditions',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(
          /<saml:Conditions NotOnOrAfter="[^"]*"/,
          '<saml:Conditions NotOnOrAfter="2026-01-01T00:00:00Z"',
        ),
      }),
    answer: expired,
  },
  {
    section: LIFETIME,
    rule: 'honours NotBefore of the conditions',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { notBefore: new Date(sandbox.now().getTime() + 120_000) }),
    answer: invalid,
  },
  {
    section: LIFETIME,
    rule: 'honours NotOnOrAfter of the subject confirmation',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(
          /ConfirmationData NotOnOrAfter="[^"]*"/,
          'ConfirmationData NotOnOrAfter="2026-01-01T00:00:00Z"',
        ),
      }),
    answer: expired,
  },
  {
    section: LIFETIME,
    rule: 'takes the same assertion again for another role',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const other = trusting(sandbox, 'Twice');
      const Role = [`${OPEN_ROLE},${SAML_PROVIDER}`, `${other},${SAML_PROVIDER}`];
      let assertion = '';
      const keep = (response: string): string => (assertion = response);
      await redeem(sandbox, { attributes: { Role }, posted: keep });
      return redeem(sandbox, { posted: () => assertion }, { RoleArn: other });
    },
    answer: { ...taken, result: { AssumedRoleUser: { Arn: expect.stringMatching(/\/Twice\//) as string } } },
  },
  {
    section: DURATION,
    rule: 'gives an hour where nobody says how long, though the role allows more',
    confidence: 'documented',
    ask: async (sandbox) => timed(sandbox, await redeem(sandbox)),
    answer: { ...taken, result: { minutes: 60 } },
  },
  {
    section: DURATION,
    rule: 'gives as long as DurationSeconds says, up to the maximum of the role',
    confidence: 'documented',
    ask: async (sandbox) => timed(sandbox, await redeem(sandbox, {}, { DurationSeconds: 7_200 })),
    answer: { ...taken, result: { minutes: 120 } },
  },
  {
    section: DURATION,
    rule: 'refuses more than the maximum of the role',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, {}, { DurationSeconds: 7_201 }),
    answer: {
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    },
  },
  {
    section: DURATION,
    rule: 'lets the attribute shorten a session',
    confidence: 'documented',
    ask: async (sandbox) =>
      timed(
        sandbox,
        await redeem(sandbox, { attributes: { SessionDuration: ['900'] } }, { DurationSeconds: 7_200 }),
      ),
    answer: { ...taken, result: { minutes: 15 } },
  },
  {
    section: DURATION,
    rule: 'does not let the attribute lengthen it',
    confidence: 'documented',
    ask: async (sandbox) =>
      timed(sandbox, await redeem(sandbox, { attributes: { SessionDuration: ['7200'] } })),
    answer: { ...taken, result: { minutes: 60 } },
  },
  {
    section: DURATION,
    rule: 'refuses an attribute that is no number of seconds from 900 to 43200',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { attributes: { SessionDuration: ['899'] } }),
    answer: invalid,
  },
  {
    section: DURATION,
    rule: 'ends the session at SessionNotOnOrAfter',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const sessionNotOnOrAfter = new Date(sandbox.now().getTime() + 1_200_000);
      return timed(sandbox, await redeem(sandbox, { sessionNotOnOrAfter }, { DurationSeconds: 7_200 }));
    },
    answer: { ...taken, result: { minutes: 20 } },
  },
];
