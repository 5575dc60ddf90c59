import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSandbox, SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

let dataDir: string;
let running: RunningSandbox[];

beforeEach(async () => {
  running = [];
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  await Promise.all(running.map((sandbox) => sandbox.close()));
  await rm(dataDir, { recursive: true });
});

async function start(changes: Partial<SandboxOptions> = {}): Promise<RunningSandbox> {
  const sandbox = await startSandbox({
    rootDir: process.cwd(),
    dataDir,
    host: '127.0.0.1',
    brokerUrl: 'http://localhost:8080',
    aws: { port: 0 },
    identityProviders: { port: 0 },
    ...changes,
  });
  running.push(sandbox);
  return sandbox;
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url)).text();
}

interface KeyFile {
  readonly Version: number;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

async function keyIn(file: string | undefined): Promise<KeyFile> {
  return JSON.parse(await readFile(file ?? '', 'utf8')) as KeyFile;
}

describe('the sandbox', () => {
  it('listens on two ports, each answering as what it is', async () => {
    const sandbox = await start();
    expect(await textAt(`${sandbox.identityProvidersUrl}/saml/metadata`)).toContain('EntityDescriptor');
    expect(await textAt(`${sandbox.awsUrl}/?Action=GetCallerIdentity&Version=2011-06-15`)).toContain(
      'MissingAuthenticationToken',
    );
    expect(sandbox.accessYaml).toContain(`${sandbox.identityProvidersUrl}/oidc`);
    expect(sandbox.people.map(({ name }) => name)).toContain('Nora Quinn');
  });

  it('hands out keys of IAM users that its STS knows', async () => {
    const sandbox = await start();
    const users = await Promise.all(
      Object.entries(sandbox.credentialFiles).map(async ([name, file]) => {
        const key = await keyIn(file);
        expect(key.Version).toBe(1);
        const sts = new STSClient({
          endpoint: sandbox.awsUrl,
          region: 'us-east-1',
          credentials: { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey },
        });
        const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
        sts.destroy();
        return [name, Arn];
      }),
    );
    expect(Object.fromEntries(users)).toEqual({
      'tools-broker': 'arn:aws:iam::111122223333:user/daypass-broker',
      'example-corp': 'arn:aws:iam::777788889999:user/cost-service',
      reports: 'arn:aws:iam::111122223333:user/reports',
      tools: 'arn:aws:iam::111122223333:user/tools',
    });
  });

  it('keeps its keys over a restart, readable by their owner alone', async () => {
    const before = await start();
    const metadata = await textAt(`${before.identityProvidersUrl}/saml/metadata`);
    const keys = await textAt(`${before.identityProvidersUrl}/oidc/jwks`);
    const userKey = await keyIn(before.credentialFiles['tools']);
    await running.pop()?.close();
    const after = await start({
      identityProviders: { port: Number(new URL(before.identityProvidersUrl).port) },
    });
    expect(await textAt(`${after.identityProvidersUrl}/saml/metadata`)).toBe(metadata);
    expect(await textAt(`${after.identityProvidersUrl}/oidc/jwks`)).toBe(keys);
    expect(await keyIn(after.credentialFiles['tools'])).toEqual(userKey);
    const folder = join(dataDir, 'sandbox');
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const wide = await Promise.all(
      files
        .filter((entry) => entry.isFile())
        .map(async (entry) => ((await stat(join(entry.parentPath, entry.name))).mode & 0o077) !== 0),
    );
    expect(wide.length).toBeGreaterThanOrEqual(7);
    expect(wide).not.toContain(true);
  });

  it('names the port that is taken, and leaves the other one free', async () => {
    const first = await start();
    const taken = Number(new URL(first.identityProvidersUrl).port);
    await expect(start({ identityProviders: { port: taken } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(String(taken)) as string,
    });
    await expect(start({ aws: { port: taken } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
