/** The encoded message that EC2 sends with a refusal, and what DecodeAuthorizationMessage makes of it. */
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import { type Ask, caller, session, user, type Who } from './assume-role-ask.ts';
import { ABROAD, allow, deny, HOME, inline, role, roleArn, userArn } from './assume-role-world.ts';
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import type { Rule } from './rule.ts';

export const DECODE_ROLES: readonly RoleData[] = [
  role(
    'Denied',
    {},
    {
      policies: inline(allow('ec2:*'), {
        ...deny('ec2:TerminateInstances'),
        Sid: 'NeverTerminate',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'a' } },
      }),
    },
  ),
];

const INSTANCE = 'i-0123456789abcdef0';
const INSTANCE_ARN = `arn:aws:ec2:us-east-1:${HOME}:instance/${INSTANCE}`;

/** EC2's answer to a termination. */
async function terminate(who: Who, sandbox: TestSandboxAws): Promise<Answer> {
  const client = new EC2Client({
    region: 'us-east-1',
    endpoint: sandbox.url,
    credentials: await who(sandbox),
    maxAttempts: 1,
  });
  try {
    return await told(client.send(new TerminateInstancesCommand({ InstanceIds: [INSTANCE] })));
  } finally {
    client.destroy();
  }
}

async function decode(who: Who, EncodedMessage: string, sandbox: TestSandboxAws): Promise<Answer> {
  const client = sandbox.client(await who(sandbox));
  const answer = await told(client.send(new DecodeAuthorizationMessageCommand({ EncodedMessage })));
  const { DecodedMessage } = answer.result as { DecodedMessage?: string };
  return DecodedMessage === undefined ? answer : { ...answer, result: JSON.parse(DecodedMessage) as object };
}

/** What is decoded of the refusal that somebody got. */
const decoded =
  (refused: Who, by: Who = caller, change: (message: string) => string = (message) => message): Ask =>
  async (sandbox) => {
    const { message } = await terminate(refused, sandbox);
    const encoded = /Encoded authorization failure message: (\S+)$/.exec(message)?.[1] ?? '';
    return decode(by, change(encoded), sandbox);
  };

const section = '1.5 DecodeAuthorizationMessage';
const INVALID = { status: 400, code: 'InvalidAuthorizationMessageException' } as const;
const containing = (item: object): unknown => expect.arrayContaining([expect.objectContaining(item)]);
const texts = (...values: readonly string[]) => ({ items: values.map((value) => ({ value })) });
const inRole = session(caller, { RoleArn: roleArn('Denied') });

/** Which members the principal has, beside what they are. */
const principalKeys: Ask = async (sandbox) => {
  const answer = await decoded(inRole)(sandbox);
  const { context } = answer.result as { context: { principal: object } };
  return { ...answer, result: { principal: Object.keys(context.principal), ...context.principal } };
};

const decodedTooLate: Ask = async (sandbox) => {
  const { message } = await terminate(user('powerless'), sandbox);
  sandbox.clockOffsetMs += 48 * 3_600_000;
  const encoded = message.slice(message.lastIndexOf(' ') + 1);
  // The client is behind by then, but for the clock that it learns from the first answer.
  const client = sandbox.client(await caller(sandbox));
  client.config.systemClockOffset = sandbox.clockOffsetMs;
  return told(client.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: encoded })));
};

export const DECODE_RULES: readonly Rule[] = [
  {
    section,
    rule: 'A refusal by EC2 ends with an encoded message',
    confidence: 'quoted',
    ask: (sandbox) => terminate(user('powerless'), sandbox),
    answer: {
      status: 403,
      code: 'UnauthorizedOperation',
      message:
        /^You are not authorized to perform this operation\..* Encoded authorization failure message: [\w-]{100,}$/,
    },
  },
  {
    section,
    rule: 'Decoded it tells who asked for what',
    confidence: 'documented',
    ask: decoded(user('powerless')),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        allowed: false,
        context: {
          principal: {
            id: expect.stringMatching(/^AIDA/) as string,
            name: 'powerless',
            arn: userArn('powerless'),
          },
          action: 'ec2:TerminateInstances',
          resource: INSTANCE_ARN,
        },
      },
    },
  },
  {
    section,
    rule: 'Where nothing allowed it no statement matched',
    confidence: 'quoted',
    ask: decoded(user('powerless')),
    answer: {
      status: 200,
      code: 'Success',
      result: { explicitDeny: false, matchedStatements: { items: [] }, failures: { items: [] } },
    },
  },
  {
    section,
    rule: 'Where something denied it the statement is there',
    confidence: 'known',
    ask: decoded(inRole),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        explicitDeny: true,
        matchedStatements: {
          items: [
            {
              statementId: 'NeverTerminate',
              effect: 'DENY',
              actions: texts('ec2:TerminateInstances'),
              resources: texts('*'),
              conditions: { items: [{ key: 'aws:ResourceTag/team', values: texts('a') }] },
            },
          ],
        },
      },
    },
  },
  {
    section,
    rule: 'A role session is told with its id and ARN, and without a name',
    confidence: 'quoted',
    ask: principalKeys,
    answer: {
      status: 200,
      code: 'Success',
      result: { principal: ['id', 'arn'], arn: `arn:aws:sts::${HOME}:assumed-role/Denied/erin` },
    },
  },
  {
    section,
    rule: 'The condition keys of the request are there, each with its list of values',
    confidence: 'quoted',
    ask: decoded(user('powerless')),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        context: {
          conditions: { items: containing({ key: 'aws:Region', values: texts('us-east-1') }) },
        },
      },
    },
  },
  {
    section,
    rule: 'It needs sts:DecodeAuthorizationMessage',
    confidence: 'documented',
    ask: decoded(user('powerless'), user('powerless')),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: /^User: \S+:user\/powerless is not authorized to perform: sts:DecodeAuthorizationMessage/,
    },
  },
  {
    section,
    rule: 'A message that was changed is invalid',
    confidence: 'known',
    ask: decoded(
      user('powerless'),
      caller,
      (message) => `${message.startsWith('A') ? 'B' : 'A'}${message.slice(1)}`,
    ),
    answer: INVALID,
  },
  {
    section,
    rule: 'A message that was cut is invalid',
    confidence: 'known',
    ask: decoded(user('powerless'), caller, (message) => message.slice(0, 40)),
    answer: INVALID,
  },
  {
    section,
    rule: 'A message with a line break is invalid',
    confidence: 'known',
    ask: decoded(user('powerless'), caller, (message) => `${message.slice(0, 64)}\n${message.slice(64)}`),
    answer: INVALID,
  },
  {
    section,
    rule: 'A message expires',
    confidence: 'known',
    ask: decodedTooLate,
    answer: INVALID,
  },
  {
    section,
    rule: "Another account's message is invalid",
    confidence: 'known',
    ask: decoded(user('powerless'), user('outsider', ABROAD)),
    answer: INVALID,
  },
];
