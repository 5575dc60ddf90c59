/** The providers that lie, and the connectors and mappings by which the broker knows them. */
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../../support/fake-openid-provider.ts';
import type { AccessFile } from '../../support/start-test-broker.ts';

export interface Providers {
  readonly main: FakeOpenIdProvider;
  readonly all: readonly FakeOpenIdProvider[];
  /** The one behind a connector. */
  of(connector: string): FakeOpenIdProvider;
  readonly connectors: NonNullable<AccessFile['connectors']>;
  close(): Promise<void>;
}

/** Clients of the main provider, with what their connectors say beside what all say. */
const OF_MAIN: Readonly<Record<string, object>> = {
  corp: {},
  'corp-two': { clientId: 'daypass-two' },
  strict: {
    requiredContexts: ['urn:example:mfa'],
    requiredMethods: ['pwd', 'otp'],
    maximumAuthenticationAgeSeconds: 600,
  },
};

type Lie = (issuer: string, canary: string) => Readonly<Record<string, unknown>>;

const OF_OWN: Readonly<Record<string, object>> = {
  telling: { userinfo: true },
  overflowing: { groupsOverageHosts: ['graph.example.com'] },
};

/** Discovery documents that no sign-in may start by. Each stands alone, as what was read once is remembered. */
export const LIES: Readonly<Record<string, Lie>> = {
  'another-issuer': () => ({ issuer: 'https://other.example' }),
  'issuer-with-a-slash': (issuer) => ({ issuer: `${issuer}/` }),
  'issuer-in-capitals': (issuer) => ({ issuer: issuer.toUpperCase() }),
  'no-issuer': () => ({ issuer: undefined }),
  'issuer-as-a-list': (issuer) => ({ issuer: [issuer] }),
  'no-token-endpoint': () => ({ token_endpoint: undefined }),
  'no-keys': () => ({ jwks_uri: undefined }),
  'keys-in-a-file': () => ({ jwks_uri: 'file:///etc/passwd' }),
  'keys-as-data': () => ({ jwks_uri: 'data:application/json,{"keys":[]}' }),
  'token-endpoint-by-gopher': () => ({ token_endpoint: 'gopher://127.0.0.1:11211/_x' }),
  'token-endpoint-with-a-user': (issuer) => ({ token_endpoint: issuer.replace('//', '//a:b@') }),
  'authorization-by-script': () => ({ authorization_endpoint: 'javascript:alert(1)' }),
  'token-endpoint-as-a-list': (_issuer, canary) => ({ token_endpoint: [canary] }),
};

/** Providers with something unusual that is no lie. */
const QUIRKS: Readonly<Record<string, Lie>> = {
  quiet: () => ({ authorization_response_iss_parameter_supported: undefined }),
  plain: () => ({ code_challenge_methods_supported: ['plain'] }),
  elliptic: () => ({ id_token_signing_alg_values_supported: ['none', 'HS256', 'ES256'] }),
  leaving: (issuer) => ({ end_session_endpoint: `${issuer}/end-session` }),
  'leaving-by-script': () => ({ end_session_endpoint: 'javascript:alert(1)' }),
  telling: (issuer) => ({ userinfo_endpoint: `${issuer}/userinfo` }),
};
const PLAIN = [
  'other',
  'rotating',
  'removing',
  'keyless',
  'keyless-two',
  'failing',
  'redirecting',
  'local',
  'crowded-10000',
  'crowded-none',
  'crowded-symmetric',
  'overflowing',
];

export async function startProviders(canaryUrl: string): Promise<Providers> {
  const main = await startFakeOpenIdProvider();
  const own = new Map<string, FakeOpenIdProvider>();
  for (const [name, says] of Object.entries({ ...plain(), ...QUIRKS, ...LIES })) {
    own.set(name, await withDiscovery(name, (issuer) => says(issuer, canaryUrl)));
  }
  const all = [main, ...own.values()];
  return {
    main,
    all,
    of: (connector) => own.get(connector) ?? main,
    connectors: [
      ...Object.entries(OF_MAIN).map(([id, settings]) => ({ ...connector(id, main), ...settings })),
      ...[...own].map(([id, provider]) => ({ ...connector(id, provider), ...OF_OWN[id] })),
    ],
    close: async () => {
      await Promise.all(all.map((provider) => provider.close()));
    },
  };
}

function plain(): Record<string, Lie> {
  return Object.fromEntries(PLAIN.map((name) => [name, () => ({})]));
}

async function withDiscovery(
  name: string,
  discovery: (issuer: string) => object,
): Promise<FakeOpenIdProvider> {
  const provider = await startFakeOpenIdProvider(name === 'elliptic' || name in LIES ? 'ES256' : 'RS256');
  provider.discovery = { ...discovery(provider.issuer) };
  return provider;
}

function connector(id: string, { issuer }: FakeOpenIdProvider): Providers['connectors'][number] {
  return { kind: 'oidc', id, label: id, issuer, clientId: 'daypass', clientSecretName: 'hostile' };
}

/** What Ann may use, by her subject and by her group; and nobody else. */
export const MAPPINGS: NonNullable<AccessFile['mappings']> = [
  { id: 'ann-herself', connector: 'corp', users: ['ann'], roles: { ids: ['development-readonly'] } },
  { id: 'engineers', connector: 'corp', groups: ['engineers'], roles: { ids: ['development-developer'] } },
  {
    id: 'engineers-own-token',
    connector: 'corp',
    groups: ['engineers'],
    roles: { ids: ['development-data-analyst-own-token'] },
  },
];
