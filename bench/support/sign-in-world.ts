/** A broker with a provider of each kind beside it, and the two requests of which a sign-in is made. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { stringify } from 'yaml';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../../test/support/fake-openid-provider.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../../test/support/fake-saml-idp.ts';
import type { Place } from './place.ts';
import { SERVING, startProcess, type Started } from './processes.ts';
import { samlAnswer, type SamlProvider } from './saml-answers.ts';

export type Kind = 'saml' | 'oidc';

export const CLIENT_SECRET = 'bench-client-secret';

export interface SignInWorld {
  readonly place: Place;
  readonly baseUrl: string;
  readonly broker: Started;
  readonly saml: FakeSamlIdp;
  readonly oidc: FakeOpenIdProvider;
  readonly pool: Pool;
}

export async function openSignInWorld(place: Place): Promise<SignInWorld> {
  const [port] = place.ports;
  const baseUrl = `http://localhost:${port}`;
  const [saml, oidc] = await Promise.all([startFakeSamlIdp(), startFakeOpenIdProvider()]);
  const broker = await startProcess([...SERVING, join(place.dist, 'main.js')], {
    env: {
      DAYPASS_CONFIG: writeSettings(place, { baseUrl, saml, oidc }),
      DAYPASS_DATA_DIR: join(place.directory, 'data'),
      DAYPASS_BENCH_SECRET: CLIENT_SECRET,
    },
  });
  return { place, baseUrl, broker, saml, oidc, pool: new Pool(`http://127.0.0.1:${port}`) };
}

function writeSettings(
  { directory, ports }: Place,
  { baseUrl, saml, oidc }: Pick<SignInWorld, 'baseUrl' | 'saml' | 'oidc'>,
): string {
  const access = join(directory, 'access.yaml');
  const config = join(directory, 'daypass.yaml');
  const connectors = [
    { kind: 'saml', id: 'saml', label: 'SAML', metadataUrl: saml.metadataUrl },
    {
      kind: 'oidc',
      id: 'oidc',
      label: 'OpenID',
      issuer: oidc.issuer,
      clientId: 'bench',
      clientSecretName: 'bench',
    },
  ];
  writeFileSync(access, stringify({ connectors }));
  writeFileSync(
    config,
    stringify({
      baseUrl,
      listen: { host: '127.0.0.1', port: ports[0] },
      access,
      secrets: { bench: '${DAYPASS_BENCH_SECRET}' },
      // Every sign-in here comes from one address.
      rateLimits: { signIns: { burst: 1_000_000, perMinute: 1_000_000 } },
    }),
  );
  return config;
}

/** A browser that is at its provider. */
export interface Left {
  readonly redirect: URL;
  readonly cookie: string;
}

export async function leave({ pool, baseUrl }: SignInWorld, kind: Kind): Promise<Left> {
  const { host } = new URL(baseUrl);
  const start = await pool.request({ path: `/sign-in/${kind}`, method: 'GET', headers: { host } });
  await start.body.dump();
  return {
    redirect: new URL(String(start.headers['location'])),
    cookie: String(start.headers['set-cookie']).split(';', 1)[0] ?? '',
  };
}

export async function comeBack(
  { pool, baseUrl, saml, oidc }: SignInWorld,
  kind: Kind,
  { redirect, cookie }: Left,
): Promise<void> {
  const { host } = new URL(baseUrl);
  const end =
    kind === 'saml'
      ? await pool.request({
          path: '/saml/saml/acs',
          method: 'POST',
          headers: { host, cookie, 'content-type': 'application/x-www-form-urlencoded' },
          body: samlForm(saml, redirect),
        })
      : await pool.request({
          path: `/oidc/oidc/callback?${oidc.approve(redirect).toString()}`,
          method: 'GET',
          headers: { host, cookie },
        });
  const text = await end.body.text();
  if (end.statusCode !== 303 || !String(end.headers['set-cookie']).includes('daypass-session')) {
    throw new Error(`${kind} sign-in answered ${end.statusCode}: ${text.slice(0, 300)}`);
  }
}

export function providerOf(saml: FakeSamlIdp): SamlProvider {
  return { entityId: saml.entityId, ...saml.key() };
}

function samlForm(saml: FakeSamlIdp, redirect: URL): string {
  const { id: requestId, acsUrl, issuer: audience, relayState } = saml.readRequest(redirect);
  const SAMLResponse = samlAnswer(providerOf(saml), { requestId, acsUrl, audience });
  return new URLSearchParams({ SAMLResponse, RelayState: relayState }).toString();
}
