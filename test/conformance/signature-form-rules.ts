import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { byHand, IDENTITY, tampered, unsigned } from './sts-calls.ts';

/* What a signature says about itself: its parts, its scope, its date. */

const SECTION = '1.8 Signature Version 4';
const DOES_NOT_MATCH = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const INCOMPLETE = { status: 400, code: 'IncompleteSignature' } as const;
const SUCCESS = { status: 200, code: 'Success', result: {} } as const;

function minutesAway(sandbox: TestSandboxAws, minutes: number): Date {
  return new Date(sandbox.now().getTime() + minutes * 60_000);
}

/** An Authorization header without one of its parts. */
function without(sandbox: TestSandboxAws, part: string): Promise<Answer> {
  return tampered(sandbox, (init, url) => {
    const headers = new Headers(init.headers);
    const whole = headers.get('authorization') ?? '';
    headers.set('authorization', whole.replace(new RegExp(`${part}=[^,]*(, )?`), ''));
    return [url, { ...init, headers }];
  });
}

const missing = (part: string): RegExp => new RegExp(`^Authorization header requires '${part}' parameter\\.`);

export const SIGNATURE_FORM_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'A call that nobody signed misses its token',
    confidence: 'quoted',
    ask: (sandbox) => unsigned(sandbox, IDENTITY),
    answer: {
      status: 403,
      code: 'MissingAuthenticationToken',
      message: 'Request is missing Authentication Token',
    },
  },
  {
    section: SECTION,
    rule: 'Another scheme of authorization is none',
    confidence: 'quoted',
    ask: (sandbox) => unsigned(sandbox, IDENTITY, { authorization: 'Bearer abc' }),
    answer: {
      status: 403,
      code: 'MissingAuthenticationToken',
      message: 'Request is missing Authentication Token',
    },
  },
  ...['Credential', 'SignedHeaders', 'Signature'].map((part): Rule => ({
    section: SECTION,
    rule: `An Authorization header needs its ${part}`,
    confidence: 'documented',
    ask: (sandbox) => without(sandbox, part),
    answer: { ...INCOMPLETE, message: missing(part) },
  })),
  {
    section: SECTION,
    rule: 'A signature needs a date',
    confidence: 'documented',
    ask: (sandbox) =>
      unsigned(sandbox, IDENTITY, {
        authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
      }),
    answer: {
      ...INCOMPLETE,
      message: /^Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\./,
    },
  },
  {
    section: SECTION,
    rule: 'All that is missing is told at once',
    confidence: 'quoted',
    ask: (sandbox) => unsigned(sandbox, IDENTITY, { authorization: 'AWS4-HMAC-SHA256' }),
    answer: {
      ...INCOMPLETE,
      message:
        /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. /,
    },
  },
  {
    section: SECTION,
    rule: 'A part of the header is a name, an equal sign and a value',
    confidence: 'quoted',
    ask: (sandbox) => unsigned(sandbox, IDENTITY, { authorization: 'AWS4-HMAC-SHA256 abc' }),
    answer: { ...INCOMPLETE, message: /key=value pair \(missing equal-sign\) in Authorization header/ },
  },
  {
    section: SECTION,
    rule: 'A credential has five elements',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { region: 'us/east' }),
    answer: {
      ...INCOMPLETE,
      message:
        /^Credential must have exactly 5 slash-delimited elements, e\.g\. keyid\/date\/region\/service\/term, got '.*\/us\/east\/sts\/aws4_request'$/,
    },
  },
  {
    section: SECTION,
    rule: 'A date has the basic format of ISO 8601',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { headers: { 'x-amz-date': '2026-11-23T17:03:29Z' } }),
    answer: {
      ...INCOMPLETE,
      message:
        "Date must be in ISO-8601 'basic format'. Got '2026-11-23T17:03:29Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    },
  },
  {
    section: SECTION,
    rule: 'The host must be signed',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { signedHeaders: ['content-type', 'x-amz-date'] }),
    answer: {
      ...DOES_NOT_MATCH,
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    },
  },
  {
    section: SECTION,
    rule: 'A signature is for a region that there is',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { region: 'eu-wset-1' }),
    answer: {
      ...DOES_NOT_MATCH,
      message: "Credential should be scoped to a valid Region, not 'eu-wset-1'. ",
    },
  },
  {
    section: SECTION,
    rule: 'A signature for a region of another partition is none here',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { region: 'cn-north-1' }),
    answer: DOES_NOT_MATCH,
  },
  {
    section: SECTION,
    rule: 'A signature for any region of the partition holds at an address of no region',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { region: 'ap-southeast-7' }),
    answer: SUCCESS,
  },
  {
    section: SECTION,
    rule: 'A signature is for one service',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { service: 'kms' }),
    answer: { ...DOES_NOT_MATCH, message: "Credential should be scoped to correct service: 'sts'. " },
  },
  {
    section: SECTION,
    rule: 'A scope ends with aws4_request',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { terminator: 'aws5_request' }),
    answer: {
      ...DOES_NOT_MATCH,
      message: "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    },
  },
  {
    section: SECTION,
    rule: 'The day of the scope is that of the date',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { date: '20200101' }),
    answer: {
      ...DOES_NOT_MATCH,
      message:
        /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '\d{8}', from '\d{8}T\d{6}Z'\.$/,
    },
  },
  {
    section: SECTION,
    rule: 'A signature of sixteen minutes ago has expired',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { at: minutesAway(sandbox, -16) }),
    answer: {
      ...DOES_NOT_MATCH,
      message:
        /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    },
  },
  {
    section: SECTION,
    rule: 'A signature of sixteen minutes ahead is not yet current',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { at: minutesAway(sandbox, 16) }),
    answer: {
      ...DOES_NOT_MATCH,
      message:
        /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/,
    },
  },
  {
    section: SECTION,
    rule: 'A clock may be fourteen minutes late',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { at: minutesAway(sandbox, -14) }),
    answer: SUCCESS,
  },
  {
    section: SECTION,
    rule: 'A clock may be fourteen minutes early',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { at: minutesAway(sandbox, 14) }),
    answer: SUCCESS,
  },
  {
    section: '9 Gotchas',
    rule: 'A proxy that rewrites the host breaks the signature',
    confidence: 'verified',
    ask: (sandbox) =>
      tampered(
        sandbox,
        (init, url) => {
          const headers = new Headers(init.headers);
          headers.delete('host');
          return [url, { ...init, headers }];
        },
        { headers: { host: 'sts.us-east-1.amazonaws.com' } },
      ),
    answer: { ...DOES_NOT_MATCH, message: /^The request signature we calculated does not match/ },
  },
];
