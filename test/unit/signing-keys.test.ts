import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/core/errors.ts';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { memorySigningKeyStore, type MemorySigningKeyStore } from '../support/memory-signing-key-store.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-05T10:15:00Z');

interface World {
  readonly store: MemorySigningKeyStore;
  now: number;
  readonly node: () => Signing;
}

function world(): World {
  const made: World = {
    store: memorySigningKeyStore(),
    now: START,
    node: () =>
      createSigning({
        baseUrl: 'https://daypass.example',
        store: made.store,
        clock: { now: () => new Date(made.now) },
        activeDays: 90,
        overlapDays: 14,
      }),
  };
  return made;
}

function activeDays(store: MemorySigningKeyStore): number[] {
  const start = Math.floor(START / DAY_MS);
  return store.keys
    .filter(({ use }) => use === 'web-identity')
    .map(({ activeAt }) => activeAt.getTime() / DAY_MS - start);
}

async function signingKeyId(signing: Signing): Promise<string> {
  const token = await signing.signer.webIdentityToken({
    roleArn: 'arn:aws:iam::111122223333:role/R',
    subject: 'alice-abcdef',
    sessionTags: [],
  });
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
    kid: string;
  };
  return header.kid;
}

async function publishedIds(signing: Signing): Promise<string[]> {
  const { keys } = await signing.publishedKeys.jwks();
  return keys.map((key) => (key as { kid: string }).kid);
}

describe('the broker’s own keys', () => {
  it('are made at the first need, once, with an audit event each', async () => {
    const { store, node } = world();
    const signing = node();
    await Promise.all([signing.maintain(), signing.maintain(), publishedIds(signing)]);
    expect(store.keys.map(({ use }) => use).toSorted()).toEqual([
      'saml',
      'sp-encryption',
      'sp-signing',
      'web-identity',
    ]);
    expect(store.events.map(({ name, detail }) => [name, detail['keyId']]).toSorted()).toEqual(
      store.keys.map(({ id }) => ['signing-key.created', id]).toSorted(),
    );
    expect(JSON.stringify(store.events)).not.toContain('PRIVATE');
  });

  it('are RSA keys of 2048 bits, and the certificate fits its private key', async () => {
    const { store, node } = world();
    await node().maintain();
    const saml = store.keys.find(({ use }) => use === 'saml');
    const certificate = new X509Certificate(saml?.publicPart ?? '');
    const privateKey = createPrivateKey(saml?.privateKey ?? '');
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2_048);
    expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe(`CN=Daypass ${saml?.id ?? ''}`);
    expect(certificate.issuer).toBe(certificate.subject);
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-03-04T10:15:00.000Z');
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2036);
  });

  it('write dates from 2050 on in the long form', async () => {
    const made = world();
    made.now = Date.parse('2045-06-01T00:00:00Z');
    await made.node().maintain();
    const saml = made.store.keys.find(({ use }) => use === 'saml');
    const certificate = new X509Certificate(saml?.publicPart ?? '');
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2055);
  });

  it('are shared by two nodes that start at once', async () => {
    const { store, node } = world();
    const [one, two] = [node(), node()];
    await Promise.all([one.maintain(), two.maintain()]);
    expect(store.keys).toHaveLength(4);
    expect(await signingKeyId(one)).toBe(await signingKeyId(two));
  });

  it('have a successor that is published for the whole overlap before it signs', async () => {
    const made = world();
    const signing = made.node();
    const first = await signingKeyId(signing);
    made.now = START + 74 * DAY_MS;
    expect(await publishedIds(signing)).toEqual([first]);

    made.now = START + 75 * DAY_MS;
    const [, second] = await publishedIds(signing);
    expect(await publishedIds(signing)).toHaveLength(2);
    expect(await signingKeyId(signing)).toBe(first);

    made.now = START + 90 * DAY_MS;
    expect(await signingKeyId(signing)).toBe(second);
    expect(await publishedIds(signing)).toEqual([first, second]);

    made.now = START + 91 * DAY_MS;
    expect(await publishedIds(signing)).toEqual([second]);
    expect(made.store.events.filter(({ name }) => name === 'signing-key.retired')).toHaveLength(1);
    expect(activeDays(made.store)).toEqual([0, 90]);
  });

  it('never sign before the overlap, even after a long time switched off', async () => {
    const made = world();
    const first = await signingKeyId(made.node());
    made.now = START + 400 * DAY_MS;
    const restarted = made.node();
    expect(await signingKeyId(restarted)).toBe(first);
    expect(await publishedIds(restarted)).toHaveLength(2);
    // 14 days from then, at the start of the next day.
    expect(activeDays(made.store)).toEqual([0, 415]);
  });

  it('have one successor when two nodes find it due at once', async () => {
    const made = world();
    const [one, two] = [made.node(), made.node()];
    await Promise.all([one.maintain(), two.maintain()]);
    made.now = START + 80 * DAY_MS;
    await Promise.all([one.maintain(), two.maintain()]);
    expect(activeDays(made.store)).toEqual([0, 95]);
    made.now = START + 97 * DAY_MS;
    await Promise.all([one.maintain(), two.maintain()]);
    expect(await signingKeyId(one)).toBe(await signingKeyId(two));
  });

  it('that another node made are seen within a minute', async () => {
    const made = world();
    const [one, two] = [made.node(), made.node()];
    await Promise.all([one.maintain(), two.maintain()]);
    made.now = START + 80 * DAY_MS;
    await one.maintain();
    made.now += 60_000;
    expect(await publishedIds(two)).toEqual(await publishedIds(one));
    expect(await publishedIds(two)).toHaveLength(2);
  });

  it('stay published while the store is away, and are refused when there never were any', async () => {
    const made = world();
    const signing = made.node();
    const ids = await publishedIds(signing);
    made.store.failing = true;
    made.now += 3_600_000;
    expect(await publishedIds(signing)).toEqual(ids);
    await expect(made.node().maintain()).rejects.toThrow(BrokerError);
    made.store.failing = false;
    expect(await publishedIds(signing)).toEqual(ids);
  });
});

describe('what is published', () => {
  it('is a discovery document with every member that AWS needs', () => {
    const { node } = world();
    expect(node().publishedKeys.openidConfiguration()).toMatchObject({
      issuer: 'https://daypass.example/aws',
      jwks_uri: 'https://daypass.example/aws/jwks.json',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  it('is public keys only, each with what a verifier looks for', async () => {
    const { node } = world();
    const { keys } = await node().publishedKeys.jwks();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('is SAML metadata with the certificate of every key in it', async () => {
    const made = world();
    const signing = made.node();
    await signing.maintain();
    made.now = START + 80 * DAY_MS;
    const metadata = await signing.publishedKeys.samlMetadata();
    const bodies = [...metadata.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, body]) => body);
    const stored = made.store.keys
      .filter(({ use }) => use === 'saml')
      .map(({ publicPart }) => new X509Certificate(publicPart).raw.toString('base64'));
    expect(bodies).toEqual(stored);
    expect(bodies).toHaveLength(2);
    expect(metadata).toContain('entityID="https://daypass.example/aws/saml/metadata"');
    expect(metadata.length).toBeGreaterThan(1_000);
  });
});
