/** From the file and the environment to settings that fit together; what does not is reported, all of it. */
import { accessSync, constants } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { isLoopback } from './addresses.ts';
import type { Config, CredentialSourceSettings, SandboxSettings } from './config.ts';
import { configFileSchema, sandboxSchema, type ConfigFile } from './config-schema.ts';
import type { ProcessSettings } from './process-settings.ts';
import { codeOf } from './secret-file.ts';
import { readMasterKey, readSecrets, readStore, type SecretContext } from './secret-settings.ts';

export interface RuleContext extends SecretContext {
  readonly hasFile: boolean;
  readonly process: ProcessSettings;
  readonly workingDirectory: string;
}

/** All but the master key, which is undefined where one will be made in the data directory. */
export type Settled = Omit<Config, 'masterKey'> & { readonly masterKey: Config['masterKey'] | undefined };

export function isProduction(settings: ConfigFile, process: ProcessSettings): boolean {
  return process.production || settings.baseUrl?.toLowerCase().startsWith('https:') === true;
}

export function settle(settings: ConfigFile, context: RuleContext): Settled {
  const { process, production } = context;
  const listen = { host: settings.listen.host, port: process.port ?? settings.listen.port };
  const dataDir = dataDirOf(settings, context);
  const store = readStore(settings, context);
  reportLifetimes(settings, context);
  return {
    baseUrl: baseUrlOf(settings, listen.port, context),
    production,
    listen,
    dataDir,
    store: store.kind === 'sqlite' ? { kind: 'sqlite', file: join(dataDir, 'daypass.db') } : store,
    node: nodeOf(settings, store.kind, context),
    masterKey: masterKeyOf(settings, context),
    sessions: settings.sessions,
    accessTokens: settings.accessTokens,
    personalTokens: settings.personalTokens,
    awsClients: settings.awsClients,
    rateLimits: settings.rateLimits,
    roleChecks: settings.roleChecks,
    signingKeys: settings.signingKeys,
    credentialSources: credentialSourcesOf(settings, context),
    aws: { regions: regionsOf(settings), endpoints: endpointsOf(settings, context) },
    secrets: readSecrets(settings, context),
    accessFile: settings.access === undefined ? undefined : resolve(context.directory, settings.access),
    sandbox: sandboxOf(settings, listen, context),
    administration: settings.administration,
    breakGlass: settings.breakGlass,
    trustedProxies: settings.trustedProxies,
    logLevel: settings.logLevel ?? (context.hasFile ? 'info' : 'warn'),
  };
}

function regionsOf({ aws: { regions } }: ConfigFile): Settled['aws']['regions'] {
  return {
    aws: [regions.aws].flat(),
    'aws-cn': [regions['aws-cn']].flat(),
    'aws-us-gov': [regions['aws-us-gov']].flat(),
    'aws-eusc': [regions['aws-eusc']].flat(),
  };
}

function baseUrlOf({ baseUrl }: ConfigFile, port: number, { production, report }: RuleContext): string {
  if (baseUrl === undefined) {
    if (production) report(['baseUrl'], 'is missing; in production write the https address that people use');
    return `http://localhost:${port}`;
  }
  const { origin, protocol } = new URL(baseUrl);
  if (protocol === 'http:' && production) {
    report(['baseUrl'], 'must start with https:// in production (NODE_ENV says it is)');
  } else if (protocol === 'http:' && !isLoopback(baseUrl)) {
    report(['baseUrl'], 'must start with https://; http is for this machine alone (localhost, 127.0.0.1)');
  }
  return origin;
}

function dataDirOf({ dataDir }: ConfigFile, context: RuleContext): string {
  if (context.process.dataDir !== undefined) return context.process.dataDir;
  return dataDir === undefined ? join(context.workingDirectory, 'data') : resolve(context.directory, dataDir);
}

