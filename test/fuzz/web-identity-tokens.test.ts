/** Web identity tokens: each part spoiled, other algorithms claimed, honestly signed ones with odd claims. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';
import type { Seen } from './shot.ts';

let door: FuzzDoor;
let genuine: string;
const ROLE = 'arn:aws:iam::222233334444:role/DataAnalyst';
const GOOD_CLAIMS = { 'https://aws.amazon.com/roles': ROLE };

beforeAll(async () => {
  door = await openFuzzDoor();
  genuine = await door.federation.token({ claims: GOOD_CLAIMS });
});
afterAll(() => door.close());

function redeem(token: string): Promise<Seen> {
  return door.fire({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: formText([
      ['Action', 'AssumeRoleWithWebIdentity'],
      ['Version', '2011-06-15'],
      ['RoleArn', ROLE],
      ['RoleSessionName', 'erin.engel'],
      ['WebIdentityToken', token.slice(0, 20_000)],
    ]),
  });
}

async function setClock(offsetSeconds: number): Promise<void> {
  const body = JSON.stringify({ offsetSeconds });
  const headers = { 'content-type': 'application/json' };
  await door.fire({ method: 'PUT', path: '/_sandbox/clock', headers, body });
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const encoded = (value: unknown): string => base64url(JSON.stringify(value));
/** `JSON.stringify` of so deep a value would need more stack than the sandbox's parser. */
const deep = fc
  .constantFrom('[', '{"a":')
  .chain((open) => fc.constantFrom(10, 1_000, 7_000).map((depth) => open.repeat(depth)))
  .map((text) => `${text}1${text.startsWith('[') ? ']'.repeat(text.length) : '}'.repeat(text.length / 5)}`);

const algorithm = fc.oneof(
  fc.constantFrom(
    'none',
    'None',
    'HS256',
    'HS512',
    'RS256',
    'RS384',
    'PS256',
    'ES256',
    'ES512',
    'EdDSA',
    'RSA-OAEP',
    'dir',
  ),
  hostileText,
  fc.jsonValue(),
);
const header = fc.oneof(
  fc.record(
    {
      alg: algorithm,
      kid: fc.oneof(hostileText, fc.jsonValue()),
      typ: hostileText,
      crit: fc.oneof(fc.constant(['b64']), fc.jsonValue()),
      b64: fc.boolean(),
      jku: fc.constant('http://127.0.0.1:1/jwks.json'),
      jwk: fc.constant({ kty: 'oct', k: 'AA' }),
      x5c: fc.array(hostileText),
      enc: fc.constant('A256GCM'),
      zip: fc.constant('DEF'),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);
type Parts = readonly [header: string, payload: string, signature: string];
const partsOf = (token: string): Parts => {
  const [first = '', second = '', third = ''] = token.split('.');
  return [first, second, third];
};

type Change = (parts: Parts) => string;

const change: fc.Arbitrary<Change> = fc.oneof(
  header.map(
    (value): Change =>
      ([, payload, signature]) =>
        `${encoded(value)}.${payload}.${signature}`,
  ),
  deep.map(
    (text): Change =>
      ([first, , signature]) =>
        `${first}.${base64url(text)}.${signature}`,
  ),
  deep.map(
    (text): Change =>
      ([, payload, signature]) =>
        `${base64url(text)}.${payload}.${signature}`,
  ),
  fc.jsonValue().map(
    (value): Change =>
      ([first, , signature]) =>
        `${first}.${encoded(value)}.${signature}`,
  ),
  fc.tuple(fc.nat(2), spoils).map(
    ([index, spoil]): Change =>
      (parts) =>
        parts.map((part, at) => (at === index ? spoil(part) : part)).join('.'),
  ),
  spoils.map(
    (spoil): Change =>
      (parts) =>
        spoil(parts.join('.')),
  ),
  fc.constantFrom<Change>(
    ([first, second]) => `${first}.${second}.`,
    ([first, second]) => `${first}.${second}`,
    (parts) => [...parts, ...parts].join('.'),
    (parts) => `${parts.join('.')}=`,
    (parts) => parts.join('. '),
  ),
);

const odd = fc.oneof(
  hostileText,
  fc.jsonValue(),
  fc.constantFrom<unknown>(-1, 0, 1.5, 1e300, Number.MAX_SAFE_INTEGER, null, [], {}, true),
  fc.array(hostileText, { maxLength: 5 }),
);
const claims = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'iss',
      'aud',
      'sub',
      'exp',
      'iat',
      'nbf',
      'azp',
      'amr',
      'jti',
      '__proto__',
      'constructor',
    ),
    fc.constantFrom(
      'https://aws.amazon.com/roles',
      'https://aws.amazon.com/source_identity',
      'https://aws.amazon.com/tags',
    ),
    hostileText,
  ),
  fc.oneof(
    odd,
    fc.record({ principal_tags: fc.dictionary(hostileText, odd, { maxKeys: 4 }), transitive_tag_keys: odd }),
  ),
  { maxKeys: 4 },
);

describe('whatever a web identity token says', () => {
  fuzz('one that was changed on its way is refused', { from: change, runs: 600 }, (input) =>
    redeem(input(partsOf(genuine))),
  );

  fuzz('odd claims, honestly signed, are taken or refused', { from: claims, runs: 300 }, async (input) =>
    redeem(await door.federation.token({ claims: { ...GOOD_CLAIMS, ...input } })),
  );

  it('took the genuine one, and refused for more than one reason', async () => {
    expect((await redeem(genuine)).status).toBe(200);
    expect(door.outcomes.get('400 InvalidIdentityToken')).toBeGreaterThan(5);
    expect(door.outcomes.size).toBeGreaterThan(2);
  });

  // It moves the clock, so it comes last.
  let offsetSeconds = 0;
  fuzz(
    'an issuer that publishes nonsense is told of, not believed',
    { from: odd, runs: 100 },
    async (input) => {
      const text =
        typeof input === 'string' ? input : JSON.stringify({ keys: input, jwks_uri: input, issuer: input });
      for (const path of ['/aws/jwks.json', '/aws/.well-known/openid-configuration']) {
        await setClock((offsetSeconds += 10));
        const now = new Date(Date.now() + offsetSeconds * 1_000);
        // By a key that is not published: whoever checks it reads again what is.
        const token = await door.federation.token({ claims: GOOD_CLAIMS, foreignKey: true, now });
        const before = door.federation.reads(path);
        door.federation.serve(path, { body: text });
        expect((await redeem(token)).status).not.toBe(200);
        door.federation.serve(path, undefined);
        expect(door.federation.reads(path)).toBeGreaterThan(before);
      }
    },
  );
});
