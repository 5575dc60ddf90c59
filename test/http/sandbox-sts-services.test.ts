import { request } from 'node:http';
import { AssumeRoleCommand, GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presignedUrl, signedRequest } from '../support/sign-request.ts';
import {
  type Credentials,
  credentialsIn,
  EXAMPLE_CORP,
  failureOf,
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

const PAYMENTS = 'i-0b9c8d7e6f5a40312';
const BUILD_SERVER = 'i-0a1b2c3d4e5f60718';

async function assume(roleArn: string, credentials: Credentials, input: object = {}) {
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'erin', ...input });
  return credentialsIn(await sandbox.client(credentials).send(command));
}

async function ec2(credentials: Credentials, parameters: Record<string, string>, region = 'us-east-1') {
  const body = new URLSearchParams({ Version: '2016-11-15', ...parameters }).toString();
  const { url, init } = signedRequest(sandbox.url, {
    credentials,
    at: sandbox.now(),
    service: 'ec2',
    region,
    body,
  });
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, text, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] };
}

async function s3(credentials: Credentials, path: string, query = '') {
  const { url, init } = signedRequest(sandbox.url, {
    credentials,
    at: sandbox.now(),
    service: 's3',
    method: 'GET',
    path,
    query,
  });
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, text, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] };
}

describe('situation 1, a user of account A in account B', () => {
  it("sees and terminates account B's instance, and cannot touch account A's", async () => {
    const credentials = await assume(
      `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`,
      sandbox.keyOf(TOOLS, 'daypass-broker'),
    );
    const before = await ec2(credentials, { Action: 'DescribeInstances', 'InstanceId.1': PAYMENTS });
    expect(before.text).toContain('<instanceState><code>16</code><name>running</name></instanceState>');
    expect(before.text).not.toContain(BUILD_SERVER);
    const foreign = await ec2(credentials, { Action: 'TerminateInstances', 'InstanceId.1': BUILD_SERVER });
    expect(foreign).toMatchObject({ status: 400, code: 'InvalidInstanceID.NotFound' });
    const done = await ec2(credentials, { Action: 'TerminateInstances', 'InstanceId.1': PAYMENTS });
    expect(done.status).toBe(200);
    const after = await ec2(credentials, { Action: 'DescribeInstances', 'InstanceId.1': PAYMENTS });
    expect(after.text).toContain('<name>terminated</name>');
  });

  it('has nothing in account A without the role', async () => {
    const answer = await ec2(sandbox.keyOf(TOOLS, 'daypass-broker'), {
      Action: 'TerminateInstances',
      'InstanceId.1': BUILD_SERVER,
    });
    expect(answer).toMatchObject({ status: 403, code: 'UnauthorizedOperation' });
    expect(answer.text).toContain(
      'because no identity-based policy allows the ec2:TerminateInstances action',
    );
  });

  it('narrows by a session policy', async () => {
    const Policy =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"}}';
    const credentials = await assume(
      `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`,
      sandbox.keyOf(TOOLS, 'daypass-broker'),
      { Policy },
    );
    expect((await ec2(credentials, { Action: 'DescribeInstances' })).status).toBe(200);
    const refused = await ec2(credentials, { Action: 'TerminateInstances', 'InstanceId.1': PAYMENTS });
    expect(refused.text).toContain('because no session policy allows the ec2:TerminateInstances action');
  });
});

