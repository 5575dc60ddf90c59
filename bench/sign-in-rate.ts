/**
 * Sign-ins over HTTP through the whole broker (both requests, the flow and the session durably kept, the record,
 * the log), beside the bare call of the library that each kind stands on: node-saml's validation of a response,
 * openid-client's code grant with its signature checks on. The ratio is CPU time of the serving process; the
 * providers and the load run in other processes, the two take turns, and the middle ratio counts.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { stringify } from 'yaml';
import { randomToken } from '../src/lib/hash.ts';
import { startFakeOpenIdProvider, type FakeOpenIdProvider } from '../test/support/fake-openid-provider.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../test/support/fake-saml-idp.ts';
import type { Place } from './support/place.ts';
import { samlAnswer, type SamlProvider } from './support/saml-answers.ts';
import { cpuMicros, residentMegabytes, SERVING, startProcess, type Started } from './support/processes.ts';

const ROUNDS = 5;
const CONCURRENCY = 32;
const WARM_UP = 2_000;
const SIGN_INS = 600;
const LIVE_SESSIONS = 10_000;
const SECRET = 'bench-client-secret';

type Kind = 'saml' | 'oidc';

export interface SignInCost {
  readonly bareMicros: number;
  readonly signInMicros: number;
  readonly perSecond: number;
  /** Of all rounds, smallest first. */
  readonly ratios: readonly number[];
}

export interface SignInRate {
  readonly saml: SignInCost;
  readonly oidc: SignInCost;
  /** Resident, with so many live sessions. */
  readonly sessions: number;
  readonly megabytes: number;
}

interface World {
  readonly place: Place;
  readonly baseUrl: string;
  readonly broker: Started;
  readonly saml: FakeSamlIdp;
  readonly oidc: FakeOpenIdProvider;
  readonly pool: Pool;
}

export async function measureSignInRate(place: Place): Promise<SignInRate> {
  const world = await open(place);
  try {
    const saml = await measure(world, 'saml');
    const oidc = await measure(world, 'oidc');
    const made = 2 * (WARM_UP + ROUNDS * SIGN_INS);
    await signInTimes(world, 'oidc', Math.max(0, LIVE_SESSIONS - made));
    return {
      saml,
      oidc,
      sessions: Math.max(LIVE_SESSIONS, made),
      megabytes: residentMegabytes(world.broker.pid),
    };
  } finally {
    await world.pool.destroy();
    await Promise.all([world.broker.stop(), world.saml.close(), world.oidc.close()]);
  }
}

async function measure(world: World, kind: Kind): Promise<SignInCost> {
  const rounds: (Omit<SignInCost, 'ratios'> & { readonly ratio: number })[] = [];
  await signInTimes(world, kind, WARM_UP);
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareMicros = await bareRound(world, kind);
    const [before, startedAt] = [cpuMicros(world.broker.pid), performance.now()];
    await signInTimes(world, kind, SIGN_INS);
    const signInMicros = (cpuMicros(world.broker.pid) - before) / SIGN_INS;
    const perSecond = (SIGN_INS * 1_000) / (performance.now() - startedAt);
    rounds.push({ bareMicros, signInMicros, perSecond, ratio: bareMicros / signInMicros });
  }
  rounds.sort((a, b) => a.ratio - b.ratio);
  const middle = rounds[Math.floor(ROUNDS / 2)];
  if (middle === undefined) throw new Error('no round was measured');
  return { ...middle, ratios: rounds.map(({ ratio }) => ratio) };
}

async function signInTimes(world: World, kind: Kind, times: number): Promise<void> {
  let left = times;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await signIn(world, kind);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

async function signIn({ pool, baseUrl, saml, oidc }: World, kind: Kind): Promise<void> {
  const { host } = new URL(baseUrl);
  const start = await pool.request({ path: `/sign-in/${kind}`, method: 'GET', headers: { host } });
  await start.body.dump();
  const redirect = new URL(String(start.headers['location']));
  const cookie = String(start.headers['set-cookie']).split(';', 1)[0] ?? '';
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

async function bareRound(world: World, kind: Kind): Promise<number> {
  const file = join(world.place.directory, `bare-${kind}.json`);
  const given = kind === 'saml' ? samlResponses(world) : openIdCallbacks(world);
  writeFileSync(file, JSON.stringify(given));
  const program = kind === 'saml' ? 'bare-saml.js' : 'bare-openid.js';
  const amounts = kind === 'saml' ? [WARM_UP] : [CONCURRENCY, WARM_UP];
  const run = await startProcess([join(world.place.dist, 'bench', program), file, ...amounts.map(String)], {
    ready: /cpuMicros.*\n/,
  });
  await run.stop();
  return (JSON.parse(run.output()) as { cpuMicros: number }).cpuMicros;
}

function providerOf(saml: FakeSamlIdp): SamlProvider {
  return { entityId: saml.entityId, ...saml.key() };
}

function samlForm(saml: FakeSamlIdp, redirect: URL): string {
  const { id: requestId, acsUrl, issuer: audience, relayState } = saml.readRequest(redirect);
  const SAMLResponse = samlAnswer(providerOf(saml), { requestId, acsUrl, audience });
  return new URLSearchParams({ SAMLResponse, RelayState: relayState }).toString();
}

function samlResponses({ saml, baseUrl }: World): object {
  const issuer = `${baseUrl}/saml/saml/metadata`;
  const acsUrl = `${baseUrl}/saml/saml/acs`;
  const responses = Array.from({ length: WARM_UP + SIGN_INS }, (_, index) =>
    samlAnswer(providerOf(saml), { requestId: `_${index}`, acsUrl, audience: issuer }),
  );
  return { issuer, callbackUrl: acsUrl, certificate: saml.key().certificate, responses };
}

function openIdCallbacks({ oidc, baseUrl }: World): object {
  const redirectUri = `${baseUrl}/oidc/oidc/callback`;
  const callbacks = Array.from({ length: WARM_UP + SIGN_INS }, () => {
    const [state, nonce, codeVerifier] = [randomToken(), randomToken(), randomToken()];
    const authorization = new URL(`${oidc.issuer}/authorize`);
    authorization.search = new URLSearchParams({
      client_id: 'bench',
      state,
      nonce,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    }).toString();
    return { url: `${redirectUri}?${oidc.approve(authorization).toString()}`, state, nonce, codeVerifier };
  });
  return { issuer: oidc.issuer, clientId: 'bench', clientSecret: SECRET, callbacks };
}

async function open(place: Place): Promise<World> {
  const [port] = place.ports;
  const baseUrl = `http://localhost:${port}`;
  const [saml, oidc] = await Promise.all([startFakeSamlIdp(), startFakeOpenIdProvider()]);
  const broker = await startProcess([...SERVING, join(place.dist, 'main.js')], {
    env: {
      DAYPASS_CONFIG: writeSettings(place, { baseUrl, saml, oidc }),
      DAYPASS_DATA_DIR: join(place.directory, 'data'),
      DAYPASS_BENCH_SECRET: SECRET,
    },
  });
  return { place, baseUrl, broker, saml, oidc, pool: new Pool(`http://127.0.0.1:${port}`) };
}

function writeSettings(
  { directory, ports }: Place,
  { baseUrl, saml, oidc }: Pick<World, 'baseUrl' | 'saml' | 'oidc'>,
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
