/** The configuration that Daypass writes for a person, as the unmodified AWS CLI reads it. */
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn } from '../support/start-test-broker.ts';
import { inHome, type ClientWorld } from './client-world.ts';

const PROFILE = 'Example-Production-Ec2Operator';

/** The person's whole `~/.aws/config`, as they would download it. */
async function generatedConfig({ broker }: ClientWorld, query = ''): Promise<string> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
  const api = ApiClient.ofBrowser(browser, broker.baseUrl);
  return (await api.get<{ text: string }>(`/api/v1/aws-config${query}`)).body.text;
}

export function describeGeneratedConfig(world: () => ClientWorld): void {
  it('lists every profile, and says of each what it is for', async () => {
    const config = await generatedConfig(world());
    await inHome(world(), async (home) => {
      await home.write('.aws/config', config);
      const aws = (...args: readonly string[]) => home.run({ program: world().awsCli, arguments: args });
      const list = await aws('configure', 'list-profiles');
      expect(list).toMatchObject({ status: 0, stderr: '' });
      const named = [...config.matchAll(/^\[profile (.+)\]$/gm)].map(([, name = '']) => name);
      expect(named).toHaveLength(6);
      expect(list.stdout.trim().split('\n').toSorted()).toEqual(['default', ...named].toSorted());
      for (const [key, value] of [
        ['sso_role_name', 'production-ec2-operator'],
        ['sso_account_id', '444455556666'],
      ] as const) {
        const answer = await aws('configure', 'get', key, '--profile', PROFILE);
        expect(answer.stdout.trim(), key).toBe(value);
      }
    });
  });

  it.each([
    ['a profile', ['--profile', PROFILE]],
    ['no profile', []],
  ] as const)('sends the AWS CLI with %s to Daypass and not to AWS', async (_name, args) => {
    await asked(world(), async (url, home, aws) => {
      const config = await generatedConfig(world());
      await home.write('.aws/config', config.replaceAll(world().broker.baseUrl, url));
      return aws('sso', 'list-accounts', '--access-token', 'a-token', ...args);
    });
  });

  it('the endpoints for an old AWS CLI do the same without a configuration', async () => {
    const { broker } = world();
    const rules = await (await fetch(`${broker.baseUrl}/setup/endpoint-rule-set-1.json`)).text();
    await asked(world(), async (url, home, aws) => {
      for (const service of ['sso', 'sso-oidc']) {
        await mkdir(join(home.path, `.aws/models/${service}/2019-06-10`), { recursive: true });
        await home.write(
          `.aws/models/${service}/2019-06-10/endpoint-rule-set-1.json`,
          rules.replaceAll(broker.baseUrl, url),
        );
      }
      return aws('sso', 'list-accounts', '--access-token', 'a-token', '--region', 'us-east-1');
    });
  });
}

type Aws = (...args: readonly string[]) => Promise<{ readonly status: number; readonly stdout: string }>;

/** Runs the AWS CLI beside something that only writes down who asks, and expects it to have been asked. */
async function asked(
  world: ClientWorld,
  work: (url: string, home: Parameters<Parameters<typeof inHome>[1]>[0], aws: Aws) => ReturnType<Aws>,
): Promise<void> {
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.setHeader('Content-Type', 'application/json');
    response.end('{"accountList":[],"nextToken":null}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await inHome(world, (home) =>
    work(url, home, (...args) => home.run({ program: world.awsCli, arguments: args })),
  ).finally(() => server.close());
  expect(answer.status).toBe(0);
  expect(JSON.parse(answer.stdout)).toEqual({ accountList: [] });
  expect(paths).toEqual(['/assignment/accounts']);
}
