/** A whole Daypass with its sandbox in this process, on free ports and a data directory of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { z } from 'zod';
import type { catalogueSchema } from '../../src/core/catalogue.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Stores } from '../../src/core/ports/stores.ts';
import { accessYaml } from '../../src/sandbox/access.ts';
import { start, type Daypass } from '../../src/start.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import { copyDataWithKeys } from './data-with-keys.ts';
import { formsOf, type HttpBrowser, type Page } from './http-browser.ts';

export const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url));

export interface TestBroker {
  readonly daypass: Daypass;
  readonly baseUrl: string;
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
  readonly dataDir: string;
  /** Stops the process part and starts it again on the same data directory and ports. */
  restart(): Promise<void>;
  /** The same, with something done to what it keeps while it is down: as another node would do it. */
  whileDown(work: (stores: Stores) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export type AccessFile = z.input<typeof catalogueSchema>;

export interface TestBrokerOptions {
  /** `127.0.0.1` makes the identity providers another site than `localhost`. */
  readonly identityProvidersHost?: 'localhost' | '127.0.0.1';
  /** Something in front of the identity providers: everybody reaches them by this address alone. */
  readonly identityProvidersUrl?: string;
  /** Makes the catalogue to start with out of the sandbox's own. */
  readonly access?: (sandbox: AccessFile) => AccessFile;
  /** Further settings of the configuration file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

const MANY = { burst: 1_000_000, perMinute: 1_000_000 };

export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const dataDir = await mkdtemp(join(tmpdir(), 'daypass-test-'));
  const [port, awsPort, identityProvidersPort] = await freePorts();
  const { identityProvidersHost = 'localhost', settings = {}, clock, access } = options;
  const configFile = join(dataDir, 'daypass.yaml');
  const accessFile = join(dataDir, 'access.yaml');
  const identityProvidersUrl =
    options.identityProvidersUrl ?? `http://${identityProvidersHost}:${identityProvidersPort}`;
  const baseUrl = `http://localhost:${port}`;
  const awsUrl = `http://localhost:${awsPort}`;
  const file = {
    baseUrl,
    listen: { host: '127.0.0.1', port },
    logLevel: 'error',
    // One address plays every visitor and every attacker.
    rateLimits: {
      signIns: MANY,
      failures: MANY,
      failedClients: MANY,
      clientStarts: MANY,
      userCodes: MANY,
      principals: MANY,
    },
    sandbox: { host: '127.0.0.1', awsPort, identityProvidersPort, identityProvidersUrl },
    ...(access === undefined ? {} : { access: accessFile }),
    ...settings,
  };
  if (access !== undefined) {
    const sandbox = parse(accessYaml({ awsUrl, identityProvidersUrl })) as AccessFile;
    await writeFile(accessFile, stringify(access(sandbox)));
  }
  await writeFile(configFile, stringify(file));
  // Keys are made by the clock; another one than the machine's may be anywhere.
  if (clock === undefined) await copyDataWithKeys(join(dataDir, 'data'));
  const run = (): Promise<Daypass> =>
    start({
      rootDir: ROOT_DIR,
      workingDirectory: dataDir,
      environment: { DAYPASS_CONFIG: configFile, DAYPASS_DATA_DIR: join(dataDir, 'data') },
      ...(clock === undefined ? {} : { clock }),
    });
  let daypass = await run();
  return {
    get daypass() {
      return daypass;
    },
    baseUrl,
    awsUrl,
    identityProvidersUrl,
    dataDir: join(dataDir, 'data'),
    async restart() {
      await daypass.stop();
      daypass = await run();
    },
    async whileDown(work) {
      await daypass.stop();
      const stores = await openStores(daypass.config);
      await work(stores).finally(() => stores.close());
      daypass = await run();
    },
    async close() {
      await daypass.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Ports that were free a moment ago. */
export async function freePorts(): Promise<[number, number, number]> {
  const servers = await Promise.all(Array.from({ length: 3 }, () => listenAnywhere()));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [first = 0, second = 0, third = 0] = ports;
  return [first, second, third];
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  });
}

export type ConnectorId = 'sandbox-saml' | 'sandbox-oidc';

/** Signs a person of the sandbox in, from wherever `start` leads; returns the page they end up on. */
export async function signIn(
  browser: HttpBrowser,
  broker: Pick<TestBroker, 'baseUrl'>,
  who: { readonly person: string; readonly connector: ConnectorId; readonly returnTo?: string },
): Promise<Page> {
  const query = who.returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(who.returnTo)}`;
  const choosing = await browser.get(`${broker.baseUrl}/sign-in/${who.connector}${query}`);
  return continueAs(browser, choosing, who.person);
}

/** On the identity provider's page: picks the person and goes on, submitting what scripts would submit. */
export async function continueAs(browser: HttpBrowser, choosing: Page, person: string): Promise<Page> {
  let page = await browser.submit(choosing, /./, { person });
  for (let posts = 0; posts < 3; posts += 1) {
    const form = formsOf(page).find(({ fields }) => fields.has('SAMLResponse'));
    if (form === undefined) break;
    page = await browser.submit(page, form.action);
  }
  return page;
}