describe('situation 3, a role for services alone', () => {
  const lists = '/example-tools-website';

  async function play(query = '') {
    const response = await fetch(`${sandbox.url}/_sandbox/play-lambda${query}`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function playedCredentials(body: Record<string, unknown>): Credentials {
    const { AccessKeyId, SecretAccessKey, SessionToken } = body['credentials'] as Record<string, string>;
    return {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      sessionToken: SessionToken ?? '',
    };
  }

  it.each(['', '?service=edgelambda.amazonaws.com'])(
    'works when the sandbox plays the service %s',
    async (query) => {
      const { status, body } = await play(query);
      expect(status).toBe(200);
      expect(body['assumedRoleArn']).toBe(
        `arn:aws:sts::${TOOLS}:assumed-role/EdgeListBuckets/list-buckets-at-the-edge`,
      );
      const credentials = playedCredentials(body);
      expect(await s3(credentials, lists, 'list-type=2')).toMatchObject({ status: 200 });
      expect(await s3(credentials, `${lists}/index.html`)).toMatchObject({
        status: 403,
        code: 'AccessDenied',
      });
      // ListBuckets is s3:ListAllMyBuckets, which the session policy does not have.
      const buckets = await s3(credentials, '/');
      expect(buckets).toMatchObject({ status: 403, code: 'AccessDenied' });
      expect(buckets.text).toContain('because no session policy allows the s3:ListAllMyBuckets action');
    },
  );

  it.each([
    'ec2.amazonaws.com',
    'arn:aws:iam::111122223333:user/tools',
    '*',
    'lambda.amazonaws.com.mallory.example',
  ])('refuses to play %s', async (service) => {
    const { status, body } = await play(`?service=${encodeURIComponent(service)}`);
    expect(status).toBe(403);
    expect(body).toMatchObject({ allowed: false, code: 'AccessDenied' });
    expect(body).not.toHaveProperty('credentials');
  });

  it('is refused to every person', async () => {
    for (const [account, user] of [
      [TOOLS, 'daypass-broker'],
      [TOOLS, 'tools'],
      [EXAMPLE_CORP, 'cost-service'],
    ] as const) {
      const attempt = assume(`arn:aws:iam::${TOOLS}:role/EdgeListBuckets`, sandbox.keyOf(account, user));
      expect((await failureOf(attempt)).code).toBe('AccessDenied');
    }
  });
});

describe('S3', () => {
  const reports = () => sandbox.keyOf(TOOLS, 'reports');

  it('lists buckets, lists a bucket by prefix, and reads an object', async () => {
    expect((await s3(reports(), '/')).text).toContain('<Name>example-tools-cost-reports</Name>');
    const listed = await s3(reports(), '/example-tools-cost-reports', 'list-type=2&prefix=2026%2F10');
    expect(listed.text).toContain('<KeyCount>1</KeyCount>');
    expect(listed.text).toContain('<Key>2026/10/costs.csv</Key>');
    expect((await s3(reports(), '/example-tools-cost-reports/2026/10/costs.csv')).text).toContain(
      'account,usd',
    );
  });

  it('takes no other operation for a listing', async () => {
    for (const query of ['acl=', 'versioning=', 'policy=']) {
      expect(await s3(reports(), '/example-tools-website', query)).toMatchObject({ status: 405 });
    }
  });

  it.each(['__proto__', 'constructor', 'toString'])('has no object %s', async (key) => {
    expect(await s3(reports(), `/example-tools-website/${key}`)).toMatchObject({
      status: 404,
      code: 'NoSuchKey',
    });
  });

  it.each(['example-tools-website.localhost', 'example-tools-website.s3.us-east-1.amazonaws.com'])(
    'finds the bucket in the host name %s',
    async (host) => {
      const { url, init } = signedRequest(sandbox.url, {
        credentials: reports(),
        at: sandbox.now(),
        service: 's3',
        method: 'GET',
        path: '/index.html',
        headers: { host },
      });
      const headers = init.headers as Record<string, string>;
      const status = await new Promise((resolve, reject) => {
        const sent = request(url, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject).end();
      });
      expect(status).toBe(200);
    },
  );

  it('takes pre-signed URLs', async () => {
    const signing = {
      credentials: reports(),
      at: sandbox.now(),
      service: 's3',
      path: '/example-tools-website/index.html',
    };
    expect((await fetch(presignedUrl(sandbox.url, signing))).status).toBe(200);
  });
});

describe('sessions of users', () => {
  it('let a user do with MFA what it may not do without', async () => {
    const tools = sandbox.client(sandbox.keyOf(TOOLS, 'tools'));
    const plain = credentialsIn(await tools.send(new GetSessionTokenCommand({})));
    const terminate = { Action: 'TerminateInstances', 'InstanceId.1': BUILD_SERVER };
    expect(await ec2(plain, terminate)).toMatchObject({ status: 403 });
    const display = await fetch(`${sandbox.url}/_sandbox/mfa-code?user=tools`);
    const { code, serialNumber } = (await display.json()) as { code: string; serialNumber: string };
    const withMfa = credentialsIn(
      await tools.send(new GetSessionTokenCommand({ SerialNumber: serialNumber, TokenCode: code })),
    );
    expect(await ec2(withMfa, terminate)).toMatchObject({ status: 200 });
  });

  it('of GetFederationToken may do what policy and user both allow, and nothing without a policy', async () => {
    const federate = async (input: object) =>
      credentialsIn(
        await sandbox
          .client(sandbox.keyOf(TOOLS, 'reports'))
          .send(new GetFederationTokenCommand({ Name: 'erin', ...input })),
      );
    const narrowed = await federate({
      Policy:
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:ListAllMyBuckets","ec2:DescribeInstances"],"Resource":"*"}}',
    });
    expect(await s3(narrowed, '/')).toMatchObject({ status: 200 });
    expect(await s3(narrowed, '/example-tools-website', 'list-type=2')).toMatchObject({ status: 403 });
    expect(await ec2(narrowed, { Action: 'DescribeInstances' })).toMatchObject({ status: 403 });
    expect(await s3(await federate({}), '/')).toMatchObject({ status: 403 });
  });
});

describe('the journal', () => {
  interface Entry {
    readonly id: number;
    readonly action: string;
    readonly parameters: Record<string, unknown>;
    readonly result: { readonly code: string; readonly detail?: string };
  }

  async function entries(after = 0): Promise<readonly Entry[]> {
    const response = await fetch(`${sandbox.url}/_sandbox/journal?after=${after}`);
    return ((await response.json()) as { entries: Entry[] }).entries;
  }

  it('shows what was asked for and by whom, and why it was refused', async () => {
    const after = sandbox.aws.journal.lastId;
    const roleArn = `arn:aws:iam::${TOOLS}:role/ExampleCorpCostReader`;
    const corp = sandbox.keyOf(EXAMPLE_CORP, 'cost-service');
    await assume(roleArn, corp, {
      ExternalId: '12345',
      DurationSeconds: 1800,
      Tags: [{ Key: 'Team', Value: 'payments' }],
      TransitiveTagKeys: ['Team'],
      SourceIdentity: 'carlos',
    });
    await failureOf(assume(roleArn, corp));
    const [allowed, refused] = await entries(after);
    expect(allowed).toMatchObject({
      service: 'sts',
      action: 'AssumeRole',
      region: 'us-east-1',
      caller: { arn: `arn:aws:iam::${EXAMPLE_CORP}:user/cost-service`, accountId: EXAMPLE_CORP },
      parameters: {
        roleArn,
        roleSessionName: 'erin',
        durationSeconds: 1800,
        externalId: '12345',
        sourceIdentity: 'carlos',
        tags: [{ key: 'Team', value: 'payments' }],
        transitiveTagKeys: ['Team'],
      },
      result: { code: 'Success', status: 200 },
    });
    expect(refused?.result).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(refused?.result.detail).toContain('no-allow by trust');
  });

  it('holds no secret of any call', async () => {
    const { federation } = sandbox;
    const [roleArn, providerArn] = [
      'arn:aws:iam::222233334444:role/ReadOnly',
      'arn:aws:iam::222233334444:saml-provider/daypass',
    ];
    const assertion = federation.saml({ roleArn, providerArn });
    const token = await federation.token({
      claims: { 'https://aws.amazon.com/roles': 'arn:aws:iam::222233334444:role/DataAnalyst' },
    });
    const send = async (parameters: Record<string, string>) => {
      const body = new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(sandbox.url, { method: 'POST', body, headers });
      return response.text();
    };
    const answers = await Promise.all([
      send({
        Action: 'AssumeRoleWithSAML',
        RoleArn: roleArn,
        PrincipalArn: providerArn,
        SAMLAssertion: assertion,
      }),
      send({ Action: 'AssumeRoleWithSAML', RoleArn: 'x', PrincipalArn: 'y', SAMLAssertion: assertion }),
      send({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: 'arn:aws:iam::222233334444:role/DataAnalyst',
        RoleSessionName: 'erin',
        WebIdentityToken: token,
      }),
      send({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: 'x',
        RoleSessionName: '',
        WebIdentityToken: token,
      }),
      send({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: 'x',
        RoleSessionName: '',
        WebIdentityToken: `${token}${'x'.repeat(20_000)}`,
      }),
    ]);
    await fetch(`${sandbox.url}/_sandbox/play-lambda`, { method: 'POST' });
    const secrets = answers.flatMap((text) =>
      [...text.matchAll(/<(?:SecretAccessKey|SessionToken)>(.*?)</g)].map(([, secret]) => secret ?? ''),
    );
    expect(secrets).toHaveLength(4);
    const journal = JSON.stringify(await entries());
    const users = ['daypass-broker', 'reports', 'tools'].map(
      (user) => sandbox.keyOf(TOOLS, user).secretAccessKey,
    );
    const parts = [...token.split('.'), assertion, assertion.slice(0, 200)];
    for (const secret of [...secrets, ...users, ...parts]) expect(journal).not.toContain(secret);
    expect(journal).not.toContain('IQoJb3JpZ2lu');
    for (const answer of answers) expect(answer).not.toContain(token.slice(0, 60));
  });

  it('is emptied on request and goes on counting', async () => {
    const before = sandbox.aws.journal.lastId;
    expect((await fetch(`${sandbox.url}/_sandbox/journal`, { method: 'DELETE' })).status).toBe(204);
    expect(await entries()).toEqual([]);
    await s3(sandbox.keyOf(TOOLS, 'reports'), '/');
    expect((await entries()).map(({ id }) => id)).toEqual([before + 1]);
  });

  it.each(['-1', 'x', '1&after=2'])('refuses to tell what came after %s', async (after) => {
    expect((await fetch(`${sandbox.url}/_sandbox/journal?after=${after}`)).status).toBe(400);
  });
});
