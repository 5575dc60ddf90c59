/**
 * The sandbox for other people's tests: `import { startSandbox } from 'daypass/sandbox'`. It runs in the test's
 * own process, on ports of its own, and leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SandboxAws } from './aws/aws-server.ts';
import { type FaultRule, faultRules } from './aws/faults/fault-rule.ts';
import type { JournalEntry } from './aws/journal.ts';
import type { EntityList, EntityOf } from './aws/organization/organization.ts';
import type { AccountDocument, OrganizationDocument } from './aws/organization/organization-schema.ts';
import { projectDirectory } from './project-directory.ts';
import { startSandbox as start } from './sandbox.ts';

export type { FaultRule } from './aws/faults/fault-rule.ts';
export type { JournalEntry } from './aws/journal.ts';
export type { EntityList, EntityOf } from './aws/organization/organization.ts';
export type { AccountDocument, OrganizationDocument } from './aws/organization/organization-schema.ts';
export { OrganizationError, type OrganizationProblem } from './aws/organization/problem.ts';

export interface SandboxSettings {
  /** A YAML file by its path, or what would stand in one. Default: the example that is shipped. */
  readonly organization?: string | OrganizationDocument;
  /** Default 0, which takes a free one. */
  readonly awsPort?: number;
  readonly identityProvidersPort?: number;
  /** Address to bind. Default `127.0.0.1`: the sandbox is open to whoever reaches it. */
  readonly host?: string;
  /** What `${brokerUrl}` stands for in the organization. Default `http://localhost:8080`. */
  readonly brokerUrl?: string;
  /** Where its key is kept, from which all others are derived. Default: a directory that is removed at the end. */
  readonly dataDir?: string;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Sandbox {
  /** The endpoint of every service, and of the console federation under `/federation`. */
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
  /** In the form that AWS's clients take. @throws Error where the user is not there, or has no key */
  credentialsOf(accountId: string, userName: string): AccessKey;
  /** What the user's MFA device shows. A code works once. */
  mfaCodeOf(accountId: string, userName: string): string;
  readonly journal: {
    readonly lastId: number;
    /** The newest 10,000 at most, oldest first, of those with a higher id. */
    entries(after?: number): readonly JournalEntry[];
    clear(): void;
  };
  readonly organization: OrganizationEditor;
  readonly faults: {
    readonly rules: readonly FaultRule[];
    /** In place of all that were asked for before. @throws Error where a rule makes no sense */
    replace(rules: readonly FaultRule[]): void;
  };
  /** Seconds that the clock of the sandbox's AWS is ahead of this machine's. */
  clockOffsetSeconds: number;
  close(): Promise<void>;
}

/** Every method throws OrganizationError with all that is wrong, and has then changed nothing. */
export interface OrganizationEditor {
  /** A copy. */
  readonly document: OrganizationDocument;
  replace(document: OrganizationDocument): void;
  putAccount(account: AccountDocument): void;
  removeAccount(accountId: string): void;
  put<L extends EntityList>(accountId: string, list: L, entity: EntityOf<L>): void;
  remove(accountId: string, list: EntityList, name: string): void;
}

/** @throws OrganizationError, or the system's error where a port is taken; nothing is left running then */
export async function startSandbox(settings: SandboxSettings = {}): Promise<Sandbox> {
  const { organization, dataDir, host = '127.0.0.1', brokerUrl = 'http://localhost:8080' } = settings;
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'daypass-sandbox-')));
  const forget = () =>
    dataDir === undefined ? rm(directory, { recursive: true, force: true }) : Promise.resolve();
  try {
    const running = await start({
      rootDir: projectDirectory(import.meta.url),
      dataDir: directory,
      host,
      brokerUrl: new URL(brokerUrl).origin,
      aws: { port: settings.awsPort ?? 0 },
      identityProviders: { port: settings.identityProvidersPort ?? 0 },
      ...(organization === undefined ? {} : { organization: sourceOf(organization) }),
    });
    const { awsUrl, identityProvidersUrl, aws } = running;
    const close = async () => {
      await running.close();
      await forget();
    };
    return {
      awsUrl,
      identityProvidersUrl,
      ...controlsOf(aws),
      get clockOffsetSeconds() {
        return aws.clock.offsetSeconds;
      },
      set clockOffsetSeconds(seconds: number) {
        aws.clock.offsetSeconds = seconds;
      },
      close,
    };
  } catch (error) {
    await forget();
    throw error;
  }
}

function sourceOf(organization: string | OrganizationDocument) {
  return typeof organization === 'string'
    ? { file: resolve(organization) }
    : { document: structuredClone(organization) };
}

function controlsOf(
  aws: SandboxAws,
): Omit<Sandbox, 'awsUrl' | 'identityProvidersUrl' | 'clockOffsetSeconds' | 'close'> {
  const { world, journal, organization, faults } = aws;
  return {
    credentialsOf: (accountId, userName) => {
      const key = world.keyOf(accountId, userName);
      if (key === undefined) throw new Error(`${userName} of ${accountId} has no access key`);
      return { accessKeyId: key.id, secretAccessKey: key.secret.reveal() };
    },
    mfaCodeOf: (accountId, userName) => {
      const device = world.findUserByName(accountId, userName)?.mfaDevice;
      if (device === undefined) throw new Error(`${userName} of ${accountId} has no MFA device`);
      return aws.mfaDevices.display(device, aws.now()).code;
    },
    journal,
    organization: {
      get document() {
        return organization.document;
      },
      replace: (document) => organization.replace(document),
      putAccount: (account) => organization.putAccount(account, account.id),
      removeAccount: (accountId) => organization.removeAccount(accountId),
      put: (accountId, list, entity) => organization.put(accountId, list, entity),
      remove: (accountId, list, name) => organization.remove(accountId, list, name),
    },
    faults: {
      get rules() {
        return faults.rules;
      },
      replace: (rules) => faults.replace(faultRules.parse(rules)),
    },
  };
}
