import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { type TestSandboxAws, TOOLS } from '../support/start-sandbox-aws.ts';
import { type Answer, fetched, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { byHand, form, IDENTITY, readJson, unsigned, user } from './sts-calls.ts';

const ENCODING = '1.2 Request encoding';
const SHAPES = '1.3 Response shapes';
const ERRORS = '1.4 Error shape';
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

async function refusedInJson(sandbox: TestSandboxAws): Promise<Answer> {
  const answer = readJson(await unsigned(sandbox, IDENTITY, { accept: 'application/json' }));
  return { ...answer, status: 200, code: 'Success', result: { ...answer.result, status: answer.status } };
}

async function lookAround(sandbox: TestSandboxAws): Promise<Answer> {
  const { status, result } = await fetched(sandbox.url);
  const { location } = (result as { headers: Record<string, string> }).headers;
  return { status: 200, code: 'Success', message: '', result: { status, location } };
}

async function wholeAnswer(sandbox: TestSandboxAws): Promise<Answer> {
  const answer = await byHand(sandbox);
  const { text, headers } = answer.result as { text: string; headers: Record<string, string> };
  const id = headers['x-amzn-requestid'] ?? 'no id';
  return { ...answer, result: { text: text.replace(id, 'ID'), type: headers['content-type'] } };
}

async function wholeError(sandbox: TestSandboxAws): Promise<Answer> {
  const { result } = await unsigned(sandbox, IDENTITY);
  const { text, headers } = result as { text: string; headers: Record<string, string> };
  const id = headers['x-amzn-requestid'] ?? 'no id';
  return { status: 200, code: 'Success', message: '', result: { text: text.replace(id, 'ID') } };
}

export const ANSWER_RULES: readonly Rule[] = [
  {
    section: ENCODING,
    rule: 'Whoever accepts JSON gets JSON, with times as numbers of seconds',
    confidence: 'recorded',
    ask: async (sandbox) =>
      readJson(
        await byHand(sandbox, {
          body: form({ Action: 'GetSessionToken' }),
          headers: { accept: 'application/json' },
        }),
      ),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        type: 'application/json',
        body: {
          GetSessionTokenResponse: {
            GetSessionTokenResult: {
              Credentials: {
                AccessKeyId: expect.stringMatching(/^ASIA/) as string,
                Expiration: expect.closeTo(Date.now() / 1000 + 43_200, -4) as number,
              },
            },
            ResponseMetadata: { RequestId: expect.stringMatching(new RegExp(`^${UUID}$`)) as string },
          },
        },
      },
    },
  },
  {
    section: ENCODING,
    rule: 'Whoever accepts JSON gets errors in JSON',
    confidence: 'recorded',
    ask: refusedInJson,
    answer: {
      status: 200,
      code: 'Success',
      result: {
        status: 403,
        body: {
          Error: {
            Code: 'MissingAuthenticationToken',
            Message: 'Request is missing Authentication Token',
            Type: 'Sender',
          },
          RequestId: expect.stringMatching(new RegExp(`^${UUID}$`)) as string,
        },
      },
    },
  },
  {
    section: ENCODING,
    rule: 'Who merely looks is sent to the page about IAM',
    confidence: 'known',
    ask: lookAround,
    answer: { status: 200, code: 'Success', result: { status: 302, location: 'https://aws.amazon.com/iam' } },
  },
  {
    section: SHAPES,
    rule: 'An answer names its namespace, the result and the request',
    confidence: 'verified',
    ask: wholeAnswer,
    answer: {
      status: 200,
      code: 'Success',
      result: {
        type: 'text/xml',
        text: expect.stringMatching(
          new RegExp(
            `^<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>arn:aws:iam::${TOOLS}:user/tools</Arn><UserId>AIDA[A-Z2-7]{17}</UserId><Account>${TOOLS}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></GetCallerIdentityResponse>$`,
          ),
        ) as string,
      },
    },
  },
  {
    section: SHAPES,
    rule: 'An expiration is written to the second, in UTC',
    confidence: 'known',
    ask: (sandbox) => byHand(sandbox, { body: form({ Action: 'GetSessionToken' }) }),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        text: expect.stringMatching(/<Expiration>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/Expiration>/) as string,
      },
    },
  },
  {
    section: SHAPES,
    rule: 'A client reads credentials and their end from it',
    confidence: 'verified',
    ask: (sandbox) => told(sandbox.client(user(sandbox)).send(new GetSessionTokenCommand({}))),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        Credentials: {
          AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/) as string,
          SecretAccessKey: expect.stringMatching(/^[\w+/]{40}$/) as string,
          SessionToken: expect.stringMatching(/^IQoJb3JpZ2lu[\w+/=]+$/) as string,
          Expiration: expect.any(Date) as Date,
        },
      },
    },
  },
  {
    section: ERRORS,
    rule: 'An error names its sender, and the request beside it',
    confidence: 'verified',
    ask: wholeError,
    answer: {
      status: 200,
      code: 'Success',
      result: {
        text: `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error><RequestId>ID</RequestId></ErrorResponse>`,
      },
    },
  },
];
