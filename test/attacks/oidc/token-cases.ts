/** What the provider's token is signed with, and what its header says: O04, O05, O06, O11. */
import { createHmac } from 'node:crypto';
import { CompactSign, exportSPKI, importJWK, type CompactJWSHeaderParameters, type CryptoKey } from 'jose';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { compact, createTokenKey, type TokenRecipe } from '../../support/fake-openid-provider.ts';
import type { HostileCase, Stage } from './hostile-case.ts';
import { CLIENT_SECRET } from './hostile-world.ts';

type Make = NonNullable<TokenRecipe['token']>;

const forged = (row: string, what: string, token: Make, code: ErrorCode = 'oidc.signature'): HostileCase => ({
  row,
  what,
  code,
  recipe: () => ({ token }),
});
const by = (
  row: string,
  what: string,
  recipe: (stage: Stage) => TokenRecipe | Promise<TokenRecipe>,
  code: ErrorCode = 'oidc.signature',
): HostileCase => ({ row, what, code, recipe });

const signatureOf = (jwt: string): Buffer => Buffer.from(jwt.split('.')[2] ?? '', 'base64url');

function hs256(header: object, claims: object, key: string | Buffer): string {
  const input = compact({ ...header, alg: 'HS256' }, claims, '').slice(0, -1);
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

async function publicPem({ attempt }: Stage): Promise<string> {
  const { publicJwk, alg } = attempt.provider.key();
  return exportSPKI((await importJWK(publicJwk, alg)) as CryptoKey);
}

const ALGORITHMS: readonly HostileCase[] = [
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) =>
    forged('O04', `alg ${alg}`, ({ header, claims }) => compact({ ...header, alg }, claims, '')),
  ),
  forged('O04', 'alg none with a signature', ({ header, claims }) =>
    compact({ ...header, alg: 'none' }, claims, 'x'),
  ),
  forged('O04', 'no alg', ({ claims, jwt }) => compact({ typ: 'JWT' }, claims, signatureOf(jwt))),
  forged('O04', 'alg as a list', ({ header, claims, jwt }) =>
    compact({ ...header, alg: ['RS256'] }, claims, signatureOf(jwt)),
  ),
  forged('O04', 'alg in small letters', ({ header, claims, jwt }) =>
    compact({ ...header, alg: 'rs256' }, claims, signatureOf(jwt)),
  ),
  ...['__proto__', 'constructor', 'HS512', 'RSA1_5', 'dir'].map((alg) =>
    forged('O04', `alg ${alg}`, ({ header, claims }) => compact({ ...header, alg }, claims, 'x'.repeat(256))),
  ),
  forged('O04', 'an empty signature', ({ jwt }) => jwt.replace(/[^.]*$/, '')),
  forged('O04', 'no third part', ({ jwt }) => jwt.split('.').slice(0, 2).join('.')),
  forged('O04', 'four parts', ({ jwt }) => `${jwt}.x`),
  forged('O04', 'five parts, as if encrypted', ({ jwt }) => `${jwt}.x.y`),
  forged('O04', 'HS256 with the client secret', ({ header, claims }) => hs256(header, claims, CLIENT_SECRET)),
  forged('O04', 'HS256 with nothing', ({ header, claims }) => hs256(header, claims, '')),
  by('O04', 'HS256 with the public key as PEM', async (stage) => {
    const pem = await publicPem(stage);
    return { token: ({ header, claims }) => hs256(header, claims, pem) };
  }),
  by('O04', 'HS256 with the modulus', ({ attempt }) => ({
    token: ({ header, claims }) =>
      hs256(header, claims, Buffer.from(attempt.provider.key().publicJwk.n ?? '', 'base64url')),
  })),
  {
    ...forged('O04', 'a zero signature on an elliptic curve', ({ header, claims }) =>
      compact(header, claims, new Uint8Array(64)),
    ),
    connector: 'elliptic',
  },
  {
    ...forged('O04', 'HS256 that its provider announces', ({ header, claims }) =>
      hs256(header, claims, CLIENT_SECRET),
    ),
    connector: 'elliptic',
  },
  {
    ...forged('O04', 'none that its provider announces', ({ claims }) =>
      compact({ alg: 'none' }, claims, ''),
    ),
    connector: 'elliptic',
  },
  ...['RS512', 'PS256'].map((alg) =>
    by('O04', `${alg}, which no setting lists, by a published key`, async ({ attempt }) => {
      const key = await createTokenKey(alg);
      attempt.provider.keySet = { keys: [attempt.provider.key().publicJwk, key.publicJwk] };
      return { key };
    }),
  ),
];

