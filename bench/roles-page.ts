/** Lists of 10 and of 10,000 roles, as a page or otherwise: CPU time of the serving process per list, as a ratio. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { HttpBrowser } from '../test/support/http-browser.ts';
import { IdentityCenterClient } from '../test/support/identity-center-client.ts';
import { signIn } from '../test/support/start-test-broker.ts';
import { runLoad, type LoadResult } from './support/load.ts';
import type { Place } from './support/place.ts';
import { cpuMicros, residentMegabytes, SERVING, startProcess } from './support/processes.ts';

const CONCURRENCY = 8;

export interface RolesPageCost extends LoadResult {
  readonly roles: number;
  readonly micros: number;
  readonly megabytes: number;
}

export interface RolesPage {
  readonly path: string;
  readonly times: number;
  /** Who fetches it: a signed-in browser, or a client of Identity Center’s protocol that it let in. */
  readonly as?: 'browser' | 'identity-center';
}

export async function measureRolesPage(
  roles: number,
  { path, times, as = 'browser' }: RolesPage,
  { directory, dist, ports }: Place,
): Promise<RolesPageCost> {
  const [port, awsPort, identityProvidersPort] = ports;
  const access = join(directory, 'access.yaml');
  writeFileSync(access, stringify(catalogue(roles, identityProvidersPort)));
  const config = join(directory, 'daypass.yaml');
  writeFileSync(
    config,
    stringify({
      baseUrl: `http://localhost:${port}`,
      listen: { host: '127.0.0.1', port },
      logLevel: 'error',
      rateLimits: { principals: { burst: 1_000_000, perMinute: 1_000_000 } },
      sandbox: { host: '127.0.0.1', awsPort, identityProvidersPort },
      access,
    }),
  );
  const broker = await startProcess([...SERVING, join(dist, 'main.js')], {
    env: { DAYPASS_CONFIG: config, DAYPASS_DATA_DIR: join(directory, 'data') },
  });
  const browser = new HttpBrowser();
  const baseUrl = `http://localhost:${port}`;
  await signIn(browser, { baseUrl }, { person: 'erin.engel', connector: 'sandbox-oidc' });
  const load = {
    url: `http://127.0.0.1:${port}${path}`,
    method: 'GET',
    headers: { host: `localhost:${port}`, ...(await credentialsOf(browser, baseUrl, as)) },
    concurrency: CONCURRENCY,
  } as const;
  await runLoad({ ...load, requests: Math.ceil(times / 2) });
  const before = cpuMicros(broker.pid);
  const result = await runLoad({ ...load, requests: times });
  const micros = (cpuMicros(broker.pid) - before) / times;
  const megabytes = residentMegabytes(broker.pid);
  await broker.stop();
  return { ...result, roles, micros, megabytes };
}

async function credentialsOf(
  browser: HttpBrowser,
  baseUrl: string,
  as: NonNullable<RolesPage['as']>,
): Promise<Record<string, string>> {
  if (as === 'browser') {
    const cookies = [...browser.cookiesOf(baseUrl)].map(([name, value]) => `${name}=${value}`);
    return { cookie: cookies.join('; ') };
  }
  const client = await IdentityCenterClient.register(baseUrl);
  const { accessToken } = await client.signIn(browser);
  return { 'x-amz-sso_bearer_token': accessToken };
}

function catalogue(roles: number, identityProvidersPort: number): object {
  const accountOf = (index: number): string => String(100_000_000_000 + Math.floor(index / 50));
  const accountIds = [...new Set(Array.from({ length: roles }, (_, index) => accountOf(index)))];
  return {
    connectors: [
      {
        kind: 'oidc',
        id: 'sandbox-oidc',
        label: 'Sandbox',
        issuer: `http://localhost:${identityProvidersPort}/oidc`,
        clientId: 'daypass',
        clientSecretName: 'sandbox-oidc',
      },
    ],
    accounts: accountIds.map((id) => ({ id, name: `Account ${id}` })),
    roles: Array.from({ length: roles }, (_, index) => ({
      id: `role-${index}`,
      accountId: accountOf(index),
      roleName: `Role${index}`,
      grant: { method: 'assume-role-with-saml' },
    })),
    mappings: [
      { id: 'engineers', connector: 'sandbox-oidc', groups: ['engineering'], roles: { pattern: 'role-*' } },
    ],
  };
}
