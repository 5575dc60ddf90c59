/** Lists of 10 and of 10,000 roles, as a page or otherwise: CPU time of the serving process per list, as a ratio. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { HttpBrowser } from '../test/support/http-browser.ts';
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
  /** What a signed-in browser fetches. */
  readonly path: string;
  readonly times: number;
}

export async function measureRolesPage(
  roles: number,
  { path, times }: RolesPage,
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
  const cookie = [...browser.cookiesOf(baseUrl)].map(([name, value]) => `${name}=${value}`).join('; ');
  const load = {
    url: `http://127.0.0.1:${port}${path}`,
    method: 'GET',
    headers: { host: `localhost:${port}`, cookie },
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
