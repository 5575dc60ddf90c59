/** What the process is told: settings, and secrets by reference. Frozen; made by `load-config` alone. */
import type { Partition } from '../core/catalogue.ts';
import type { RateLimit } from '../core/ports/stores.ts';
import type { SecondPerson } from '../core/second-person.ts';
import type { Secret } from '../lib/secret.ts';

export type CredentialSourceSettings =
  | {
      /** The AWS SDK's default provider chain. */
      readonly kind: 'default-chain';
      /** True where the chain ends at an IAM user's key; else its role sessions are chained. */
      readonly longTerm: boolean;
    }
  | {
      /** A file with the JSON that `credential_process` prints; read again when it changes. */
      readonly kind: 'key-file';
      readonly file: string;
      readonly longTerm: boolean;
    };

export interface Config {
  /** An origin, without a trailing slash. Every URL of ours is made from it. */
  readonly baseUrl: string;
  readonly production: boolean;
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly store:
    { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: Secret };
  /** Names this node's audit chain. */
  readonly node: string;
  /** 32 bytes, base64; encrypts stored keys and tokens. */
  readonly masterKey: Secret;
  readonly sessions: { readonly idleSeconds: number; readonly absoluteSeconds: number };
  readonly accessTokens: { readonly lifeSeconds: number };
  readonly personalTokens: { readonly maximumDays: number; readonly signInDays: number };
  readonly awsClients: {
    readonly deviceCodes: boolean;
    readonly startUrl: string;
    /** A template, as `core/profile-names` reads it. */
    readonly profileName: string;
  };
  /** Buckets that hold `burst` and fill by `perMinute`, for each network that requests come from, or each principal. */
  readonly rateLimits: {
    readonly signIns: RateLimit;
    readonly failures: RateLimit;
    readonly failedClients: RateLimit;
    readonly clientStarts: RateLimit;
    readonly userCodes: RateLimit;
    readonly principals: RateLimit;
  };
  /** How long one of the broker's own keys signs, and how long its successor is published before. */
  readonly roleChecks: { readonly everyHours: number };
  readonly signingKeys: { readonly activeDays: number; readonly overlapDays: number };
  readonly credentialSources: ReadonlyMap<string, CredentialSourceSettings>;
  readonly aws: {
    /** In order: the next is asked while the one before fails. */
    readonly regions: Readonly<Record<Partition, readonly string[]>>;
    /** Replace AWS's own addresses; the sandbox's where it runs. */
    readonly endpoints: {
      readonly sts?: string;
      readonly iam?: string;
      readonly organizations?: string;
      readonly federation?: string;
      readonly console?: string;
    };
  };
  readonly secrets: ReadonlyMap<string, Secret>;
  /** The catalogue's seed, read when the store holds none. */
  readonly accessFile: string | undefined;
  readonly sandbox: SandboxSettings | undefined;
  readonly administration: { readonly secondPerson: SecondPerson };
  readonly breakGlass:
    | {
        /** `sha256:` and hex. */
        readonly secretHashes: readonly string[];
        readonly sessionMinutes: number;
        readonly networks: readonly string[];
      }
    | undefined;
  /** Proxies in front whose X-Forwarded-For is believed: addresses or subnets. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export interface SandboxSettings {
  readonly host: string;
  readonly awsPort: number;
  readonly identityProvidersPort: number;
  /** How the browser and the broker reach them. */
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
  /** The file of another AWS organization than the example. */
  readonly organizationFile?: string;
}
