import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { byHand, form, IDENTITY, unsigned, user } from './sts-calls.ts';

const CODES = '1.5 Error codes';
const ORDER = '1.9 Check order';

/** The next call fails in this way, as it would at AWS on a bad day. */
async function struck(
  sandbox: TestSandboxAws,
  fault: 'throttle' | 'unavailable' | 'internal-error',
): Promise<Answer> {
  sandbox.aws.faults.replace([{ fault, times: 1 }]);
  return told(sandbox.client(user(sandbox)).send(new GetCallerIdentityCommand({})));
}

async function failedWhole(sandbox: TestSandboxAws): Promise<Answer> {
  sandbox.aws.faults.replace([{ fault: 'internal-error', times: 1 }]);
  return { ...(await unsigned(sandbox, IDENTITY)), status: 200, code: 'Success' };
}

async function withAnHourBetween(sandbox: TestSandboxAws): Promise<Answer> {
  sandbox.clockOffsetMs = 3_600_000;
  const client = sandbox.client(user(sandbox));
  await told(client.send(new GetCallerIdentityCommand({})));
  return told(client.send(new GetCallerIdentityCommand({})));
}

const wrong = (sandbox: TestSandboxAws) => ({ ...user(sandbox), secretAccessKey: 'wrong' });

export const FAULT_RULES: readonly Rule[] = [
  {
    section: CODES,
    rule: 'A call has to name its action',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: 'Version=2011-06-15' }),
    answer: { status: 400, code: 'MissingAction' },
  },
  {
    section: CODES,
    rule: 'An action that STS has not is no action',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: form({ Action: 'Nonsense' }) }),
    answer: { status: 400, code: 'InvalidAction' },
  },
  {
    section: CODES,
    rule: 'An action without a version is no action',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: 'Action=GetCallerIdentity' }),
    answer: { status: 400, code: 'InvalidAction' },
  },
  {
    section: CODES,
    rule: 'An action of another version is no action',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: form({ Action: 'GetCallerIdentity', Version: '2010-05-08' }) }),
    answer: { status: 400, code: 'InvalidAction' },
  },
  {
    section: CODES,
    rule: 'A percent sign that encodes nothing is a malformed query string',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: `${IDENTITY}&x=%zz` }),
    answer: { status: 404, code: 'MalformedQueryString' },
  },
  {
    section: CODES,
    rule: 'A parameter stands only once',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: `${IDENTITY}&Action=AssumeRole` }),
    answer: { status: 400, code: 'InvalidQueryParameter' },
  },
  {
    section: CODES,
    rule: 'A number that is none is malformed input',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: form({ Action: 'GetSessionToken', DurationSeconds: 'soon' }) }),
    answer: { status: 400, code: 'MalformedInput' },
  },
  {
    section: CODES,
    rule: 'Too many calls are told to come slower',
    confidence: 'documented',
    ask: (sandbox) => struck(sandbox, 'throttle'),
    answer: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
  },
  {
    section: CODES,
    rule: 'A server that is busy says so',
    confidence: 'known',
    ask: (sandbox) => struck(sandbox, 'unavailable'),
    answer: { status: 503, code: 'ServiceUnavailable' },
  },
  {
    section: CODES,
    rule: 'A server that fails says so',
    confidence: 'known',
    ask: (sandbox) => struck(sandbox, 'internal-error'),
    answer: { status: 500, code: 'InternalFailure' },
  },
  {
    section: '1.4 Error shape',
    rule: 'An error of the server’s names the receiver',
    confidence: 'verified',
    ask: failedWhole,
    answer: {
      status: 200,
      code: 'Success',
      result: { text: expect.stringContaining('<Error><Type>Receiver</Type>') as string },
    },
  },
  {
    section: '9 Gotchas',
    rule: 'An answer carries the time of the server, by which a client corrects its own clock',
    confidence: 'verified',
    ask: withAnHourBetween,
    answer: { status: 200, code: 'Success', result: {} },
  },
  {
    section: ORDER,
    rule: 'What is no action is refused before anybody asks who signed it',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { credentials: wrong(sandbox), body: form({ Action: 'Nonsense' }) }),
    answer: { status: 400, code: 'InvalidAction' },
  },
  {
    section: ORDER,
    rule: 'Who signed is asked before what parameters say',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { credentials: wrong(sandbox), body: form({ Action: 'AssumeRole' }) }),
    answer: { status: 403, code: 'SignatureDoesNotMatch' },
  },
  {
    section: ORDER,
    rule: 'The form of an ARN comes before an MFA code',
    confidence: 'known',
    ask: (sandbox) =>
      byHand(sandbox, {
        body: form({
          Action: 'AssumeRole',
          RoleArn: 'this-is-no-arn-at-all-but-long',
          RoleSessionName: 'erin',
          SerialNumber: 'arn:aws:iam::111122223333:mfa/nobody',
          TokenCode: '123456',
        }),
      }),
    answer: { status: 400, code: 'ValidationError' },
  },
  {
    section: ORDER,
    rule: 'Constraints of parameters come before the token of somebody else',
    confidence: 'known',
    ask: (sandbox) =>
      told(
        sandbox.client(user(sandbox)).send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: `arn:aws:iam::${PRODUCTION}:role/Nobody`,
            RoleSessionName: 'x',
            WebIdentityToken: 'not.a.token',
          }),
        ),
      ),
    answer: { status: 400, code: 'ValidationError' },
  },
];
