import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { credentialsIn, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { presigned, user } from './sts-calls.ts';

/* The signature in a URL. */

const SECTION = '1.8 Signature Version 4';
const DOES_NOT_MATCH = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const INCOMPLETE = { status: 400, code: 'IncompleteSignature' } as const;
const AS_USER = {
  status: 200,
  code: 'Success',
  result: { text: expect.stringContaining('user/tools</Arn>') as string },
} as const;

async function bySession(sandbox: TestSandboxAws): Promise<Answer> {
  const issued = await sandbox.client(user(sandbox)).send(new GetSessionTokenCommand({}));
  return presigned(sandbox, { credentials: credentialsIn(issued) });
}

/** Signed now, used later. */
function usedAfter(sandbox: TestSandboxAws, minutes: number): Promise<Answer> {
  const at = sandbox.now();
  sandbox.clockOffsetMs = minutes * 60_000;
  return presigned(sandbox, { at });
}

export const SIGNATURE_QUERY_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'A URL may carry the signature',
    confidence: 'documented',
    ask: (sandbox) => presigned(sandbox),
    answer: AS_USER,
  },
  {
    section: SECTION,
    rule: 'A URL may carry a session token with it',
    confidence: 'documented',
    ask: bySession,
    answer: AS_USER,
  },
  ...['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date', 'X-Amz-Algorithm'].map(
    (name): Rule => ({
      section: SECTION,
      rule: `A signature in a URL needs its ${name}`,
      confidence: 'documented',
      ask: (sandbox) => presigned(sandbox, {}, ({ searchParams }) => searchParams.delete(name)),
      answer: {
        ...INCOMPLETE,
        message: `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
      },
    }),
  ),
  {
    section: SECTION,
    rule: 'A URL is not signed by another algorithm',
    confidence: 'known',
    ask: (sandbox) =>
      presigned(sandbox, {}, ({ searchParams }) => searchParams.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA1')),
    answer: INCOMPLETE,
  },
  {
    section: SECTION,
    rule: 'A credential in a URL has five elements too',
    confidence: 'documented',
    ask: (sandbox) =>
      presigned(sandbox, {}, ({ searchParams }) => searchParams.set('X-Amz-Credential', 'AKIA/20261123')),
    answer: {
      ...INCOMPLETE,
      message:
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIA/20261123'",
    },
  },
  {
    section: SECTION,
    rule: 'A date in a URL has the basic format too',
    confidence: 'documented',
    ask: (sandbox) =>
      presigned(sandbox, {}, ({ searchParams }) => searchParams.set('X-Amz-Date', 'yesterday')),
    answer: {
      ...INCOMPLETE,
      message:
        "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
    },
  },
  {
    section: SECTION,
    rule: 'STS does not look at X-Amz-Expires: a URL for a minute still holds after ten',
    confidence: 'quoted',
    ask: (sandbox) => usedAfter(sandbox, 10),
    answer: AS_USER,
  },
  {
    section: SECTION,
    rule: 'A URL holds no longer than fifteen minutes',
    confidence: 'quoted',
    ask: (sandbox) => usedAfter(sandbox, 16),
    answer: {
      ...DOES_NOT_MATCH,
      message:
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    },
  },
  {
    section: SECTION,
    rule: 'The signature of a URL covers what it asks for',
    confidence: 'verified',
    ask: (sandbox) => presigned(sandbox, {}, ({ searchParams }) => searchParams.set('X-Amz-Expires', '61')),
    answer: { ...DOES_NOT_MATCH, message: /^The request signature we calculated does not match/ },
  },
  {
    section: SECTION,
    rule: 'Parameters are signed in the order of their encoded names, in whatever order they come',
    confidence: 'verified',
    ask: (sandbox) =>
      presigned(sandbox, {}, (url) => {
        url.search = url.search.slice(1).split('&').reverse().join('&');
      }),
    answer: AS_USER,
  },
  {
    section: SECTION,
    rule: 'The host must be signed in a URL too',
    confidence: 'quoted',
    ask: (sandbox) =>
      presigned(sandbox, {}, ({ searchParams }) => searchParams.set('X-Amz-SignedHeaders', 'accept')),
    answer: {
      ...DOES_NOT_MATCH,
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    },
  },
];
