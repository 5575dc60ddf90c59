/** Logout tokens as providers send them, and as nobody may: O19. */
import { createHmac, randomUUID } from 'node:crypto';
import { exportSPKI, importJWK, SignJWT, type CryptoKey } from 'jose';
import { compact, type FakeOpenIdProvider, type TokenKey } from '../../support/fake-openid-provider.ts';
import { CLIENT_SECRET } from './hostile-world.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export interface LogoutStage {
  readonly provider: FakeOpenIdProvider;
  readonly stranger: TokenKey;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly now: number;
}

export function logoutClaims(provider: FakeOpenIdProvider): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: provider.issuer,
    aud: 'daypass',
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    sub: 'ann',
    events: { [LOGOUT_EVENT]: {} },
  };
}

export function signLogout(
  key: TokenKey,
  claims: object,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { kid } = key.publicJwk;
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'logout+jwt', ...(kid === undefined ? {} : { kid }), ...header })
    .sign(key.privateKey);
}

type Forge = (stage: LogoutStage) => string | Promise<string>;

const saying =
  (
    change: Readonly<Record<string, unknown>> | ((stage: LogoutStage) => Readonly<Record<string, unknown>>),
  ): Forge =>
  (stage) =>
    signLogout(stage.provider.key(), {
      ...stage.claims,
      ...(typeof change === 'function' ? change(stage) : change),
    });
const titled =
  (header: Readonly<Record<string, unknown>>): Forge =>
  ({ provider, claims }) =>
    signLogout(provider.key(), claims, header);
const unsigned =
  (alg: string, signature: string | Uint8Array = ''): Forge =>
  ({ claims }) =>
    compact({ alg, typ: 'logout+jwt' }, claims, signature);
const hs256 = (claims: object, key: string): string => {
  const input = compact({ alg: 'HS256', typ: 'logout+jwt' }, claims, '').slice(0, -1);
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
};

type ForgedLogout = readonly [what: string, forge: Forge];

const BY_KEY: readonly ForgedLogout[] = [
  ['alg none', unsigned('none')],
  ['alg NoNe', unsigned('NoNe', 'x')],
  ['alg none with a signature', unsigned('none', 'x'.repeat(256))],
  ['an empty signature', unsigned('RS256')],
  ['a zero signature', unsigned('ES256', new Uint8Array(64))],
  ['HS256 with the client secret', ({ claims }) => hs256(claims, CLIENT_SECRET)],
  [
    'HS256 with the public key',
    async ({ provider, claims }) => {
      const { publicJwk, alg } = provider.key();
      return hs256(claims, await exportSPKI((await importJWK(publicJwk, alg)) as CryptoKey));
    },
  ],
  ['a stranger’s key', ({ stranger, claims }) => signLogout(stranger, claims)],
  [
    'a stranger’s key under the provider’s kid',
    ({ stranger, provider, claims }) => signLogout(stranger, claims, { kid: provider.key().publicJwk.kid }),
  ],
  [
    'its own key in its header',
    ({ stranger, claims }) => signLogout(stranger, claims, { jwk: stranger.publicJwk }),
  ],
];

const BY_CLAIM: readonly ForgedLogout[] = [
  ['typ at+jwt', titled({ typ: 'at+jwt' })],
  ['typ secevent+jwt', titled({ typ: 'secevent+jwt' })],
  ['typ as a number', titled({ typ: 7 })],
  ['another issuer', saying({ iss: 'https://other.example' })],
  ['no issuer', saying({ iss: undefined })],
  ['another audience', saying({ aud: 'other' })],
  ['no audience', saying({ aud: undefined })],
  ['the audience of another connector', saying({ aud: 'daypass-two' })],
  ['no event', saying({ events: undefined })],
  ['another event', saying({ events: { 'http://schemas.openid.net/event/other': {} } })],
  ['the event as text', saying({ events: LOGOUT_EVENT })],
  ['the event in a list', saying({ events: [LOGOUT_EVENT] })],
  ['the event null', saying({ events: { [LOGOUT_EVENT]: null } })],
  ['a nonce', saying({ nonce: 'n' })],
  ['an empty nonce', saying({ nonce: '' })],
  ['neither subject nor session', saying({ sub: undefined })],
  ['a subject that is a list', saying({ sub: ['ann'] })],
  ['an empty subject', saying({ sub: '' })],
  ['a session that is an object', saying({ sid: {} })],
  ['an empty session alone', saying({ sub: undefined, sid: '' })],
  ['a time of issue an hour ago', saying(({ now }) => ({ iat: now - 3_600 }))],
  ['a time of issue in ten minutes', saying(({ now }) => ({ iat: now + 600 }))],
  ['no time of issue', saying({ iat: undefined })],
  ['a time of issue as text', saying(({ now }) => ({ iat: String(now) }))],
  ['that it has expired', saying(({ now }) => ({ exp: now - 120 }))],
  ['expiry as text', saying({ exp: 'never' })],
  ['no id', saying({ jti: undefined })],
  ['an id that is a number', saying({ jti: 7 })],
  ['an empty id', saying({ jti: '' })],
  ['what is no token', () => 'a.b.c'],
  ['nothing', () => ''],
  ['20 kB', () => 'a'.repeat(20_000)],
];

export const FORGED_LOGOUTS: readonly ForgedLogout[] = [...BY_KEY, ...BY_CLAIM];
