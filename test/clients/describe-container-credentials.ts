/** `AWS_CONTAINER_CREDENTIALS_FULL_URI`: what containers have, and any SDK reads without a file or a program. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { applicationToken, containerUrl } from '../support/container-client.ts';
import { ROOT_DIR } from '../support/start-test-broker.ts';
import type { ClientAnswer, ClientHome } from './client-home.ts';
import type { ClientTable } from './client-table.ts';
import { inHome, type ClientWorld } from './client-world.ts';

const ROLE = 'production-readonly';
const IDENTITY = /:assumed-role\/ReadOnly\/billing-report-/;
/** It runs in a home of its own, from where nothing is found by name. */
const JS_SDK = pathToFileURL(createRequire(import.meta.url).resolve('@aws-sdk/client-sts')).href;
const JS_PROGRAM = `
  import sts from ${JSON.stringify(JS_SDK)};
  const { GetCallerIdentityCommand, STSClient } = sts;
  const client = new STSClient({ region: 'us-east-1' });
  console.log(JSON.stringify(await client.send(new GetCallerIdentityCommand({}))));`;

interface Client {
  readonly name: string;
  readonly whoAmI: (home: ClientHome, environment: Readonly<Record<string, string>>) => Promise<ClientAnswer>;
}

export function describeContainerCredentials(world: () => ClientWorld, table: ClientTable): void {
  const clients: readonly (readonly [string, () => Client])[] = [
    ['the AWS CLI', () => awsCli(world())],
    ['the JavaScript SDK’s default chain', javaScriptSdk],
  ];

  it.each(clients)('%s, with the token in the environment and in a file', async (_name, find) => {
    const { broker } = world();
    const client = find();
    const token = await applicationToken(broker);
    const answers = await inHome(world(), async (home) => {
      const uri = { AWS_CONTAINER_CREDENTIALS_FULL_URI: containerUrl(broker, ROLE) };
      const file = await home.write('token', token);
      return [
        await client.whoAmI(home, { ...uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token }),
        await client.whoAmI(home, { ...uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: `Bearer ${token}` }),
        await client.whoAmI(home, { ...uri, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }),
      ];
    });
    for (const { status, stdout, stderr } of answers) {
      expect([status, stderr]).toEqual([0, '']);
      expect((JSON.parse(stdout) as { Arn: string }).Arn).toMatch(IDENTITY);
    }
    table.add({
      client: client.name,
      way: 'container credentials',
      outcome: 'works',
      note: 'renews by itself; `AWS_CONTAINER_AUTHORIZATION_TOKEN` or `_TOKEN_FILE`, without a newline at the end',
    });
  });

  it('the AWS CLI prints why a token is refused', async () => {
    const { broker } = world();
    const { name, whoAmI } = awsCli(world());
    const { status, stderr } = await inHome(world(), (home) =>
      whoAmI(home, {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: containerUrl(broker, ROLE),
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'wrong',
      }),
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain('401');
    expect(stderr).toContain('The access token is missing, wrong or expired.');
    table.add({
      client: name,
      way: 'container credentials, a wrong token',
      outcome: 'fails',
      note: 'prints the answer, with the reason and the request id, after three tries',
    });
  });

  it('the AWS CLI asks no other host by http', async () => {
    const { name, whoAmI } = awsCli(world());
    const { status, stderr } = await inHome(world(), (home) =>
      whoAmI(home, {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://daypass.example/api/v1/container-credentials/${ROLE}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'any',
      }),
    );
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Unsupported host/i);
    table.add({
      client: name,
      way: 'container credentials by http from another host',
      outcome: 'fails',
      note: 'the client’s own rule: `https`, or loopback',
    });
  });
}

function awsCli({ awsCli: program, awsCliVersion }: ClientWorld): Client {
  return {
    name: awsCliVersion,
    whoAmI: (home, environment) =>
      home.run({
        program,
        arguments: ['sts', 'get-caller-identity', '--region', 'us-east-1'],
        environment,
      }),
  };
}

function javaScriptSdk(): Client {
  const manifest = readFileSync(join(ROOT_DIR, 'node_modules/@aws-sdk/client-sts/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return {
    name: `aws-sdk-js/${version}`,
    whoAmI: (home, environment) =>
      home.run({
        program: process.execPath,
        arguments: ['--no-warnings', '--input-type=module', '--eval', JS_PROGRAM],
        environment,
      }),
  };
}
