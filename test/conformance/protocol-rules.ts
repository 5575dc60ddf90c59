import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { PRODUCTION, TOOLS } from '../support/start-sandbox-aws.ts';
import { told } from './ask.ts';
import type { Rule } from './rule.ts';
import { byHand, form, IDENTITY, unsigned } from './sts-calls.ts';

const ENCODING = '1.2 Request encoding';
const REFUSED = { status: 400, code: 'ValidationError' } as const;

/** An action that is refused for its session name shows how that name was read. */
const named = (name: string) =>
  `Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::${PRODUCTION}:role/Ec2Operator&RoleSessionName=${name}`;
const nameShown = (value: string) =>
  `1 validation error detected: Value '${value}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`;

export const PROTOCOL_RULES: readonly Rule[] = [
  {
    section: ENCODING,
    rule: 'A form may name its character set, as botocore does',
    confidence: 'verified',
    ask: (sandbox) =>
      byHand(sandbox, { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } }),
    answer: { status: 200, code: 'Success', result: {} },
  },
  {
    section: ENCODING,
    rule: 'A GET takes everything in its query string',
    confidence: 'documented',
    ask: (sandbox) => byHand(sandbox, { method: 'GET', query: IDENTITY, body: '' }),
    answer: {
      status: 200,
      code: 'Success',
      result: { text: expect.stringContaining('<GetCallerIdentityResult>') as string },
    },
  },
  {
    section: ENCODING,
    rule: 'A form and a query string together make one call',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { query: 'Version=2011-06-15', body: 'Action=GetCallerIdentity' }),
    answer: { status: 200, code: 'Success', result: {} },
  },
  {
    section: ENCODING,
    rule: 'A plus is a space',
    confidence: 'verified',
    ask: (sandbox) => byHand(sandbox, { body: named('a+b') }),
    answer: { ...REFUSED, message: nameShown('a b') },
  },
  {
    section: ENCODING,
    rule: 'Percent-encoded bytes are UTF-8',
    confidence: 'verified',
    ask: (sandbox) => byHand(sandbox, { body: named('%C3%A9%20%E2%82%AC') }),
    answer: { ...REFUSED, message: nameShown('é €') },
  },
  {
    section: ENCODING,
    rule: 'Bytes that are no UTF-8 are a malformed query string',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: named('%FF%FE') }),
    answer: { status: 404, code: 'MalformedQueryString' },
  },
  {
    section: ENCODING,
    rule: 'Names of parameters have a case',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: named('erin').replace('RoleArn', 'rolearn') }),
    answer: REFUSED,
  },
  {
    section: ENCODING,
    rule: 'Names of actions have a case',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: IDENTITY.replace('GetCaller', 'getCaller') }),
    answer: { status: 400, code: 'InvalidAction' },
  },
  {
    section: ENCODING,
    rule: 'The ARN of a policy in a list is called `arn`, in small letters',
    confidence: 'known',
    ask: (sandbox) =>
      byHand(sandbox, {
        body: `${named('erin')}&PolicyArns.member.1.Arn=arn:aws:iam::aws:policy/ReadOnlyAccess`,
      }),
    answer: REFUSED,
  },
  {
    section: ENCODING,
    rule: 'A tag may have an empty value, which is sent as nothing behind the equal sign',
    confidence: 'verified',
    ask: (sandbox) =>
      told(
        sandbox.client(sandbox.keyOf(TOOLS, 'daypass-broker')).send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`,
            RoleSessionName: 'erin',
            SourceIdentity: 'erin',
            Tags: [{ Key: 'empty', Value: '' }],
          }),
        ),
      ),
    answer: { status: 200, code: 'Success', result: {} },
  },
  ...(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'] as const).map((action): Rule => ({
    section: ENCODING,
    rule: `${action} wants no signature: what it misses is a parameter`,
    confidence: 'quoted',
    ask: (sandbox) => unsigned(sandbox, form({ Action: action })),
    answer: { ...REFUSED, message: /^\d validation errors detected: Value null at 'roleArn'/ },
  })),
  {
    section: ENCODING,
    rule: 'A signature on an action that wants none is not looked at',
    confidence: 'known',
    ask: (sandbox) =>
      byHand(sandbox, {
        credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
        body: form({ Action: 'AssumeRoleWithWebIdentity' }),
      }),
    answer: REFUSED,
  },
  {
    section: '1.4 Error shape',
    rule: 'What a caller sent is escaped where an error repeats it',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, { body: named(encodeURIComponent('<a>&"')) }),
    answer: { ...REFUSED, message: nameShown('<a>&"') },
  },
];
