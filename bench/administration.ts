/** The administrators' pages in a large installation: CPU time of the serving process each, and its memory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sha256Hex } from '../src/lib/hash.ts';
import type { EntryEdit } from '../src/core/edit-catalogue.ts';
import type { Catalogue } from '../src/core/catalogue.ts';
import { HttpBrowser, type Page } from '../test/support/http-browser.ts';
import { signIn } from '../test/support/start-test-broker.ts';
import { CONNECTOR, fillStore, largeCatalogue } from './support/large-installation.ts';
import type { Place } from './support/place.ts';
import { cpuMicros, residentMegabytes, SERVING, startProcess } from './support/processes.ts';

const TIMES = 5;

export interface PageCost {
  readonly name: string;
  /** The first time in this version of the catalogue, and later ones. */
  readonly firstMs: number;
  readonly ms: number;
}

export interface AdministrationCost {
  readonly pages: readonly PageCost[];
  readonly previews: readonly PageCost[];
  readonly signedInMegabytes: number;
  readonly megabytes: number;
}

const PAGES = [
  '/admin',
  '/admin/mappings',
  '/admin/mappings?q=mapping-1999+team',
  '/admin/mappings/mapping-1999',
  '/admin/roles',
  '/admin/roles?q=role-777',
  '/admin/roles/role-777',
  '/admin/accounts',
  '/admin/accounts?q=account+1999',
  '/admin/accounts/100000000777',
  '/admin/connectors',
  `/admin/connectors/${CONNECTOR}/status`,
  '/admin/applications',
  '/admin/administrators',
  '/admin/checks',
  '/admin/checks?all=1',
  '/admin/versions',
  '/admin/versions/2',
  '/admin/versions/3',
  '/admin/people',
  '/admin/people?q=person-777',
  `/admin/people/${CONNECTOR}.${sha256Hex('person-777')}`,
  '/admin/explain',
  `/admin/explain?role=role-777&who=person&connector=${CONNECTOR}&subject=person-777`,
];

export async function measureAdministration({ directory, dist, ports }: Place): Promise<AdministrationCost> {
  const [port, awsPort, identityProvidersPort] = ports;
  const baseUrl = `http://localhost:${port}`;
  const small = smallAccess(identityProvidersPort);
  const file = (name: string, content: object): string => {
    writeFileSync(join(directory, name), stringify(content));
    return join(directory, name);
  };
  const config = file('daypass.yaml', {
    baseUrl,
    listen: { host: '127.0.0.1', port },
    logLevel: 'error',
    rateLimits: { principals: { burst: 1_000_000, perMinute: 1_000_000 } },
    sandbox: { host: '127.0.0.1', awsPort, identityProvidersPort },
    access: file('access.yaml', small),
  });
  const dataDir = join(directory, 'data');
  const start = (): ReturnType<typeof startProcess> =>
    startProcess([...SERVING, join(dist, 'main.js')], {
      env: { DAYPASS_CONFIG: config, DAYPASS_DATA_DIR: dataDir },
    });
  await (await start()).stop();
  const catalogue = largeCatalogue(small);
  fillStore(join(dataDir, 'daypass.db'), catalogue);

  const broker = await start();
  const browser = new HttpBrowser();
  await signIn(browser, { baseUrl }, { person: 'alex.admin', connector: CONNECTOR });
  const signedInMegabytes = residentMegabytes(broker.pid);
  const post = (fields: Readonly<Record<string, string>>): Promise<Page> =>
    browser.post(`${baseUrl}/admin/change`, fields, `${baseUrl}/admin`);
  const cost = (name: string, ask: () => Promise<Page>): Promise<PageCost> => costOf(broker.pid, name, ask);

  const previews: PageCost[] = [];
  for (const [name, edit] of editsOf(catalogue)) {
    previews.push(await cost(name, () => post({ edit: JSON.stringify(edit) })));
  }
  let version = 2;
  const made = await cost('making one, and its page', () => {
    const [, [, edit]] = editsOf(catalogue);
    const entry = { ...(edit.entry as object), note: `After version ${version}` };
    const change = { do: 'apply', version: String(version), reason: 'To have more versions' };
    version += 1;
    return post({ edit: JSON.stringify({ ...edit, entry }), ...change });
  });
  const pages: PageCost[] = [];
  for (const path of PAGES) pages.push(await cost(path, () => browser.get(`${baseUrl}${path}`)));
  const megabytes = residentMegabytes(broker.pid);
  await broker.stop();
  return { pages, previews: [...previews, made], signedInMegabytes, megabytes };
}

async function costOf(pid: number, name: string, ask: () => Promise<Page>): Promise<PageCost> {
  const once = async (count: number): Promise<number> => {
    const before = cpuMicros(pid);
    for (let time = 0; time < count; time += 1) {
      const { status, text } = await ask();
      if (status !== 200) throw new Error(`${name} answered ${status}: ${text.slice(0, 2_000)}`);
    }
    return (cpuMicros(pid) - before) / 1_000 / count;
  };
  return { name, firstMs: await once(1), ms: await once(TIMES) };
}

type NamedEdit = readonly [name: string, edit: EntryEdit];

function editsOf({ mappings, roles }: Catalogue): readonly [NamedEdit, NamedEdit, NamedEdit] {
  const mapping = mappings.find(({ id }) => id === 'mapping-1999');
  const everybody = mappings.find(({ id }) => id === 'everybody');
  const role = roles.find(({ id }) => id === 'role-777');
  return [
    [
      'a mapping of everybody',
      { list: 'mappings', id: 'everybody', entry: { ...everybody, roles: { ids: ['role-0', 'role-2'] } } },
    ],
    [
      'a mapping of one team',
      { list: 'mappings', id: 'mapping-1999', entry: { ...mapping, roles: { ids: ['role-5'] } } },
    ],
    ['a role', { list: 'roles', id: 'role-777', entry: { ...role, maximumDurationSeconds: 1_800 } }],
  ];
}

function smallAccess(identityProvidersPort: number): object {
  return {
    connectors: [
      {
        kind: 'oidc',
        id: CONNECTOR,
        label: 'Sandbox',
        issuer: `http://localhost:${identityProvidersPort}/oidc`,
        clientId: 'daypass',
        clientSecretName: 'sandbox-oidc',
      },
    ],
    administrators: [{ connector: CONNECTOR, groups: ['daypass-administrators'] }],
  };
}
