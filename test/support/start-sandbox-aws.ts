/** The sandbox's AWS alone, with the real SDK's client before it and a clock that a test can move. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import {
  createSandboxAws,
  type SandboxAws,
  type SandboxAwsOptions,
} from '../../src/sandbox/aws/aws-server.ts';
import { exampleOrganizationFile } from '../../src/sandbox/aws/organization/open-organization.ts';
import { type FakeFederation, startFakeFederation } from './fake-federation.ts';

export const TOOLS = '111122223333';
export const DEVELOPMENT = '222233334444';
export const PRODUCTION = '444455556666';
export const EXAMPLE_CORP = '777788889999';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TestSandboxAws {
  readonly url: string;
  readonly aws: SandboxAws;
  readonly federation: FakeFederation;
  /** Moves the sandbox's clock, not the client's. */
  clockOffsetMs: number;
  now(): Date;
  keyOf(accountId: string, user: string): Credentials;
  client(credentials: Credentials): STSClient;
  close(): Promise<void>;
}

export async function startSandboxAws(options: Partial<SandboxAwsOptions> = {}): Promise<TestSandboxAws> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-aws-'));
  const federation = await startFakeFederation();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: STSClient[] = [];
  const now = () => new Date(Date.now() + test.clockOffsetMs);
  const aws = await createSandboxAws({
    dataDir,
    awsUrl: url,
    brokerUrl: federation.url,
    identityProvidersUrl: federation.url,
    organization: { file: exampleOrganizationFile(join(import.meta.dirname, '../..')) },
    now,
    ...options,
  });
  server.on('request', aws.app);
  const test: TestSandboxAws = {
    url,
    aws,
    federation,
    clockOffsetMs: 0,
    now,
    keyOf: (accountId, user) => {
      const key = aws.world.keyOf(accountId, user);
      if (key === undefined) throw new Error(`${user} of ${accountId} has no key`);
      return { accessKeyId: key.id, secretAccessKey: key.secret.reveal() };
    },
    client: (credentials) => {
      const client = new STSClient({ region: 'us-east-1', endpoint: url, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([aws.close(), federation.close(), rm(dataDir, { recursive: true })]);
    },
  };
  return test;
}

/** What the SDK tells of an error of AWS's. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; message: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    const { Code, name, message, $metadata } = error as {
      Code?: string;
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
    };
    return { code: Code ?? name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('the call succeeded');
}

/** Credentials of an answer, as clients take them. */
export function credentialsIn(answer: {
  readonly Credentials?:
    | {
        AccessKeyId?: string | undefined;
        SecretAccessKey?: string | undefined;
        SessionToken?: string | undefined;
      }
    | undefined;
}): Required<Credentials> {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
