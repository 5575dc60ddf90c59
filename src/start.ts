/** Everything from settings to listening, in order; `main` wraps it in a process, tests in themselves. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { compose, type Broker } from './compose.ts';
import type { Config } from './config/config.ts';
import { loadAccess } from './config/load-access.ts';
import { loadConfig } from './config/load-config.ts';
import { ConfigError } from './config/problem.ts';
import type { Clock } from './core/ports/clock.ts';
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
  /** Readiness off first, then what is under way is answered, then everything closes. */
  stop(): Promise<void>;
}

/** A request that is under way when the process is told to stop has this long. */
const DRAIN_MS = 20_000;

/** @throws ConfigError, StoreStartError, or the listener's own error; nothing is left running then. */
export async function start(options: StartOptions): Promise<Daypass> {
  const { rootDir, environment, workingDirectory, clock = { now: () => new Date() } } = options;
  const loaded = loadConfig(environment, { workingDirectory });
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const sandbox = loaded.sandbox === undefined ? undefined : await openSandbox(loaded, rootDir);
    if (sandbox !== undefined) closers.push(() => sandbox.close());
    const config = sandbox === undefined ? loaded : withSandbox(loaded, sandbox);
    const broker = await compose(config, { rootDir, clock });
    closers.push(() => broker.close());
    await seed(broker, config, sandbox);
    const server = await listen(createHttpServer(broker.app), config.listen);
    closers.push(() => drain(server));
    return {
      config,
      sandbox,
      broker,
      async stop() {
        broker.stopAccepting();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function openSandbox(config: Config, rootDir: string): Promise<RunningSandbox> {
  const { sandbox } = config;
  if (sandbox === undefined) throw new TypeError('the sandbox is off');
  return startSandbox({
    rootDir,
    dataDir: config.dataDir,
    host: sandbox.host,
    brokerUrl: config.baseUrl,
    aws: { port: sandbox.awsPort, url: sandbox.awsUrl },
    identityProviders: { port: sandbox.identityProvidersPort, url: sandbox.identityProvidersUrl },
  });
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
        federation: `${sandbox.awsUrl}/federation`,
        console: `${sandbox.awsUrl}/console`,
        ...config.aws.endpoints,
      },
    },
  };
}

async function seed(broker: Broker, config: Config, sandbox: RunningSandbox | undefined): Promise<void> {
  const file = config.accessFile;
  const text = file === undefined ? sandbox?.accessYaml : await readFile(file, 'utf8');
  const source = file ?? 'the sandbox’s own catalogue';
  const { catalogue, problems } = loadAccess(text ?? '', source, broker.catalogueFacts);
  if (catalogue === undefined) throw new ConfigError(problems);
  await broker.seed({ catalogue, hash: sha256Hex(text ?? ''), source, follow: file === undefined });
}

function listen(server: Server, { host, port }: Config['listen']): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const overdue = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(overdue);
      resolve();
    });
    server.closeIdleConnections();
  });
}
