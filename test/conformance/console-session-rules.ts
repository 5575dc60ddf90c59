/** Section 5: whose credentials may sign in, and for how long. */
import { expect } from 'vitest';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import {
  broker,
  bySaml,
  byUserSession,
  byWebIdentity,
  chained,
  direct,
  federated,
  getSigninToken,
  ofShortRole,
  signedInFor,
  userSession,
  type Fields,
  type Who,
} from './console-ask.ts';
import type { Rule } from './rule.ts';

const section = '5 Console federation endpoint';
const HOUR = 3_600;
const TWELVE_HOURS = '43200';

const token =
  (who: Who, fields: Fields = {}): Rule['ask'] =>
  async (sandbox) =>
    getSigninToken(sandbox, await who(sandbox), fields);

const console = { status: 200, code: 'Success', result: { path: '/console/home' } } as const;
const signinToken = {
  status: 200,
  code: 'Success',
  result: { SigninToken: expect.stringMatching(/^[\w-]+$/) as string },
} as const;
const invalidCredentials = {
  status: 400,
  code: '',
  message: 'Invalid credentials parameter',
} as const;

export const consoleSessionRules: readonly Rule[] = [
  {
    section,
    rule: 'getSigninToken takes a POST form and answers JSON with a SigninToken',
    confidence: 'documented',
    ask: token(direct()),
    answer: signinToken,
  },
  {
    section,
    rule: 'getSigninToken takes everything in the address of a GET too',
    confidence: 'documented',
    ask: token(direct(), { method: 'GET' }),
    answer: signinToken,
  },
  {
    section,
    rule: 'SessionDuration makes the console outlast credentials of AssumeRole by a user’s key, up to 12 hours',
    confidence: 'documented',
    ask: signedInFor(direct(900), 12 * HOUR - 60, { SessionDuration: TWELVE_HOURS }),
    answer: console,
  },
  {
    section,
    rule: 'a console session ends when SessionDuration is over, though the credentials are still good',
    confidence: 'known',
    ask: signedInFor(direct(HOUR), 901, { SessionDuration: '900' }),
    answer: { status: 401, code: '' },
  },
  {
    section,
    rule: 'SessionDuration is for credentials of AssumeRoleWithSAML too',
    confidence: 'documented',
    ask: signedInFor(bySaml, 12 * HOUR - 60, { SessionDuration: TWELVE_HOURS }),
    answer: console,
  },
  {
    section,
    rule: 'SessionDuration is for credentials of AssumeRoleWithWebIdentity too',
    confidence: 'documented',
    ask: signedInFor(byWebIdentity, 12 * HOUR - 60, { SessionDuration: TWELVE_HOURS }),
    answer: console,
  },
  {
    section,
    rule: 'the role’s own maximum does not bound SessionDuration',
    confidence: 'documented',
    ask: signedInFor(ofShortRole, 11 * HOUR, { SessionDuration: TWELVE_HOURS }),
    answer: console,
  },
  {
    section,
    rule: 'SessionDuration is 900 seconds at least',
    confidence: 'known',
    ask: token(direct(), { SessionDuration: '899' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'SessionDuration is 43,200 seconds at most',
    confidence: 'known',
    ask: token(direct(), { SessionDuration: '43201' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'without SessionDuration the console lasts as long as the credentials',
    confidence: 'documented',
    ask: signedInFor(direct(2 * HOUR), 2 * HOUR - 60),
    answer: console,
  },
  {
    section,
    rule: 'without SessionDuration the console ends with the credentials',
    confidence: 'known',
    ask: signedInFor(direct(900), 901),
    answer: { status: 401, code: '' },
  },
  {
    section,
    rule: 'SessionDuration with credentials of role chaining is refused',
    confidence: 'quoted',
    ask: token(chained, { SessionDuration: '3600' }),
    answer: invalidCredentials,
  },
  {
    section,
    rule: 'credentials of role chaining sign in without SessionDuration, for their hour',
    confidence: 'quoted',
    ask: signedInFor(chained, HOUR - 60),
    answer: console,
  },
  {
    section,
    rule: 'a role assumed with a GetSessionToken session counts as chained for SessionDuration',
    confidence: 'quoted',
    ask: token(byUserSession, { SessionDuration: '3600' }),
    answer: invalidCredentials,
  },
  {
    section,
    rule: 'SessionDuration with credentials of GetFederationToken fails',
    confidence: 'known',
    ask: token(federated(HOUR), { SessionDuration: '3600' }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'credentials of GetFederationToken keep the console open for their own duration, up to 36 hours',
    confidence: 'documented',
    ask: signedInFor(federated(36 * HOUR), 36 * HOUR - 60),
    answer: console,
  },
  {
    section,
    rule: 'credentials of GetSessionToken cannot sign in at all',
    confidence: 'known',
    ask: token(userSession),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'long-term keys cannot sign in',
    confidence: 'known',
    ask: token(broker),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'expired credentials cannot sign in',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const credentials = await direct(900)(sandbox);
      sandbox.clockOffsetMs = 901_000;
      return getSigninToken(sandbox, credentials);
    },
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'a session token without its own secret key is worth nothing',
    confidence: 'known',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const credentials = await direct()(sandbox);
      return getSigninToken(sandbox, { ...credentials, secretAccessKey: 'x'.repeat(40) });
    },
    answer: { status: 400, code: '' },
  },
];
