import { EC2Client, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
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
const clients: { destroy(): void }[] = [];
afterAll(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
});
afterEach(async () => {
  await control('DELETE', '/faults');
  await control('DELETE', '/clock');
});

async function control(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const options = (region = 'us-east-1', maxAttempts = 1) => ({
  region,
  endpoint: sandbox.url,
  credentials: sandbox.keyOf(TOOLS, 'tools'),
  maxAttempts,
});

/** Ends with the tests. */
function ended<T extends { destroy(): void }>(client: T): T {
  clients.push(client);
  return client;
}

function clientIn(region: string): STSClient {
  return ended(new STSClient(options(region)));
}

const identity = (region = 'us-east-1') => clientIn(region).send(new GetCallerIdentityCommand({}));

/** How a client names what is no answer: the connection broke. */
async function brokenBy(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (failure: unknown) => failure as Error,
  );
  return 'code' in error ? String(error.code) : error.message;
}

describe('faults on demand', () => {
  it('are shown, used up and taken back', async () => {
    const rules = [{ service: 'sts', fault: 'throttle', times: 2 }];
    expect(await control('PUT', '/faults', rules)).toEqual({ status: 200, body: rules });
    expect(await failureOf(identity())).toEqual({
      code: 'Throttling',
      message: 'Rate exceeded',
      status: 400,
    });
    expect((await control('GET', '/faults')).body).toEqual([{ ...rules[0], times: 1 }]);
    await failureOf(identity());
    expect((await control('GET', '/faults')).body).toEqual([]);
    await expect(identity()).resolves.toHaveProperty('Account', TOOLS);

    await control('PUT', '/faults', [{ fault: 'throttle' }]);
    await failureOf(identity());
    expect((await control('GET', '/faults')).body).toEqual([{ fault: 'throttle' }]);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    await expect(identity()).resolves.toHaveProperty('Account', TOOLS);
  });

  it('are told in the words of each service, which its client understands', async () => {
    const ec2 = ended(new EC2Client(options()));
    const s3 = ended(new S3Client({ ...options(), forcePathStyle: true }));
    await control('PUT', '/faults', [{ fault: 'throttle' }]);
    expect(await failureOf(ec2.send(new DescribeInstancesCommand({})))).toMatchObject({
      code: 'RequestLimitExceeded',
      status: 503,
    });
    expect(await failureOf(s3.send(new ListBucketsCommand({})))).toMatchObject({
      code: 'SlowDown',
      status: 503,
    });
    await control('PUT', '/faults', [{ fault: 'unavailable' }]);
    expect(await failureOf(identity())).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  });

  it('let a client that tries again get on', async () => {
    await control('PUT', '/faults', [{ fault: 'internal-error', times: 2 }]);
    const patient = ended(new STSClient(options('us-east-1', 3)));
    const { $metadata } = await patient.send(new GetCallerIdentityCommand({}));
    expect($metadata.attempts).toBe(3);
  });

  it.each([
    [{ action: 'GetSessionToken' }],
    [{ region: 'eu-central-1' }],
    [{ accountId: PRODUCTION }],
    [{ service: 's3' }],
  ])('strike nobody else than %j', async (whom) => {
    await control('PUT', '/faults', [{ ...whom, fault: 'throttle' }]);
    await expect(identity()).resolves.toHaveProperty('Account', TOOLS);
  });

  it('strike by action, region and account together', async () => {
    const whom = { service: 'sts', action: 'GetCallerIdentity', region: 'eu-west-1', accountId: TOOLS };
    await control('PUT', '/faults', [{ ...whom, fault: 'throttle' }]);
    expect(await failureOf(identity('eu-west-1'))).toMatchObject({ code: 'Throttling' });
    await expect(identity('eu-west-2')).resolves.toHaveProperty('Account', TOOLS);
  });

  it('strike the account of the role where nobody signed', async () => {
    await control('PUT', '/faults', [{ accountId: PRODUCTION, fault: 'throttle' }]);
    const assume = (account: string) =>
      clientIn('us-east-1').send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: `arn:aws:iam::${account}:role/Nobody`,
          RoleSessionName: 'erin',
          WebIdentityToken: 'not.a.token',
        }),
      );
    expect(await failureOf(assume(PRODUCTION))).toMatchObject({ code: 'Throttling' });
    expect(await failureOf(assume(TOOLS))).toMatchObject({ code: 'InvalidIdentityToken' });
  });

  it('know an action of S3 by its address', async () => {
    await control('PUT', '/faults', [{ service: 's3', action: 'ListObjectsV2', fault: 'unavailable' }]);
    const s3 = ended(new S3Client({ ...options(), forcePathStyle: true }));
    await expect(s3.send(new ListBucketsCommand({}))).resolves.toHaveProperty('Buckets');
    const list = s3.send(new ListObjectsV2Command({ Bucket: 'example-tools-website' }));
    expect(await failureOf(list)).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  });

  it('take their time, and then answer as usual', async () => {
    await control('PUT', '/faults', [{ fault: 'latency', delayMs: 300 }]);
    const started = performance.now();
    await expect(identity()).resolves.toHaveProperty('Account', TOOLS);
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  it('break the connection', async () => {
    await control('PUT', '/faults', [{ fault: 'reset' }]);
    expect(await brokenBy(identity())).toMatch(/ECONNRESET|EPIPE/);
    await control('PUT', '/faults', [{ fault: 'region-down', region: 'eu-west-1' }]);
    expect(await brokenBy(identity('eu-west-1'))).toMatch(/ECONNRESET|EPIPE|socket hang up/);
    await expect(identity('us-east-1')).resolves.toHaveProperty('Account', TOOLS);
  });

  it('answer what no client can read', async () => {
    await control('PUT', '/faults', [{ fault: 'garbage' }]);
    const result = await identity().then(
      ({ Account }) => Account ?? 'nothing',
      () => 'nothing',
    );
    expect(result).toBe('nothing');
  });

  it('hang until the client has had enough', async () => {
    await control('PUT', '/faults', [{ fault: 'hang' }]);
    const abort = AbortSignal.timeout(300);
    const call = clientIn('us-east-1').send(new GetCallerIdentityCommand({}), { abortSignal: abort });
    await expect(call).rejects.toHaveProperty('name', 'AbortError');
  });

  it('hang until the sandbox closes, and do not keep it from closing', async () => {
    const own = await startSandboxAws();
    own.aws.faults.replace([{ fault: 'hang' }, { fault: 'latency', delayMs: 60_000 }]);
    const hung = brokenBy(own.client(own.keyOf(TOOLS, 'tools')).send(new GetCallerIdentityCommand({})));
    await expect.poll(() => own.aws.journal.lastId).toBe(1);
    const started = performance.now();
    own.aws.faults.close();
    expect(await hung).toMatch(/ECONNRESET|socket hang up/);
    await own.close();
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('are in the journal as what they were', async () => {
    await control('PUT', '/faults', [{ fault: 'reset' }]);
    await brokenBy(identity('eu-west-3'));
    expect(sandbox.aws.journal.entries().at(-1)).toMatchObject({
      service: 'sts',
      action: 'GetCallerIdentity',
      region: 'eu-west-3',
      result: { code: 'NoAnswer', detail: expect.stringContaining('/_sandbox/faults') as string },
    });
  });

  it.each<[string, unknown, string]>([
    ['no list', { fault: 'hang' }, ''],
    ['a fault that there is not', [{ fault: 'explode' }], '0.fault'],
    ['a name that there is not', [{ fault: 'hang', services: 'sts' }], '0'],
    ['a service that there is not', [{ fault: 'hang', service: 'STS' }], '0.service'],
    ['latency without a time', [{ fault: 'latency' }], '0.delayMs'],
    ['a time beyond a minute', [{ fault: 'latency', delayMs: 60_001 }], '0.delayMs'],
    ['a region down that is not named', [{ fault: 'region-down' }], '0.region'],
    ['an account that is none', [{ fault: 'hang', accountId: '12' }], '0.accountId'],
    ['no times at all', [{ fault: 'hang', times: 0 }], '0.times'],
    ['more than a hundred rules', Array.from({ length: 101 }, () => ({ fault: 'hang' })), ''],
  ])('refuse %s, and keep what was', async (_what, rules, at) => {
    await control('PUT', '/faults', [{ fault: 'throttle', service: 'ec2' }]);
    const answer = await control('PUT', '/faults', rules);
    expect(answer.status).toBe(400);
    expect((answer.body as { problems: { at: string }[] }).problems.map((problem) => problem.at)).toEqual([
      at,
    ]);
    expect((await control('GET', '/faults')).body).toEqual([{ fault: 'throttle', service: 'ec2' }]);
  });

  it('refuse what is no JSON, and more of it than anybody needs', async () => {
    const put = (body: string) =>
      fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/json' },
      });
    expect((await put('[{')).status).toBe(400);
    expect((await put(JSON.stringify(['x'.repeat(70_000)]))).status).toBe(413);
  });
});

describe('the clock', () => {
  it('moves the time of every service, and back', async () => {
    const { status, body } = await control('PUT', '/clock', { offsetSeconds: 86_400 });
    expect(status).toBe(200);
    const { offsetSeconds, now } = body as { offsetSeconds: number; now: string };
    expect(offsetSeconds).toBe(86_400);
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(86_000_000);
    const late = await failureOf(identity());
    expect(late.code).toBe('SignatureDoesNotMatch');
    expect(late.message).toMatch(/^Signature expired/);
    await control('DELETE', '/clock');
    expect((await control('GET', '/clock')).body).toMatchObject({ offsetSeconds: 0 });
    await expect(identity()).resolves.toHaveProperty('Account', TOOLS);
  });

  it.each([[{}], [{ offsetSeconds: '1' }], [{ offsetSeconds: 1e12 }], [{ offsetSeconds: 0, zone: 'UTC' }]])(
    'is not set by %j',
    async (body) => {
      expect((await control('PUT', '/clock', body)).status).toBe(400);
    },
  );
});
