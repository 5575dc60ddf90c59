/**
 * A catalogue for the sandbox, written as an administrator would write `access.yaml`: text with comments, so
 * that it can be read, copied and learned from. It must fit the broker's own schema; a test holds them together.
 */
import { sha256Hex } from '../lib/hash.ts';
import { mappingsYaml } from './access-mappings.ts';
import { rolesYaml } from './access-roles.ts';

interface SandboxUrls {
  readonly awsUrl: string;
  readonly identityProvidersUrl: string;
}

/** Known to everybody, like all secrets of the sandbox: the broker refuses them in production. */
export const SANDBOX_SECRETS = {
  /** The OpenID client `daypass`. */
  'sandbox-oidc': 'sandbox-secret-of-daypass-at-its-openid-provider',
  /** The application `billing-report`. */
  'billing-report': 'sandbox-secret-of-billing-report',
} as const;

export function accessYaml(urls: SandboxUrls): string {
  return [connectorsYaml(urls), ACCOUNTS, rolesYaml(urls.awsUrl), mappingsYaml(), REST].join('\n');
}

/** JSON strings are YAML strings too. */
function connectorsYaml({ identityProvidersUrl }: SandboxUrls): string {
  return `# Who may use which AWS role in the sandbox. Read once, when the store holds no catalogue yet.

# Where people sign in: the same people stand behind both.
connectors:
  - id: sandbox-saml
    kind: saml
    label: Sandbox (SAML)
    metadataUrl: ${JSON.stringify(`${identityProvidersUrl}/saml/metadata`)}
    signed: both
  - id: sandbox-oidc
    kind: oidc
    label: Sandbox (OpenID Connect)
    issuer: ${JSON.stringify(`${identityProvidersUrl}/oidc`)}
    clientId: daypass
    clientSecretName: sandbox-oidc
`;
}

const ACCOUNTS = `accounts:
  - { id: "111122223333", name: Example Tools, environment: tools, colour: blue }
  - { id: "222233334444", name: Example Development, environment: development, colour: green }
  - { id: "444455556666", name: Example Production, environment: production, colour: red }
  # The third party of situation 2. No role of ours is in it; its user signs with its own key.
  - { id: "777788889999", name: Example Corp, environment: third party, colour: violet }
`;

const REST = `applications:
  - id: billing-report
    name: Billing report
    secretHashes: ["sha256:${sha256Hex(SANDBOX_SECRETS['billing-report'])}"]

administrators:
  - { connector: sandbox-saml, groups: [daypass-administrators] }
  - { connector: sandbox-oidc, groups: [daypass-administrators] }
`;
