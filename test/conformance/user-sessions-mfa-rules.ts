/** Multi-factor authentication: which codes are good, and what policies see of them afterwards. */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import {
  type Ask,
  assume,
  caller,
  denied,
  mfaCode,
  session,
  SUCCESS,
  user,
  userSession,
} from './assume-role-ask.ts';
import { allow, inline, type MFA_USERS, role, roleArn, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const mfaIs = (operator: string, present: string) => ({
  condition: { [operator]: { 'aws:MultiFactorAuthPresent': present } },
});

export const MFA_ROLES: readonly RoleData[] = [
  role('NeedsMfa', mfaIs('Bool', 'true'), { policies: inline(allow('sts:AssumeRole')) }),
  role('NeedsMfaIfKnown', mfaIs('BoolIfExists', 'true')),
  role('NeedsNoMfa', mfaIs('Bool', 'false')),
  role('NeedsFreshMfa', { condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } } }),
  role('Passing', {}, { policies: inline(allow('sts:AssumeRole')) }),
];

type MfaUser = (typeof MFA_USERS)[number];

/** Assumes NeedsMfa with a code that is made when the row is run. */
const withCode =
  (name: MfaUser, code: (sandbox: TestSandboxAws) => { SerialNumber: string; TokenCode: string }): Ask =>
  (sandbox) =>
    assume(user(name), { RoleArn: roleArn('NeedsMfa'), ...code(sandbox) })(sandbox);

const userSessionWithCode = (name: MfaUser) => (sandbox: TestSandboxAws) =>
  userSession(user(name), mfaCode(sandbox, name))(sandbox);

const section = '2.7 MFA';
const BAD_CODE = {
  status: 403,
  code: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
} as const;

const codes: readonly Rule[] = [
  {
    section,
    rule: 'A code lets its user assume a role that wants one',
    confidence: 'documented',
    ask: withCode('mfa-role', (sandbox) => mfaCode(sandbox, 'mfa-role')),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A code is good once',
    confidence: 'quoted',
    ask: async (sandbox) => {
      const code = mfaCode(sandbox, 'mfa-reuse');
      await userSession(user('mfa-reuse'), code)(sandbox);
      return withCode('mfa-reuse', () => code)(sandbox);
    },
    answer: BAD_CODE,
  },
  {
    section,
    rule: 'The code before the current one is good',
    confidence: 'known',
    ask: withCode('mfa-early', (sandbox) => mfaCode(sandbox, 'mfa-early', 30)),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'An older code is not',
    confidence: 'quoted',
    ask: withCode('mfa-late', (sandbox) => mfaCode(sandbox, 'mfa-late', 120)),
    answer: BAD_CODE,
  },
  {
    section,
    rule: "Another user's device is not the caller's",
    confidence: 'quoted',
    ask: withCode('mfa-wrong', (sandbox) => mfaCode(sandbox, 'mfa-early')),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    },
  },
  {
    section,
    rule: 'A role session has no device, not even that of the user who assumed the role',
    confidence: 'known',
    ask: (sandbox) =>
      assume(session(user('mfa-wrong'), { RoleArn: roleArn('Passing') }), {
        RoleArn: roleArn('NeedsMfa'),
        ...mfaCode(sandbox, 'mfa-wrong'),
      })(sandbox),
    answer: { status: 403, code: 'AccessDenied' },
  },
  {
    section,
    rule: 'A serial number goes with a code',
    confidence: 'known',
    ask: assume(user('mfa-wrong'), {
      RoleArn: roleArn('Passing'),
      SerialNumber: 'arn:aws:iam::111122223333:mfa/mfa-wrong',
    }),
    answer: { status: 403, code: 'AccessDenied' },
  },
];

const context: readonly Rule[] = [
  {
    section,
    rule: 'Of a long-term key without a code nothing is known of MFA, so that Bool fails',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('NeedsMfa') }),
    answer: denied(userArn('division/caller'), 'sts:AssumeRole', roleArn('NeedsMfa')),
  },
  {
    section,
    rule: 'Nor is it known to be absent',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('NeedsNoMfa') }),
    answer: denied(userArn('division/caller'), 'sts:AssumeRole', roleArn('NeedsNoMfa')),
  },
  {
    section,
    rule: 'BoolIfExists lets a long-term key without a code in',
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('NeedsMfaIfKnown') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A role session is known to be without MFA',
    confidence: 'documented',
    ask: assume(session(caller, { RoleArn: roleArn('Passing') }), { RoleArn: roleArn('NeedsNoMfa') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session of GetSessionToken without a code is known to be without MFA',
    confidence: 'documented',
    ask: assume(userSession(caller), { RoleArn: roleArn('NeedsNoMfa') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session of GetSessionToken with a code has MFA for as long as it lasts',
    confidence: 'documented',
    ask: async (sandbox) => {
      const credentials = await userSessionWithCode('mfa-session')(sandbox);
      return assume(() => Promise.resolve(credentials), { RoleArn: roleArn('NeedsMfa') })(sandbox);
    },
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A session of GetSessionToken with a code knows how old that is',
    confidence: 'documented',
    ask: (sandbox) =>
      assume(userSessionWithCode('mfa-fresh'), { RoleArn: roleArn('NeedsFreshMfa') })(sandbox),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'The age of MFA counts from the code, not from the call',
    confidence: 'documented',
    ask: async (sandbox) => {
      const credentials = await userSessionWithCode('mfa-age')(sandbox);
      sandbox.clockOffsetMs += 61_000;
      return assume(() => Promise.resolve(credentials), { RoleArn: roleArn('NeedsFreshMfa') })(sandbox);
    },
    answer: denied(userArn('mfa-age'), 'sts:AssumeRole', roleArn('NeedsFreshMfa')),
  },
  {
    section,
    rule: 'The session of a role that was assumed with a code has no MFA of its own',
    confidence: 'documented',
    ask: async (sandbox) => {
      const code = mfaCode(sandbox, 'mfa-after');
      const assumed = session(user('mfa-after'), { RoleArn: roleArn('NeedsMfa'), ...code });
      return assume(assumed, { RoleArn: roleArn('NeedsNoMfa') })(sandbox);
    },
    answer: SUCCESS,
  },
];

export const MFA_RULES: readonly Rule[] = [...codes, ...context];
