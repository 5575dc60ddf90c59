import type { SandboxAws } from './aws/aws-server.ts';
import type { OrganizationSource } from './aws/organization/open-organization.ts';

/** Where the sandbox listens and how others reach it. */
export interface SandboxOptions {
  /** The project's directory, which holds `views/sandbox` and `public/sandbox`. */
  readonly rootDir: string;
  /** Keys that must survive a restart are kept in `{dataDir}/sandbox`, mode 0600. */
  readonly dataDir: string;
  /** Address to bind, e.g. `127.0.0.1`. */
  readonly host: string;
  /** Daypass's base URL, an origin. It is not asked anything at start. */
  readonly brokerUrl: string;
  /** Port 0 takes a free one. `url` is an origin; default `http://localhost:{port}`. */
  readonly aws: { readonly port: number; readonly url?: string };
  readonly identityProviders: { readonly port: number; readonly url?: string };
  /** Another organization than the example's, `src/sandbox/organization.yaml`. */
  readonly organization?: OrganizationSource;
}

export interface RunningSandbox {
  /** The services themselves, for whoever runs in the same process. */
  readonly aws: SandboxAws;
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
  /** A catalogue seed that fits this sandbox, as YAML. */
  readonly accessYaml: string;
  /** CredentialSources that the seed names: name -> file in `credential_process` JSON form. */
  readonly credentialFiles: Readonly<Record<string, string>>;
  /** Secrets that the seed names. Known to everybody; refused in production. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Who one can be, for the banner. */
  readonly people: readonly { readonly name: string; readonly what: string }[];
  close(): Promise<void>;
}
