/** Everything from settings to listening, in order; `main` wraps it in a process, tests in themselves. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { listenFailure } from './cli/start-failure.ts';
import { compose, type Broker } from './compose.ts';
import type { Config, SandboxSettings } from './config/config.ts';
import { loadAccess, loadAccessFile } from './config/load-access.ts';
import { loadConfig } from './config/load-config.ts';
import { ConfigError } from './config/problem.ts';
import type { Clock } from './core/ports/clock.ts';
import { drainable } from './http/drain.ts';
import { createHttpServer } from './http/server.ts';
import { sha256Hex } from './lib/hash.ts';
import { Secret } from './lib/secret.ts';
import type { RunningSandbox } from './sandbox/options.ts';
import { startSandbox } from './sandbox/sandbox.ts';

export interface StartOptions {
  /** Where `views/` and `public/` are. */
  readonly rootDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the environment start here. */
  readonly workingDirectory: string;
  readonly clock?: Clock;
}

export interface Daypass {
  readonly config: Config;
  readonly sandbox: RunningSandbox | undefined;
  readonly broker: Broker;
  /** By which a first administrator can be named; for the console alone. Undefined where there is one. */
  readonly firstRunCode: string | undefined;
  /** Readiness off first, then what is under way is answered, then everything closes. */
  stop(): Promise<void>;
}

/**
 * With the closing of the store this ends well before the 30 s after which orchestrators end a process that
 * was told to stop. In production a load balancer needs the first seconds to notice that `/readyz` says no.
 */
const DRAIN = { openMs: 5_000, answerMs: 18_000 };

/** @throws ConfigError, StoreStartError, ListenError or BrokerError `catalogue.invalid`; nothing is left running then. */
export async function start(options: StartOptions): Promise<Daypass> {
  const { rootDir, environment, workingDirectory, clock = { now: () => new Date() } } = options;
  const loaded = loadConfig(environment, { workingDirectory });
  const { sandbox: settings } = loaded;
  const opened = new Opened();
  try {
    const sandbox =
      settings === undefined ? undefined : await openSandbox(loaded, { sandbox: settings, rootDir });
    if (sandbox !== undefined) opened.add(() => sandbox.close());
    const config = sandbox === undefined ? loaded : withSandbox(loaded, sandbox);
    const broker = await compose(config, { rootDir, clock });
    opened.add(() => broker.close());
    await broker.seed(await seedFor(broker, config, sandbox));
    const firstRunCode = await broker.inviteFirstRun();
    const server = createHttpServer(broker.app);
    const drain = drainable(server);
    await listen(server, config);
    opened.add(() => drain({ ...DRAIN, shutWhenQuiet: !config.production }));
    return {
      config,
      sandbox,
      broker,
      firstRunCode,
      async stop() {
        broker.stopAccepting();
        await opened.close();
      },
    };
  } catch (error) {
    // Why it could not start is what counts, whatever else goes wrong on the way out.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

/** What was opened, to be closed in the opposite order: each of it, also when another one fails to close. */
class Opened {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (const close of this.#closers.splice(0).toReversed()) {
      await close().catch((error: unknown) => faults.push(error));
    }
    if (faults.length > 0) throw faults[0];
  }
}

async function openSandbox(
  config: Config,
  { sandbox, rootDir }: { readonly sandbox: SandboxSettings; readonly rootDir: string },
): Promise<RunningSandbox> {
  try {
    return await startSandbox({
      rootDir,
      dataDir: config.dataDir,
      host: sandbox.host,
      brokerUrl: config.baseUrl,
      aws: { port: sandbox.awsPort, url: sandbox.awsUrl },
      identityProviders: { port: sandbox.identityProvidersPort, url: sandbox.identityProvidersUrl },
      ...(sandbox.organizationFile === undefined ? {} : { organization: { file: sandbox.organizationFile } }),
    });
  } catch (error) {
    throw listenFailure(error, config);
  }
}

/** What the sandbox brings: its AWS's addresses, its keys, its secrets. The file's own settings win. */
function withSandbox(config: Config, sandbox: RunningSandbox): Config {
  const files = Object.entries(sandbox.credentialFiles).map(
    ([name, file]) => [name, { kind: 'key-file', file, longTerm: true }] as const,
  );
  const secrets = Object.entries(sandbox.secrets).map(([name, value]) => [name, new Secret(value)] as const);
  return {
    ...config,
    credentialSources: new Map([...files, ...config.credentialSources]),
    secrets: new Map([...secrets, ...config.secrets]),
    aws: {
      ...config.aws,
      endpoints: {
        sts: sandbox.awsUrl,
        iam: sandbox.awsUrl,
        organizations: sandbox.awsUrl,
        federation: `${sandbox.awsUrl}/federation`,
        console: `${sandbox.awsUrl}/console`,
        ...config.aws.endpoints,
      },
    },
  };
}

type Seed = NonNullable<Parameters<Broker['seed']>[0]>;

/** The sandbox follows its own catalogue; a file is read while the store holds none, and never again. */
async function seedFor(
  broker: Broker,
  config: Config,
  sandbox: RunningSandbox | undefined,
): Promise<Seed | undefined> {
  const { accessFile } = config;
  if (accessFile === undefined && sandbox !== undefined) {
    const source = 'the sandbox’s own catalogue';
    const reading = loadAccess(sandbox.accessYaml, source, broker.catalogueFacts);
    return { ...seedOf(reading, source), follow: true };
  }
  if (await broker.holdsCatalogue()) return undefined;
  // Nothing yet: whoever sees the console sets it up (`broker/first-run`).
  if (accessFile === undefined)
    return {
      ...seedOf(loadAccess('', 'an empty catalogue', broker.catalogueFacts), 'an empty catalogue'),
      follow: false,
    };
  return { ...seedOf(loadAccessFile(accessFile, broker.catalogueFacts), accessFile), follow: false };
}

function seedOf(
  { catalogue, problems }: ReturnType<typeof loadAccess>,
  source: string,
): Omit<Seed, 'follow'> {
  if (catalogue === undefined) throw new ConfigError(problems);
  return { catalogue, hash: sha256Hex(JSON.stringify(catalogue)), source };
}

async function listen(server: Server, config: Config): Promise<void> {
  const { host, port } = config.listen;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error, config);
  }
}
