/** Why an answer is what it is: told to whoever looks into the sandbox, and never to the caller. */
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type STSServiceException } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConsoleRouter } from '../../src/sandbox/aws/console/aws-console.ts';
import type { JournalEntry } from '../../src/sandbox/aws/journal.ts';
import type { Explanation } from '../../src/sandbox/aws/explain/explain-call.ts';
import {
  type Credentials,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  const elsewhere = 'http://localhost:8080';
  sandbox = await startSandboxAws({
    pages: (aws) =>
      awsConsoleRouter({
        awsUrl: elsewhere,
        brokerUrl: elsewhere,
        identityProvidersUrl: elsewhere,
        rootDir: process.cwd(),
        aws,
      }),
  });
});
afterAll(() => sandbox.close());

const BROKER = `arn:aws:iam::${TOOLS}:user/daypass-broker`;
const roleArn = (name: string, account = PRODUCTION) => `arn:aws:iam::${account}:role/${name}`;

interface Refusal {
  readonly requestId: string;
  readonly message: string;
}

async function refused(RoleArn: string, user = 'daypass-broker', input: object = {}): Promise<Refusal> {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'erin', ...input });
  try {
    await sandbox.client(sandbox.keyOf(TOOLS, user)).send(command);
  } catch (error) {
    const { $metadata, message } = error as STSServiceException;
    return { requestId: $metadata.requestId ?? '', message };
  }
  throw new Error('the call succeeded');
}

async function explained(requestId: string): Promise<Explanation> {
  const response = await fetch(`${sandbox.url}/_sandbox/explain/${requestId}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Explanation;
}

function journaled(requestId: string): JournalEntry {
  const entry = sandbox.aws.journal.findByRequestId(requestId);
  if (entry === undefined) throw new Error('the journal has no such call');
  return entry;
}

async function playedLambda(): Promise<Credentials> {
  const response = await fetch(`${sandbox.url}/_sandbox/play-lambda`, { method: 'POST' });
  const { credentials } = (await response.json()) as { credentials: Record<string, string> };
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

describe('a refusal', () => {
  it('is in the journal with every statement that was looked at, and what each wanted instead', async () => {
    const { requestId } = await refused(roleArn('SupportOperator'));
    expect(journaled(requestId).decisions).toEqual([
      {
        principal: BROKER,
        action: 'sts:AssumeRole',
        resource: roleArn('SupportOperator'),
        allowed: false,
        why: 'no-allow',
        by: 'trust',
        statements: [
          {
            kind: 'identity',
            policy: 'assume-the-roles-that-daypass-offers',
            statement: 0,
            effect: 'Allow',
            applies: false,
            because: {
              element: 'resource',
              expected: expect.arrayContaining([roleArn('Ec2Operator')]) as string[],
            },
          },
          {
            kind: 'trust',
            policy: 'the trust policy of SupportOperator',
            statement: 0,
            effect: 'Allow',
            applies: false,
            because: { element: 'principal', expected: [expect.any(String)] },
          },
        ],
      },
    ]);
  });

  it('names to people the role that is trusted, though the policy holds its id', async () => {
    const { requestId } = await refused(roleArn('SupportOperator'));
    expect(await explained(requestId)).toMatchObject({
      who: BROKER,
      operation: 'sts:AssumeRole',
      verdict: 'refused',
      text: `Refused: the role's trust policy does not let you in. Statement 1 of the trust policy of SupportOperator allows only ${roleArn('DaypassHub', TOOLS)}; you are ${BROKER}.`,
    });
  });

  it('tells the caller nothing of all that', async () => {
    const missing = await refused(roleArn('NoSuchRole'));
    const denied = await refused(roleArn('SupportOperator'));
    expect(missing.message.replace('NoSuchRole', 'SupportOperator')).toBe(denied.message);
    expect((await explained(missing.requestId)).traps[0]).toContain(
      'AWS answers for a role that does not exist',
    );
    expect(journaled(missing.requestId).decisions).toMatchObject([
      {
        allowed: false,
        why: 'rule',
        by: 'sts',
        rule: 'there is no such role',
        resource: roleArn('NoSuchRole'),
      },
    ]);
  });

  it('of a service’s role says that only services may', async () => {
    const { requestId } = await refused(roleArn('EdgeListBuckets', TOOLS));
    const { text, traps } = await explained(requestId);
    expect(text).toContain('allows only lambda.amazonaws.com or edgelambda.amazonaws.com');
    expect(traps).toEqual([expect.stringContaining('Only AWS services may assume this role')]);
  });

  it('for want of an external ID says which condition it was', async () => {
    const role = roleArn('ExampleCorpCostReader', TOOLS);
    const corp = sandbox.client(sandbox.keyOf('777788889999', 'cost-service'));
    const failure = await corp
      .send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'erin' }))
      .catch((error: unknown) => error as STSServiceException);
    const { text, traps } = await explained(failure.$metadata.requestId ?? '');
    expect(text).toContain(
      'it wants sts:ExternalId StringEquals 12345, and the request has no sts:ExternalId',
    );
    expect(traps.join()).toContain('external ID agreed on');
  });

  it('to list buckets explains that s3:ListBucket is something else', async () => {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: sandbox.url,
      credentials: await playedLambda(),
      maxAttempts: 1,
    });
    const failure = await client
      .send(new ListBucketsCommand({}))
      .catch((error: unknown) => error as STSServiceException);
    client.destroy();
    const { text, traps } = await explained(failure.$metadata.requestId ?? '');
    expect(text).toContain('statement 1 of the session policy allows only s3:ListBucket'.replace('s', 'S'));
    expect(traps.join(' ')).toContain('Listing the buckets of an account is s3:ListAllMyBuckets');
  });

  it('of whoever was deleted and made again says that the policy still means the first', async () => {
    const at = `${sandbox.url}/_sandbox/organization/accounts/${TOOLS}`;
    const headers = { 'content-type': 'application/json' };
    const put = (path: string, entry: object) =>
      fetch(`${at}${path}`, { method: 'PUT', headers, body: JSON.stringify(entry) });
    const Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
    const policies = [{ name: 'assume', document: { Version: '2012-10-17', Statement } }];
    const trustPolicy = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${TOOLS}:user/gone` },
        Action: 'sts:AssumeRole',
      },
    };
    expect((await put('/users/gone', { name: 'gone', policies })).status).toBe(201);
    expect((await put('/roles/ForGone', { name: 'ForGone', trustPolicy })).status).toBe(201);
    await fetch(`${at}/users/gone`, { method: 'DELETE' });
    await put('/users/gone', { name: 'gone', policies });
    const { requestId } = await refused(roleArn('ForGone', TOOLS), 'gone');
    expect((await explained(requestId)).text).toContain('one made again under its name is another');
  });
});

describe('the page', () => {
  it('shows the same, escaped', async () => {
    const { requestId } = await refused(roleArn('SupportOperator'));
    const entry = { ...journaled(requestId), requestId: 'escaped', action: '<script>alert(1)</script>' };
    sandbox.aws.journal.add(entry);
    const response = await fetch(`${sandbox.url}/explain/escaped`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('sts:&lt;script&gt;');
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('Statement 1 of the trust policy of SupportOperator allows only');
  });

  it('knows no call that the journal does not hold', async () => {
    for (const id of ['nothing', '..%2f..', '%00', 'a'.repeat(5000)]) {
      expect((await fetch(`${sandbox.url}/_sandbox/explain/${id}`)).status).toBe(404);
      expect((await fetch(`${sandbox.url}/explain/${id}`)).status).toBe(404);
    }
  });
});
