/** Which actions and resources a statement speaks of: wildcards, case, and the Not forms. */
import { type StatementText } from '../support.ts';
import { caseOf, type DecisionCase } from './decision-case.ts';

type Row = readonly [says: string, element: StatementText, asked: string, applies: boolean];

const ACTIONS: readonly Row[] = [
  ['an action by its name', { Action: 'sqs:SendMessage' }, 'sqs:SendMessage', true],
  ['a longer action is another', { Action: 'sqs:SendMessage' }, 'sqs:SendMessageBatch', false],
  ['actions compare without case', { Action: 'SQS:sendmessage' }, 'sqs:SendMessage', true],
  ['patterns compare without case', { Action: 'sqs:sEND*' }, 'sqs:SendMessage', true],
  ['a star is every action', { Action: '*' }, 'sqs:SendMessage', true],
  ['a star behind a service is that service’s', { Action: 'sqs:*' }, 's3:GetObject', false],
  ['a star is any run, also none', { Action: 'sqs:SendMessage*' }, 'sqs:SendMessage', true],
  ['a star stands in the middle', { Action: 'sqs:*Message' }, 'sqs:SendMessage', true],
  ['and has to be followed by the rest', { Action: 'sqs:*Message' }, 'sqs:SendMessageBatch', false],
  ['a question mark is one character', { Action: 'sqs:SendMessag?' }, 'sqs:SendMessage', true],
  ['a question mark is not none', { Action: 'sqs:SendMessage?' }, 'sqs:SendMessage', false],
  ['a question mark is not two', { Action: 'sqs:SendMessa?' }, 'sqs:SendMessage', false],
  ['one of a list', { Action: ['s3:*', 'sqs:Send*'] }, 'sqs:SendMessage', true],
  ['none of a list', { Action: ['s3:*', 'ec2:*'] }, 'sqs:SendMessage', false],
  ['a service whose name begins alike is another', { Action: 's3:*' }, 's3-object-lambda:GetObject', false],
  ['NotAction speaks of what it does not list', { NotAction: 's3:*' }, 'sqs:SendMessage', true],
  [
    'NotAction does not speak of what it lists',
    { NotAction: ['s3:*', 'SQS:send*'] },
    'sqs:SendMessage',
    false,
  ],
  ['NotAction with a star speaks of nothing', { NotAction: '*' }, 'sqs:SendMessage', false],
];

const QUEUE = 'arn:aws:sqs:eu-central-1:111122223333:jobs';
const OBJECT = 'arn:aws:s3:::reports/2026/q1:final.pdf';
const STREAM = 'arn:aws:logs:eu-central-1:111122223333:log-group:/app/web:log-stream:one';
const on = (...resources: string[]): StatementText => ({ Resource: resources });

const RESOURCES: readonly Row[] = [
  ['a resource by its ARN', on(QUEUE), QUEUE, true],
  ['resources compare with case', on(QUEUE.replace('jobs', 'Jobs')), QUEUE, false],
  ['so do the services in them', on(QUEUE.replace('sqs', 'SQS')), QUEUE, false],
  ['a star is every resource', on('*'), QUEUE, true],
  ['a star at the end goes on past colons', on('arn:aws:sqs:*'), QUEUE, true],
  ['and past several parts', on('arn:aws:logs:*'), STREAM, true],
  ['a star for a whole part', on('arn:aws:sqs:*:111122223333:jobs'), QUEUE, true],
  ['a star that ends a part goes on past a colon', on('arn:aws:sqs:eu-*:jobs'), QUEUE, true],
  ['a star within a part stays in it', on('arn:aws:sqs:eu-*-1:111122223333:jobs'), QUEUE, true],
  ['and does not go on past a colon', on('arn:aws:sqs:eu-*3:jobs'), QUEUE, false],
  ['nor does one that begins a part', on('arn:aws:sqs:*3333:jobs'), QUEUE, false],
  [
    'a question mark within a part is no colon',
    on('arn:aws:sqs:eu-central-1?111122223333:jobs:x*'),
    `${QUEUE}:x`,
    false,
  ],
  [
    'a question mark within a part is one character',
    on('arn:aws:sqs:eu-central-?:11112222????:jobs'),
    QUEUE,
    true,
  ],
  ['a star for two parts leaves the rest to match', on('arn:aws:sqs:*:jobs'), QUEUE, true],
  ['and the rest has to', on('arn:aws:sqs:*:job'), QUEUE, false],
  ['another account’s resource of that name', on('arn:aws:sqs:*:444455556666:jobs'), QUEUE, false],
  ['another partition’s', on('arn:aws-cn:sqs:*:*:jobs'), QUEUE, false],
  ['a star for the partition', on('arn:aws*:sqs:*:*:jobs'), QUEUE, true],
  ['in a bucket a star goes on past slashes', on('arn:aws:s3:::reports/*.pdf'), OBJECT, true],
  ['and past colons', on('arn:aws:s3:::reports/*/q1*pdf'), OBJECT, true],
  ['a bucket is not its objects', on('arn:aws:s3:::reports'), OBJECT, false],
  ['a bucket’s objects are not those of a longer name', on('arn:aws:s3:::report/*'), OBJECT, false],
  ['a prefix without a slash takes longer names in', on('arn:aws:s3:::repo*'), OBJECT, true],
  [
    'a part behind the fifth colon, with its own colons',
    on('arn:aws:logs:*:*:log-group:/app/*:log-stream:*'),
    STREAM,
    true,
  ],
  ['one of a list of resources', on('arn:aws:s3:::a', QUEUE), QUEUE, true],
  ['none of a list of resources', on('arn:aws:s3:::a', 'arn:aws:s3:::b'), QUEUE, false],
  ['an action without a resource is met by a star', on('*'), '*', true],
  ['and by nothing else', on('arn:aws:sqs:*'), '*', false],
  ['NotResource speaks of what it does not list', { NotResource: 'arn:aws:s3:::*' }, QUEUE, true],
  [
    'NotResource does not speak of what it lists',
    { NotResource: ['arn:aws:s3:::*', 'arn:aws:sqs:*'] },
    QUEUE,
    false,
  ],
  ['a regular expression is only letters', on('arn:aws:s3:::reports/.+'), OBJECT, false],
  ['brackets are only letters', on('arn:aws:s3:::reports/[2]026/q1:final.pdf'), OBJECT, false],
];

const ACTIONS_BY_SERVICE: Readonly<Record<string, string>> = {
  sqs: 'sqs:SendMessage',
  s3: 's3:GetObject',
  logs: 'logs:PutLogEvents',
};

export const ACTION_AND_RESOURCE_CASES: readonly DecisionCase[] = [
  ...ACTIONS.map(([says, element, action, applies]) =>
    caseOf(
      says,
      { action, policies: { identity: [{ Effect: 'Allow', Resource: '*', ...element }] } },
      applies ? 'allowed identity' : 'no-allow identity',
    ),
  ),
  ...RESOURCES.map(([says, element, resource, applies]) =>
    caseOf(
      says,
      {
        action: ACTIONS_BY_SERVICE[resource.split(':')[2] ?? ''] ?? 'sqs:ListQueues',
        resource,
        policies: { identity: [{ Effect: 'Allow', Action: '*', ...element }] },
      },
      applies ? 'allowed identity' : 'no-allow identity',
    ),
  ),
];