const HEADERS: readonly HostileCase[] = [
  by('O05', 'its own key (jwk)', ({ stranger }) => ({ key: stranger, header: { jwk: stranger.publicJwk } })),
  by('O05', 'its own key under the provider’s kid', ({ stranger, attempt }) => ({
    key: stranger,
    header: { jwk: stranger.publicJwk, kid: attempt.provider.key().publicJwk.kid },
  })),
  ...['jku', 'x5u'].map((name) =>
    by('O05', `an address of its key (${name})`, ({ stranger, world }) => ({
      key: stranger,
      header: { [name]: `${world.canaryUrl}/keys` },
    })),
  ),
  by('O05', 'a certificate (x5c)', ({ stranger }) => ({ key: stranger, header: { x5c: ['MIIB'] } })),
  ...['jku', 'x5u', 'x5c', 'jwk'].map((name) =>
    by('O05', `${name}, although the signature holds`, () => ({ header: { [name]: '' } })),
  ),
  ...['../../../etc/passwd', "x' or 1=1 --", '__proto__', '', 'x'.repeat(10_000)].map((kid) =>
    by('O05', `a kid such as ${JSON.stringify(kid.slice(0, 20))}`, ({ stranger }) => ({
      key: stranger,
      header: { kid },
    })),
  ),
  ...([42, null, ['a'], { a: 1 }] as const).map((kid) =>
    forged('O05', `a kid such as ${JSON.stringify(kid)}`, ({ header, claims, jwt }) =>
      compact({ ...header, kid }, claims, signatureOf(jwt)),
    ),
  ),
  ...[{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { crit: [] }, { zip: 'DEF' }, { b64: true }].map(
    (more) =>
      forged('O05', `the header ${JSON.stringify(more)}`, ({ header, claims, jwt }) =>
        compact({ ...header, ...more }, claims, signatureOf(jwt)),
      ),
  ),
];

const KEYS: readonly HostileCase[] = [
  by('O06', 'a stranger’s key', ({ stranger }) => ({ key: stranger })),
  by('O06', 'a stranger’s key under the provider’s kid', ({ stranger, attempt }) => ({
    key: stranger,
    header: { kid: attempt.provider.key().publicJwk.kid },
  })),
  by('O06', 'a stranger’s key without a kid', ({ stranger }) => ({
    key: stranger,
    header: { kid: undefined },
  })),
  by('O06', 'the key of another provider that the broker trusts too', ({ world }) => ({
    key: world.providers.of('other').key(),
  })),
  forged('O06', 'a changed subject', ({ header, claims, jwt }) =>
    compact(header, { ...claims, sub: 'alex.admin' }, signatureOf(jwt)),
  ),
  forged('O06', 'a group more', ({ header, claims, jwt }) =>
    compact(header, { ...claims, groups: ['engineers', 'daypass-administrators'] }, signatureOf(jwt)),
  ),
  forged('O06', 'a changed bit of the signature', ({ header, claims, jwt }) => {
    const signature = signatureOf(jwt);
    signature[40] = (signature[40] ?? 0) ^ 1;
    return compact(header, claims, signature);
  }),
  forged('O06', 'blanks in its JSON', ({ jwt }) => {
    const [header = '', claims = '', signature = ''] = jwt.split('.');
    const spaced = Buffer.from(` ${Buffer.from(claims, 'base64url').toString()}`).toString('base64url');
    return `${header}.${spaced}.${signature}`;
  }),
  forged('O06', 'a newline at its end', ({ jwt }) => `${jwt}\n`),
  forged('O06', 'padding at its end', ({ jwt }) => `${jwt}==`),
  forged('O04', 'what is no token', () => 'a.b.c'),
  forged('O04', 'a header that is a list', ({ claims, jwt }) => compact([], claims, signatureOf(jwt))),
  forged('O04', 'claims that are a list', ({ header, jwt }) => compact(header, [], signatureOf(jwt))),
  forged('O04', 'claims nested 20,000 deep', ({ jwt }) => {
    const [header = '', , signature = ''] = jwt.split('.');
    const deep = Buffer.from(`${'['.repeat(20_000)}${']'.repeat(20_000)}`).toString('base64url');
    return `${header}.${deep}.${signature}`;
  }),
];

/** Signed well, and readable in two ways. */
const TWICE: readonly HostileCase[] = [
  ['a second subject', '"sub":"alex.admin"'],
  ['the same subject twice', '"sub":"ann"'],
  ['a second list of groups', '"groups":["daypass-administrators"]'],
  ['a subject that is escaped', '"\\u0073ub":"alex.admin"'],
  ['a claim that changes every object', '"__proto__":{"groups":["daypass-administrators"]}'],
].map(([what = '', member = '']) =>
  by(
    'O09',
    what,
    ({ attempt }) => ({
      token: ({ header, claims }) => {
        const json = JSON.stringify(claims).replace(/\}$/, `,${member}}`);
        return new CompactSign(Buffer.from(json))
          .setProtectedHeader(header as CompactJWSHeaderParameters)
          .sign(attempt.provider.key().privateKey);
      },
    }),
    'oidc.subject',
  ),
);

const TYPES: readonly HostileCase[] = [
  ...['logout+jwt', 'at+jwt', 'secevent+jwt', 'application/at+jwt', 'JOSE', 'dpop+jwt'].map((typ) =>
    by('O11', `typ ${typ}`, () => ({ header: { typ } }), 'oidc.type'),
  ),
  forged(
    'O11',
    'typ as a number',
    ({ header, claims, jwt }) => compact({ ...header, typ: 7 }, claims, signatureOf(jwt)),
    'oidc.type',
  ),
  by(
    'O11',
    'a logout event',
    () => ({ claims: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } }),
    'oidc.type',
  ),
  by('O11', 'an empty list of events', () => ({ claims: { events: {} } }), 'oidc.type'),
];

export const TOKEN_CASES: readonly HostileCase[] = [...ALGORITHMS, ...HEADERS, ...KEYS, ...TWICE, ...TYPES];
