/** What would be decided if somebody asked: the same evaluator and policies, and nothing is done. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EXAMPLE_CORP,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

const JSON_BODY = { 'content-type': 'application/json' };

async function post(body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${sandbox.url}/_sandbox/explain`, {
    method: 'POST',
    headers: JSON_BODY,
    body,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function ask(question: object): Promise<unknown> {
  const { status, answer } = await post(JSON.stringify(question));
  expect(status).toBe(200);
  return answer;
}

const decision = (allowed: boolean, why: string, by: string) => ({ decision: { allowed, why, by } });
const BROKER = `arn:aws:iam::${TOOLS}:user/daypass-broker`;
const TOOLS_USER = `arn:aws:iam::${TOOLS}:user/tools`;
const OPERATOR = `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`;
const INSTANCE = `arn:aws:ec2:us-east-1:${PRODUCTION}:instance/i-0b9c8d7e6f5a40312`;
const COST_READER = `arn:aws:iam::${TOOLS}:role/ExampleCorpCostReader`;
const LIST_ONLY = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:List*', Resource: '*' },
};

describe('what if', () => {
  it.each([
    [
      'a user may assume a role of another account',
      { principal: BROKER, action: 'sts:AssumeRole', resource: OPERATOR },
      decision(true, 'allowed', 'identity'),
    ],
    [
      'another user may not',
      { principal: TOOLS_USER, action: 'sts:AssumeRole', resource: OPERATOR },
      decision(false, 'no-allow', 'trust'),
    ],
    [
      'a role may terminate an instance of its account',
      { principal: OPERATOR, action: 'ec2:TerminateInstances', resource: INSTANCE },
      decision(true, 'allowed', 'identity'),
    ],
    [
      'a session that is named is one of the role',
      {
        principal: `arn:aws:sts::${PRODUCTION}:assumed-role/Ec2Operator/erin`,
        action: 's3:ListAllMyBuckets',
        resource: '*',
      },
      decision(false, 'no-allow', 'identity'),
    ],
    [
      'a session policy takes away from a role',
      {
        principal: `arn:aws:iam::${TOOLS}:role/EdgeListBuckets`,
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::example-tools-website/index.html',
        sessionPolicy: LIST_ONLY,
      },
      decision(false, 'no-allow', 'session'),
    ],
    [
      'a session policy makes of a user whom GetFederationToken federates',
      {
        principal: `arn:aws:iam::${TOOLS}:user/reports`,
        action: 's3:ListAllMyBuckets',
        resource: '*',
        sessionPolicy: JSON.stringify(LIST_ONLY),
      },
      { decision: { allowed: true, principal: `arn:aws:sts::${TOOLS}:federated-user/what-if` } },
    ],
    [
      'a condition key is missing',
      {
        principal: `arn:aws:iam::${EXAMPLE_CORP}:user/cost-service`,
        action: 'sts:AssumeRole',
        resource: COST_READER,
      },
      decision(false, 'no-allow', 'trust'),
    ],
    [
      'a condition key is given, whatever its case',
      {
        principal: `arn:aws:iam::${EXAMPLE_CORP}:user/cost-service`,
        action: 'sts:AssumeRole',
        resource: COST_READER,
        context: { 'STS:externalid': '12345' },
      },
      decision(true, 'allowed', 'identity'),
    ],
    [
      'a service assumes its role',
      {
        principal: 'lambda.amazonaws.com',
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${TOOLS}:role/EdgeListBuckets`,
      },
      decision(true, 'allowed', 'trust'),
    ],
    [
      'the root user asks for a role',
      { principal: `arn:aws:iam::${TOOLS}:root`, action: 'sts:AssumeRole', resource: OPERATOR },
      decision(false, 'root-cannot-assume-role', 'account-root'),
    ],
    [
      'there is no such role',
      { principal: BROKER, action: 'sts:AssumeRole', resource: `${OPERATOR}s` },
      decision(false, 'rule', 'sts'),
    ],
  ])('%s', async (_what, question, expected) => {
    expect(await ask(question)).toMatchObject(expected);
  });

  it('explains as it explains calls, traps and all', async () => {
    const answer = await ask({
      principal: `arn:aws:iam::${TOOLS}:role/EdgeListBuckets`,
      action: 's3:ListAllMyBuckets',
      resource: 'arn:aws:s3:::*',
      sessionPolicy: { ...LIST_ONLY, Statement: { ...LIST_ONLY.Statement, Action: 's3:ListBucket' } },
    });
    expect(answer).toMatchObject({
      explanation: { allowed: false, text: expect.stringContaining('session policy') as string },
      traps: expect.arrayContaining([expect.stringContaining('s3:ListAllMyBuckets')]) as string[],
    });
  });

  it('does nothing: no call is journaled, no instance ends', async () => {
    const before = sandbox.aws.journal.lastId;
    await ask({ principal: OPERATOR, action: 'ec2:TerminateInstances', resource: INSTANCE });
    expect(sandbox.aws.journal.lastId).toBe(before);
    expect(sandbox.aws.instances.stateOf('i-0b9c8d7e6f5a40312').name).toBe('running');
  });

  const question = { principal: BROKER, action: 'sts:AssumeRole', resource: OPERATOR };
  it.each([
    ['no JSON', '{"principal":'],
    ['a list', '[]'],
    ['an action with a wildcard', JSON.stringify({ ...question, action: 's3:*' })],
    ['a member that there is not', JSON.stringify({ ...question, execute: true })],
    ['a user that there is not', JSON.stringify({ ...question, principal: `${BROKER}s` })],
    ['an account that there is not', JSON.stringify({ ...question, principal: 'arn:aws:iam::1:user/x' })],
    ['a text that names nobody', JSON.stringify({ ...question, principal: 'erin' })],
    ['a policy that cannot be read', JSON.stringify({ ...question, sessionPolicy: '{"Version":"1"}' })],
    [
      'a policy nested too deep',
      `{"principal":"${BROKER}","action":"s3:GetObject","resource":"*","sessionPolicy":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
    ],
    [
      'too many keys',
      JSON.stringify({
        ...question,
        context: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`k${at}`, 'v'])),
      }),
    ],
  ])('refuses %s', async (_what, body) => {
    const { status, answer } = await post(body);
    expect(status).toBe(400);
    expect(answer).toEqual({ error: expect.any(String) as string });
  });

  it('refuses more than it wants to read', async () => {
    expect((await post(JSON.stringify({ ...question, resource: 'x'.repeat(70_000) }))).status).toBe(413);
  });
});
