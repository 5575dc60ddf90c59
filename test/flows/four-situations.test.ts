/** The four situations that temporary credentials exist for, each from a sign-in to an AWS call. */
import {
  DescribeInstancesCommand,
  EC2Client,
  TerminateInstancesCommand,
  type TerminateInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { callerIdentity, lastCall } from '../support/sandbox-aws.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker, type ConnectorId, type TestBroker } from '../support/start-test-broker.ts';

interface PlayedCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
}

let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.close());

async function signedIn(person: string, connector: ConnectorId = 'sandbox-saml'): Promise<ApiClient> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return ApiClient.ofBrowser(browser, broker.baseUrl);
}

describe('situation 1: a user of one account works in another', () => {
  it('terminates an instance of Example Production, and cannot touch one of Example Tools', async () => {
    const erin = await signedIn('erin.engel');
    const { body } = await erin.credentials('production-ec2-operator');
    const ec2 = new EC2Client({
      region: 'us-east-1',
      endpoint: broker.awsUrl,
      credentials: body,
      maxAttempts: 1,
    });
    const terminate = (id: string): Promise<TerminateInstancesCommandOutput> =>
      ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    const { Reservations: reservations } = await ec2.send(new DescribeInstancesCommand({}));
    const theirs = reservations?.[0]?.Instances?.[0]?.InstanceId ?? '';
    expect(theirs).toMatch(/^i-0b/);
    const ended = await terminate(theirs);
    expect(ended.TerminatingInstances?.[0]?.CurrentState?.Name).toMatch(/^(?:shutting-down|terminated)$/);

    const front = await (await fetch(broker.awsUrl, { headers: { accept: 'text/html' } })).text();
    const ours = /i-0a[0-9a-f]+/.exec(front)?.[0] ?? '';
    expect(ours).toMatch(/^i-0a/);
    await expect(terminate(ours)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
    ec2.destroy();
  });
});

describe('situation 2: a third party with an external ID', () => {
  it('works with the ID that was agreed on', async () => {
    const carlos = await signedIn('carlos.ortiz');
    const { status, body } = await carlos.credentials('tools-cost-reader');
    expect(status).toBe(200);
    expect((await callerIdentity(broker.awsUrl, body)).Arn).toContain(
      ':assumed-role/ExampleCorpCostReader/carlos.ortiz-',
    );
    const call = await lastCall(broker.awsUrl, 'AssumeRole');
    expect(call.caller?.arn).toMatch(/^arn:aws:iam::777788889999:user\//);
    expect(call.parameters).toMatchObject({ externalId: '12345' });
  });

  it.each(['tools-cost-reader-without-id', 'tools-cost-reader-other-id'])(
    'is refused by AWS as %s',
    async (role) => {
      const carlos = await signedIn('carlos.ortiz');
      const { status, body } = await carlos.credentials(role);
      expect([status, body.code]).toEqual([502, 'sts.refused']);
      expect((await lastCall(broker.awsUrl, 'AssumeRole')).result.code).toBe('AccessDenied');
    },
  );

  it('A05: takes no external ID from a request', async () => {
    const carlos = await signedIn('carlos.ortiz');
    const { status } = await carlos.credentials('tools-cost-reader-other-id', { externalId: '12345' });
    expect(status).toBe(400);
  });
});

describe('situation 3: a role for an AWS service', () => {
  it.each(['erin.engel', 'priya.nair', 'alex.admin'])('is refused to %s, with the reason', async (person) => {
    const someone = await signedIn(person);
    const { status, body } = await someone.credentials('tools-edge-list-buckets');
    expect([status, body.code]).toEqual([403, 'role.reserved_for_service']);
    expect(body.title).toContain('lambda.amazonaws.com');
  });

  it('looks to others like a role that does not exist', async () => {
    const nora = await signedIn('nora.quinn');
    const answers = await Promise.all(
      ['tools-edge-list-buckets', 'no-such-role'].map(async (role) => {
        const { status, body } = await nora.credentials(role);
        return { status, code: body.code, title: body.title };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it('works when the sandbox plays Lambda, narrowed to listing a bucket’s objects', async () => {
    const response = await fetch(`${broker.awsUrl}/_sandbox/play-lambda`, { method: 'POST' });
    expect(response.status).toBe(200);
    const played = (await response.json()) as { credentials: PlayedCredentials };
    const { AccessKeyId, SecretAccessKey, SessionToken } = played.credentials;
    const s3 = new S3Client({
      region: 'us-east-1',
      endpoint: broker.awsUrl,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    });
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'example-tools-cost-reports' }));
    expect(listed.Contents?.length).toBeGreaterThan(0);
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
    s3.destroy();
  });

  it('stays closed to anything else that the sandbox plays', async () => {
    const response = await fetch(`${broker.awsUrl}/_sandbox/play-lambda?service=ec2.amazonaws.com`, {
      method: 'POST',
    });
    expect(response.status).toBe(403);
  });
});

describe('situation 4: somebody signed in elsewhere', () => {
  it.each([
    ['sandbox-saml', 'development-developer', 'AssumeRoleWithSAML'],
    ['sandbox-saml', 'development-data-analyst', 'AssumeRoleWithWebIdentity'],
    ['sandbox-oidc', 'development-developer', 'AssumeRoleWithSAML'],
    ['sandbox-oidc', 'development-data-analyst', 'AssumeRoleWithWebIdentity'],
  ] as const)('by %s into %s through %s', async (connector, role, action) => {
    const erin = await signedIn('erin.engel', connector);
    const { status, body } = await erin.credentials(role);
    expect(status).toBe(200);
    expect((await callerIdentity(broker.awsUrl, body)).Arn).toContain('/erin.engel-');
    expect((await lastCall(broker.awsUrl, action)).result.code).toBe('Success');
  });
});
