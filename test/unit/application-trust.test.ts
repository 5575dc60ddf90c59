/** Which workloads an application's conditions mean, and what a catalogue may not say of applications. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applicationSchema, type Application } from '../../src/core/application-schema.ts';
import { proofId, registerApplication } from '../../src/core/application-proofs.ts';
import { compileCatalogue } from '../../src/core/compile-catalogue.ts';
import { conditionsHold } from '../../src/core/workload-conditions.ts';
import { buildCatalogue, facts } from '../support/build-catalogue.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';

describe('a condition on a workload’s claims', () => {
  it.each([
    ['repo:example/app:ref:refs/heads/main', 'repo:example/app:ref:refs/heads/main', true],
    ['repo:example/app:ref:refs/heads/main', 'repo:example/app:ref:refs/heads/main2', false],
    ['repo:example/app:ref:refs/heads/main', 'repo:Example/app:ref:refs/heads/main', false],
    ['repo:example/app:*', 'repo:example/app:ref:refs/heads/main', true],
    ['repo:example/app:*', 'repo:example/app:', false],
    ['repo:example/app:*', 'repo:example/app', false],
    ['repo:example/app:*', 'repo:example/app2:ref:x', false],
    ['repo:example/*', 'repo:example/app:ref:x', true],
    ['repo:example/*', 'repo:example-evil/app:ref:x', false],
    ['repo:example/*:pull_request', 'repo:example/app:pull_request', true],
    ['repo:example/*:pull_request', 'repo:example/app/x:pull_request', false],
    ['repo:example/*:pull_request', 'repo:example/:pull_request', false],
    ['repo:example/*:pull_request', 'repo:example/app/pull_request', false],
    ['system:serviceaccount:*:reporter', 'system:serviceaccount:reports:reporter', true],
    ['system:serviceaccount:*:reporter', 'system:serviceaccount:a:b:reporter', false],
    ['spiffe://example.org/ns/*', 'spiffe://example.org/ns/reports/sa/x', true],
    ['spiffe://example.org/ns/*', 'spiffe://example.org.evil/ns/reports', false],
    ['a?c', 'abc', false],
  ])('%s for %s: %s', (pattern, value, expected) => {
    expect(conditionsHold({ sub: [pattern] }, { sub: value })).toBe(expected);
  });

  it('holds where every claim has one of its values, as a text of its own', () => {
    const conditions = { sub: ['a', 'b'], ref: ['main'] };
    expect(conditionsHold(conditions, { sub: 'b', ref: 'main' })).toBe(true);
    expect(conditionsHold(conditions, { sub: 'b' })).toBe(false);
    expect(conditionsHold(conditions, { sub: 'c', ref: 'main' })).toBe(false);
    expect(conditionsHold(conditions, { sub: ['b'], ref: 'main' })).toBe(false);
    expect(conditionsHold({ sub: ['1'] }, { sub: 1 })).toBe(false);
    expect(conditionsHold({ sub: ['a'], constructor: ['*'] }, { sub: 'a' })).toBe(false);
  });
});

const HASH = `sha256:${'0'.repeat(64)}`;
const jwk = (type: 'ec' | 'rsa', bits = 2_048): Application['keys'][number] => {
  const { publicKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: bits });
  return { ...publicKey.export({ format: 'jwk' }), kid: 'one' } as Application['keys'][number];
};

function problemsOf(application: object): readonly string[] {
  const parsed = applicationSchema.safeParse({ id: 'app', name: 'App', ...application });
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const compilation = compileCatalogue(buildCatalogue({ applications: [parsed.data] }), {
    ...facts,
    allowHttp: false,
  });
  return compilation.problems.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
}

const workload = (conditions: object, more: object = {}): object => ({
  workloads: [{ issuer: 'https://issuer.example', conditions, ...more }],
});

describe('an application in the catalogue', () => {
  it.each<[string, object]>([
    ['a secret', { secretHashes: [HASH] }],
    ['an RSA key', { keys: [jwk('rsa')] }],
    ['an elliptic curve’s key', { keys: [jwk('ec')] }],
    ['the address of its keys', { jwksUrl: 'https://app.example/keys' }],
    ['a repository’s branch', workload({ sub: ['repo:example/app:ref:refs/heads/main'] })],
    [
      'a repository, and any branch of a kind',
      workload({ repository: ['example/app'], ref: ['refs/heads/*'] }),
    ],
    ['an organization', workload({ sub: ['repo:example/*'] })],
    ['an organization by its number', workload({ repository_owner_id: ['1234'] })],
    ['a hash of its certificate', { certificates: [{ sha256: '0'.repeat(64) }] }],
  ])('may prove itself by %s', (_how, application) => {
    expect(problemsOf(application)).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['nothing', {}, /^: has no way to prove itself: give secretHashes, keys/],
    ['no secret any more', { secretHashes: [] }, /has no way to prove itself/],
    ['the people it acts for', { onBehalfOf: [{ connector: 'cloud', audiences: ['a'] }] }, /no way to prove/],
    [
      'keys in two places',
      { keys: [jwk('ec')], jwksUrl: 'https://a.example' },
      /^jwksUrl: give keys or jwksUrl/,
    ],
    ['a private key', { keys: [{ ...jwk('ec'), d: 'AAAA' }] }, /^keys\.0: Unrecognized key: "d"/],
    ['a secret key', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }, /^keys\.0\.kty: Invalid/],
    ['a key of 1024 bits', { keys: [jwk('rsa', 1_024)] }, /^keys\.0: has 1024 bits; an RSA key needs 2048$/],
    [
      'a point that is on no curve',
      { keys: [{ ...jwk('ec'), y: 'AAAA' }] },
      /^keys\.0: is not a public key$/,
    ],
    ['two keys of one name', { keys: [jwk('ec'), jwk('ec')] }, /^keys\.1\.kid: is another key’s as well/],
    ['plain http', { jwksUrl: 'http://app.example/keys' }, /^jwksUrl: use https/],
    [
      'a plain http issuer',
      workload({ sub: ['a:b'] }, { issuer: 'http://issuer.example' }),
      /^workloads\.0\.issuer: use https/,
    ],
    ['any repository there is', workload({}), /^workloads\.0\.conditions: anybody of this issuer’s would do/],
    ['any repository with a main branch', workload({ ref: ['refs/heads/main'] }), /conditions: anybody/],
    ['any repository by a star', workload({ sub: ['repo:*'] }), /conditions: anybody/],
    [
      'any repository of a name',
      workload({ sub: ['repo:*/app:ref:refs/heads/main'] }),
      /conditions: anybody/,
    ],
    ['any repository among others', workload({ sub: ['repo:example/app:*', '*'] }), /conditions: anybody/],
    ['a repository by half its owner', workload({ repository: ['*/app'] }), /conditions: anybody/],
    [
      'names that begin alike',
      workload({ sub: ['repo:example*'] }),
      /^workloads\.0\.conditions\.sub\.0: a \* stands for/,
    ],
    [
      'a certificate by name alone',
      { certificates: [{ uri: 'spiffe://a/b' }] },
      /certificates\.0: give sha256 alone/,
    ],
    [
      'an authority that is none',
      { certificates: [{ dns: 'a.example', issuers: [createCertifiedKey('x').certificate] }] },
      /^certificates\.0\.issuers\.0: write the certificate of an authority/,
    ],
  ])('may not prove itself by %s', (_how, application, complaint) => {
    expect(problemsOf(application).join('\n')).toMatch(complaint);
  });

  it.each<[object, RegExp]>([
    [
      { connector: 'nowhere', audiences: ['a'] },
      /^onBehalfOf\.0\.connector: there is no connector "nowhere"/,
    ],
    [{ connector: 'corp', audiences: ['a'] }, /^onBehalfOf\.0\.connector: is a SAML connector/],
    [
      { connector: 'cloud', audiences: ['a'], roles: ['none'] },
      /^onBehalfOf\.0\.roles\.0: there is no role "none"/,
    ],
    [{ connector: 'cloud', audiences: [] }, /onBehalfOf\.0\.audiences/],
  ])('may not act for people of %j', (trust, complaint) => {
    expect(problemsOf({ secretHashes: [HASH], onBehalfOf: [trust] }).join('\n')).toMatch(complaint);
  });

  it('needs no http exception for an issuer whose keys it has', () => {
    const issuer = { issuer: 'http://issuer.example', keys: [jwk('ec')] };
    expect(problemsOf(workload({ sub: ['a:b'] }, issuer))).toEqual([]);
  });

  it('names each thing that it may show by what that says, and nothing else', () => {
    const application = applicationSchema.parse({ id: 'a', name: 'A', secretHashes: [HASH] });
    const { proofs } = registerApplication({ ...application, name: 'B' });
    expect(proofs.has(proofId('secret', HASH))).toBe(true);
    expect(proofs.has(proofId('key', HASH))).toBe(false);
    expect(proofs.size).toBe(1);
  });
});