/** Without a file the sandbox is the point; with one it runs only when asked for. */
function sandboxOf(
  settings: ConfigFile,
  listen: Config['listen'],
  { hasFile, process, production, report }: RuleContext,
): SandboxSettings | undefined {
  const wanted = settings.sandbox ?? (!hasFile && !production);
  if (wanted === false) return undefined;
  if (production) {
    report(['sandbox'], 'is for trying Daypass and never starts in production; remove it');
    return undefined;
  }
  const given = wanted === true ? sandboxSchema.parse({}) : wanted;
  const awsPort = process.sandboxAwsPort ?? given.awsPort;
  const identityProvidersPort = process.sandboxIdentityProvidersPort ?? given.identityProvidersPort;
  const ports = [listen.port, awsPort, identityProvidersPort];
  if (new Set(ports).size < ports.length) {
    report(['sandbox'], `three listeners need three different ports, not ${ports.join(', ')}`);
  }
  return {
    host: given.host ?? listen.host,
    awsPort,
    identityProvidersPort,
    awsUrl: new URL(given.awsUrl ?? `http://localhost:${awsPort}`).origin,
    identityProvidersUrl: new URL(given.identityProvidersUrl ?? `http://localhost:${identityProvidersPort}`)
      .origin,
    ...(process.sandboxOrganization === undefined ? {} : { organizationFile: process.sandboxOrganization }),
  };
}

function endpointsOf(
  { aws: { endpoints } }: ConfigFile,
  { production, report }: RuleContext,
): Config['aws']['endpoints'] {
  for (const [name, url] of Object.entries(endpoints)) {
    if (production && url?.toLowerCase().startsWith('http:') === true) {
      report(['aws', 'endpoints', name], 'must start with https:// in production');
    }
  }
  return Object.fromEntries(Object.entries(endpoints).filter(([, url]) => url !== undefined));
}

function reportLifetimes({ sessions, signingKeys }: ConfigFile, { report }: RuleContext): void {
  if (sessions.idleSeconds > sessions.absoluteSeconds) {
    report(['sessions', 'idleSeconds'], 'must not be more than absoluteSeconds');
  }
  if (signingKeys.overlapDays >= signingKeys.activeDays) {
    report(['signingKeys', 'overlapDays'], 'must be less than activeDays');
  }
}

/** One node keeps one chain wherever it runs; nodes that share a store must differ, and their hosts do. */
function nodeOf({ node }: ConfigFile, store: 'sqlite' | 'postgres', { report }: RuleContext): string {
  if (node !== undefined) return node;
  if (store === 'sqlite') return 'main';
  const host = hostname();
  if (configFileSchema.shape.node.safeParse(host).success) return host;
  report(['node'], 'is missing, and this host’s name cannot stand in for it; name this node');
  return 'main';
}

function masterKeyOf(settings: ConfigFile, context: RuleContext): Config['masterKey'] | undefined {
  const key = readMasterKey(settings, context.process.masterKey, context);
  const wasGiven = settings.masterKey ?? settings.masterKeyFile ?? context.process.masterKey;
  if (context.production && wasGiven === undefined) {
    context.report(
      ['masterKey'],
      'is missing; in production give it by masterKeyFile, DAYPASS_MASTER_KEY or DAYPASS_MASTER_KEY_FILE; daypass new-master-key makes one',
    );
  }
  return key;
}

function credentialSourcesOf(
  settings: ConfigFile,
  { directory, report }: RuleContext,
): Map<string, CredentialSourceSettings> {
  return new Map(
    Object.entries(settings.credentialSources).map(([name, source]): [string, CredentialSourceSettings] => {
      if (source.kind === 'default-chain') return [name, source];
      const file = resolve(directory, source.file);
      const mistake = unreadable(file);
      if (mistake !== undefined) report(['credentialSources', name, 'file'], mistake);
      return [name, { ...source, file }];
    }),
  );
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return `${file} cannot be read (${codeOf(error)})`;
  }
}
