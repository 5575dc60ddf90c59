/** The official AWS CLI against the sandbox, as a newcomer would use it: situations 1 and 3, and who am I. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsCli, type CliAnswer, findAwsCli } from '../support/aws-cli.ts';
import {
  type Credentials,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

let program: string;
let home: string;
let sandbox: TestSandboxAws;

beforeAll(async () => {
  [program, home, sandbox] = await Promise.all([
    findAwsCli(),
    mkdtemp(join(tmpdir(), 'aws-cli-home-')),
    startSandboxAws(),
  ]);
}, 300_000);
afterAll(async () => {
  await sandbox.close();
  await rm(home, { recursive: true });
});

const PAYMENTS = 'i-0b9c8d7e6f5a40312';
const BUILD_SERVER = 'i-0a1b2c3d4e5f60718';

function aws(credentials: Credentials, ...args: readonly string[]): Promise<CliAnswer> {
  return awsCli({ program, endpoint: sandbox.url, credentials, home }, ...args);
}

async function answerOf(credentials: Credentials, ...args: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await aws(credentials, ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function refusalOf(credentials: Credentials, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await aws(credentials, ...args);
  expect(status).toBe(254);
  return stderr;
}

interface IssuedJson {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
}

function credentialsFrom(issued: IssuedJson): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = issued;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** A user of the management account who may look at everything. */
async function auditor(): Promise<Credentials> {
  const Action = ['iam:*', 'organizations:*', 'sts:DecodeAuthorizationMessage'];
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } };
  const url = `${sandbox.url}/_sandbox/organization/accounts/${TOOLS}/users/auditor`;
  const body = JSON.stringify({ name: 'auditor', policies: [{ name: 'look', document }] });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(url, { method: 'PUT', headers, body });
  expect(status).toBeLessThan(300);
  return sandbox.keyOf(TOOLS, 'auditor');
}

describe('situation 1 with the AWS CLI', () => {
  it('assumes the role, terminates the instance of account B, and cannot touch that of account A', async () => {
    const { Credentials: issued } = (await answerOf(
      sandbox.keyOf(TOOLS, 'daypass-broker'),
      ...['sts', 'assume-role', '--role-session-name', 'erin'],
      ...['--role-arn', `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`],
    )) as { Credentials: IssuedJson };
    const operator = credentialsFrom(issued);
    const terminate = ['ec2', 'terminate-instances', '--instance-ids'];
    const [who, refusal, dryRun] = await Promise.all([
      answerOf(operator, 'sts', 'get-caller-identity'),
      refusalOf(operator, ...terminate, BUILD_SERVER),
      refusalOf(operator, ...terminate, PAYMENTS, '--dry-run'),
    ]);
    expect(who).toMatchObject({
      Account: PRODUCTION,
      Arn: `arn:aws:sts::${PRODUCTION}:assumed-role/Ec2Operator/erin`,
    });
    expect(refusal).toContain('(InvalidInstanceID.NotFound)');
    expect(dryRun).toContain('(DryRunOperation)');
    expect(await answerOf(operator, ...terminate, PAYMENTS)).toMatchObject({
      TerminatingInstances: [
        { InstanceId: PAYMENTS, CurrentState: { Name: 'terminated' }, PreviousState: { Name: 'running' } },
      ],
    });
  });

  it('tells whoever may decode it why the instance of account A stays', async () => {
    const broker = sandbox.keyOf(TOOLS, 'daypass-broker');
    const [refusal, auditing] = await Promise.all([
      refusalOf(broker, 'ec2', 'terminate-instances', '--instance-ids', BUILD_SERVER),
      auditor(),
    ]);
    expect(refusal).toContain('(UnauthorizedOperation)');
    const encoded = /Encoded authorization failure message: (\S+)/.exec(refusal)?.[1] ?? '';
    const decoded = (await answerOf(
      auditing,
      ...['sts', 'decode-authorization-message', '--encoded-message', encoded],
    )) as { DecodedMessage: string };
    expect(JSON.parse(decoded.DecodedMessage)).toMatchObject({
      allowed: false,
      explicitDeny: false,
      context: {
        action: 'ec2:TerminateInstances',
        resource: `arn:aws:ec2:us-east-1:${TOOLS}:instance/${BUILD_SERVER}`,
      },
    });
  });
});

describe('situation 3 with the AWS CLI', () => {
  it('lists the objects of every bucket, reads none, and cannot list the buckets', async () => {
    const response = await fetch(`${sandbox.url}/_sandbox/play-lambda`, { method: 'POST' });
    const { credentials: issued } = (await response.json()) as { credentials: IssuedJson };
    const lambda = credentialsFrom(issued);
    const list = ['s3api', 'list-objects-v2', '--bucket'];
    const [reports, website, read, buckets] = await Promise.all([
      answerOf(lambda, ...list, 'example-tools-cost-reports'),
      answerOf(lambda, ...list, 'example-tools-website'),
      refusalOf(
        lambda,
        ...['s3api', 'get-object', '--bucket', 'example-tools-website', '--key', 'index.html'],
        join(home, 'index.html'),
      ),
      refusalOf(lambda, 's3api', 'list-buckets'),
    ]);
    expect(reports).toMatchObject({ Contents: [{ Key: '2026/10/costs.csv' }, { Key: '2026/11/costs.csv' }] });
    expect(website).toMatchObject({ Contents: [{ Key: 'index.html' }] });
    expect(read).toContain('because no session policy allows the s3:GetObject action');
    expect(buckets).toContain('because no session policy allows the s3:ListAllMyBuckets action');
  });
});

describe('looking around with the AWS CLI', () => {
  it('lists roles, trust policies readable, and the accounts of the organization', async () => {
    const looking = await auditor();
    const [roles, accounts] = await Promise.all([
      answerOf(looking, 'iam', 'list-roles', '--page-size', '2'),
      answerOf(looking, 'organizations', 'list-accounts', '--page-size', '2'),
    ]);
    expect(roles).toMatchObject({
      Roles: [
        { RoleName: 'DaypassHub', AssumeRolePolicyDocument: { Version: '2012-10-17' } },
        { RoleName: 'EdgeListBuckets' },
        { RoleName: 'ExampleCorpCostReader' },
      ],
    });
    expect(accounts).toMatchObject({
      Accounts: [{ Id: TOOLS }, { Name: 'Example Development' }, { Name: 'Example Production' }],
    });
  });
});
