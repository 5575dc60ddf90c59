import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import {
  type Credentials,
  credentialsIn,
  PRODUCTION,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { byHand, IDENTITY, tampered, user } from './sts-calls.ts';

/* Whose key it is, what the signature covers, and what a session token adds. */

const SECTION = '1.8 Signature Version 4';
const DOES_NOT_MATCH = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const UNKNOWN_KEY = {
  status: 403,
  code: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
} as const;
const SUCCESS = { status: 200, code: 'Success', result: {} } as const;
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

async function session(sandbox: TestSandboxAws): Promise<Required<Credentials>> {
  return credentialsIn(
    await sandbox.client(user(sandbox)).send(new GetSessionTokenCommand({ DurationSeconds: 900 })),
  );
}

/** A call with a session's credentials, as a mistake makes them. */
async function withSession(
  sandbox: TestSandboxAws,
  mistake: (own: Required<Credentials>, other: Required<Credentials>) => Credentials,
): Promise<Answer> {
  const credentials = mistake(await session(sandbox), await session(sandbox));
  return byHand(sandbox, { credentials });
}

async function afterItsEnd(sandbox: TestSandboxAws, changes: Partial<Credentials> = {}): Promise<Answer> {
  const credentials = { ...(await session(sandbox)), ...changes };
  sandbox.clockOffsetMs = 901_000;
  return byHand(sandbox, { credentials });
}

async function tokenLeftUnsigned(sandbox: TestSandboxAws): Promise<Answer> {
  return byHand(sandbox, {
    credentials: await session(sandbox),
    signedHeaders: ['content-type', 'host', 'x-amz-date'],
  });
}

export const SIGNATURE_COVER_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'A key that nobody has is unknown',
    confidence: 'quoted',
    ask: (sandbox) =>
      told(
        sandbox
          .client({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' })
          .send(new GetCallerIdentityCommand({})),
      ),
    answer: UNKNOWN_KEY,
  },
  {
    section: SECTION,
    rule: 'Another secret makes another signature',
    confidence: 'quoted',
    ask: (sandbox) =>
      told(
        sandbox.client({ ...user(sandbox), secretAccessKey: 'wrong' }).send(new GetCallerIdentityCommand({})),
      ),
    answer: { ...DOES_NOT_MATCH, message: MISMATCH },
  },
  {
    section: SECTION,
    rule: 'A signature covers the body as it was sent',
    confidence: 'verified',
    ask: (sandbox) => tampered(sandbox, (init, url) => [url, { ...init, body: `${IDENTITY}&` }]),
    answer: { ...DOES_NOT_MATCH, message: MISMATCH },
  },
  {
    section: SECTION,
    rule: 'A signature covers the query string',
    confidence: 'verified',
    ask: (sandbox) => tampered(sandbox, (init, url) => [`${url}?x=1`, init]),
    answer: { ...DOES_NOT_MATCH, message: MISMATCH },
  },
  {
    section: SECTION,
    rule: 'A signature covers the method',
    confidence: 'verified',
    ask: (sandbox) =>
      tampered(sandbox, (init, url) => [url, { ...init, method: 'POST' }], {
        method: 'GET',
        query: IDENTITY,
        body: '',
      }),
    answer: { ...DOES_NOT_MATCH, message: MISMATCH },
  },
  {
    section: SECTION,
    rule: 'A signature covers each header that it lists',
    confidence: 'verified',
    ask: (sandbox) =>
      tampered(
        sandbox,
        (init, url) => {
          const headers = new Headers(init.headers);
          headers.set('x-test', 'two');
          return [url, { ...init, headers }];
        },
        { headers: { 'x-test': 'one' } },
      ),
    answer: { ...DOES_NOT_MATCH, message: MISMATCH },
  },
  {
    section: SECTION,
    rule: 'What botocore signs holds',
    confidence: 'verified',
    ask: (sandbox) =>
      byHand(sandbox, { signedHeaders: ['content-type', 'host', 'x-amz-date'], headers: { accept: '*/*' } }),
    answer: SUCCESS,
  },
  {
    section: SECTION,
    rule: 'What the JavaScript SDK signs holds, with tags, a policy and words beyond ASCII',
    confidence: 'verified',
    ask: (sandbox) =>
      told(
        sandbox.client(sandbox.keyOf(TOOLS, 'daypass-broker')).send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`,
            RoleSessionName: 'erin',
            SourceIdentity: 'erin',
            Tags: [{ Key: 'Größe', Value: 'ä b+c/d=e' }],
            Policy: JSON.stringify({
              Version: '2012-10-17',
              Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::é*(!)~' },
            }),
          }),
        ),
      ),
    answer: {
      status: 200,
      code: 'Success',
      result: { AssumedRoleUser: { Arn: expect.stringContaining('/erin') as string } },
    },
  },
  {
    section: SECTION,
    rule: 'A header’s value counts without the space around it and with one space within',
    confidence: 'documented',
    ask: (sandbox) =>
      tampered(
        sandbox,
        (init, url) => {
          const headers = new Headers(init.headers);
          headers.set('x-test', 'a   b');
          return [url, { ...init, headers }];
        },
        { headers: { 'x-test': 'a b' } },
      ),
    answer: SUCCESS,
  },
  {
    section: SECTION,
    rule: 'A header of AWS’s own must be signed',
    confidence: 'known',
    ask: (sandbox) =>
      byHand(sandbox, {
        headers: { 'x-amz-target': 'x' },
        signedHeaders: ['content-type', 'host', 'x-amz-date'],
      }),
    answer: DOES_NOT_MATCH,
  },
  {
    section: SECTION,
    rule: 'A session’s key is unknown without its token',
    confidence: 'quoted',
    ask: (sandbox) =>
      withSession(sandbox, ({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })),
    answer: UNKNOWN_KEY,
  },
  {
    section: SECTION,
    rule: 'A session’s key is unknown with the token of another',
    confidence: 'quoted',
    ask: (sandbox) => withSession(sandbox, (own, other) => ({ ...own, sessionToken: other.sessionToken })),
    answer: UNKNOWN_KEY,
  },
  {
    section: SECTION,
    rule: 'A token that changed belongs to no key',
    confidence: 'quoted',
    ask: (sandbox) =>
      withSession(sandbox, (own) => ({ ...own, sessionToken: own.sessionToken.replace(/.(?=.{20}$)/, '-') })),
    answer: UNKNOWN_KEY,
  },
  {
    section: '9 Gotchas',
    rule: 'A token left over beside a long-term key spoils it',
    confidence: 'quoted',
    ask: (sandbox) => withSession(sandbox, ({ sessionToken }) => ({ ...user(sandbox), sessionToken })),
    answer: UNKNOWN_KEY,
  },
  {
    section: SECTION,
    rule: 'A session token must be signed',
    confidence: 'known',
    ask: tokenLeftUnsigned,
    answer: DOES_NOT_MATCH,
  },
  {
    section: '1.5 Error codes',
    rule: 'A session that is over has expired',
    confidence: 'quoted',
    ask: (sandbox) => afterItsEnd(sandbox),
    answer: {
      status: 403,
      code: 'ExpiredToken',
      message: 'The security token included in the request is expired',
    },
  },
  {
    section: SECTION,
    rule: 'The signature is checked before the end of the session',
    confidence: 'known',
    ask: (sandbox) => afterItsEnd(sandbox, { secretAccessKey: 'wrong' }),
    answer: DOES_NOT_MATCH,
  },
  {
    section: SECTION,
    rule: 'The key is looked up before the date counts',
    confidence: 'known',
    ask: (sandbox) =>
      byHand(sandbox, {
        credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
        at: new Date('2020-01-01T00:00:00Z'),
      }),
    answer: { status: 403, code: 'InvalidClientTokenId' },
  },
];
