/** Doors to which a workload brings its own token each time: it is exchanged once, and is no more than what came of it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApplications } from '../../src/broker/applications/create-applications.ts';
import { CatalogueSource } from '../../src/broker/catalogue-source.ts';
import { createRateLimits } from '../../src/broker/rate-limits.ts';
import { createAccessTokens, type AccessTokens } from '../../src/broker/resume-token.ts';
import { createTokenVerifier } from '../../src/connectors/token-verifier.ts';
import type { Origin } from '../../src/core/audit-event.ts';
import { catalogueSchema } from '../../src/core/catalogue.ts';
import type { Stores } from '../../src/core/ports/stores.ts';
import type { SignInSessions } from '../../src/broker/sign-in-session.ts';
import type { WorkloadTokens } from '../../src/broker/applications/workload-tokens.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import { facts } from '../support/build-catalogue.ts';
import {
  createTokenKey,
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
} from '../support/fake-openid-provider.ts';
import { SUBJECT } from '../support/oauth-world.ts';

const ISSUER = 'https://daypass.example';
const ORIGIN: Origin = { door: 'aws-client', requestId: 'r', sourceIp: '192.0.2.1' };
const MANY = { burst: 1_000_000, perMinute: 1_000_000 };

let directory: string;
let stores: Stores;
let platform: FakeOpenIdProvider;
let workloadTokens: WorkloadTokens;
let accessTokens: AccessTokens;
let offset = 0;

beforeAll(async () => {
  [directory, platform] = await Promise.all([
    mkdtemp(join(tmpdir(), 'daypass-bearers-')),
    startFakeOpenIdProvider(),
  ]);
  stores = await openStores({
    store: { kind: 'sqlite', file: join(directory, 'daypass.db') },
    node: 'main',
    masterKey: new Secret(randomBytes(32).toString('base64')),
  });
  await save(SUBJECT, 0);
  const clock = { now: () => new Date(Date.now() + offset) };
  const catalogue = new CatalogueSource(stores.catalogue, facts, clock);
  const shared = { ...stores, catalogue, clock };
  // No token of these hangs on a sign-in session.
  const sessions = undefined as unknown as SignInSessions;
  accessTokens = createAccessTokens({ ...shared, sessions, personalTokenSignInDays: 1 });
  ({ workloadTokens } = createApplications({
    ...shared,
    issuer: ISSUER,
    lifeSeconds: 3_600,
    accessTokens,
    limits: createRateLimits({
      store: stores.rateLimits,
      clock,
      settings: { signIns: MANY, failures: MANY, failedClients: MANY, principals: MANY },
    }),
    verifier: createTokenVerifier({ clock, allowHttp: true }),
    personTokens: { read: () => Promise.reject(new Error('no person is spoken of')) },
  }));
});
afterAll(async () => {
  await stores.close();
  await Promise.all([rm(directory, { recursive: true }), platform.close()]);
});

async function save(subject: string, expectedVersion: number): Promise<void> {
  const workloads = [{ issuer: platform.issuer, conditions: { sub: [subject] } }];
  await stores.catalogue.save({
    catalogue: catalogueSchema.parse({ applications: [{ id: 'worker', name: 'Worker', workloads }] }),
    expectedVersion,
    event: { name: 'catalogue.changed', at: new Date(), origin: ORIGIN, detail: {} },
  });
}

function token(claims: object = {}): Promise<string> {
  const now = Math.floor((Date.now() + offset) / 1_000);
  return platform.sign({
    iss: platform.issuer,
    sub: SUBJECT,
    aud: ISSUER,
    iat: now,
    exp: now + 600,
    ...claims,
  });
}

async function issued(): Promise<number> {
  const events = await stores.audit.list({ limit: 1_000 });
  return events.filter(({ event }) => event.name === 'access-token.issued').length;
}

describe('a workload’s token as a bearer', () => {
  it('is exchanged once, however often and by however many it comes', async () => {
    const jwt = await token();
    const before = await issued();
    const admitted = await Promise.all(Array.from({ length: 50 }, () => workloadTokens.admit(jwt, ORIGIN)));
    expect(new Set(admitted).size).toBe(1);
    expect(await issued()).toBe(before + 1);
    const { principal } = await accessTokens.resume(admitted[0] ?? '', ['application'], ORIGIN);
    expect(principal).toMatchObject({ kind: 'application', id: 'worker' });
  });

  it('A01: is nothing to doors of other kinds', async () => {
    const admitted = await workloadTokens.admit(await token(), ORIGIN);
    const resumed = accessTokens.resume(admitted, ['identity-center', 'aws-login', 'personal'], ORIGIN);
    await expect(resumed).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('is exchanged anew before what came of it ends, and refused once it has ended itself', async () => {
    const jwt = await token();
    const first = await workloadTokens.admit(jwt, ORIGIN);
    offset += 598_000;
    const second = await workloadTokens.admit(jwt, ORIGIN);
    expect(second).not.toBe(first);
    offset += 3_000;
    await expect(workloadTokens.admit(jwt, ORIGIN)).rejects.toMatchObject({ code: 'client.invalid' });
    offset = 0;
  });

  it('A23: is refused where it is not an application’s, each time', async () => {
    const other = await createTokenKey();
    const wrong = [
      await token({ sub: 'system:serviceaccount:other:x' }),
      await platform.sign({ iss: platform.issuer, sub: SUBJECT, aud: ISSUER, exp: 4_000_000_000 }, {}, other),
      'a.b.c',
    ];
    for (const jwt of [...wrong, ...wrong]) {
      await expect(workloadTokens.admit(jwt, ORIGIN)).rejects.toMatchObject({ code: 'client.invalid' });
    }
  });

  it.each(['daypass_at_x.y.z', 'opaque', ''])('leaves %j to whoever knows it', async (bearer) => {
    expect(await workloadTokens.admit(bearer, ORIGIN)).toBe(bearer);
  });

  it('A01: gives nothing any more once the catalogue trusts another', async () => {
    const jwt = await token();
    const admitted = await workloadTokens.admit(jwt, ORIGIN);
    await save('system:serviceaccount:other:x', 1);
    await expect(accessTokens.resume(admitted, ['application'], ORIGIN)).rejects.toMatchObject({
      code: 'token.invalid',
    });
    await expect(workloadTokens.admit(jwt, ORIGIN)).rejects.toMatchObject({ code: 'client.invalid' });
  });
});
