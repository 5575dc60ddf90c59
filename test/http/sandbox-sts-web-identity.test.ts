/** What no honest issuer sends, and what goes beyond one call: test/conformance/web-identity has AWS's rules. */
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discovery, type TokenRecipe } from '../support/fake-federation.ts';
import {
  credentialsIn,
  DEVELOPMENT,
  failureOf,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

const analyst = `arn:aws:iam::${DEVELOPMENT}:role/DataAnalyst`;
const CLAIM = 'https://aws.amazon.com/';
const NO_KEY = /^Couldn't retrieve verification key from your identity provider, {2}please/;

function redeem(WebIdentityToken: string, RoleArn = analyst) {
  const nobody = sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' });
  return nobody.send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'erin', WebIdentityToken }),
  );
}

async function withToken(recipe: TokenRecipe = {}, RoleArn = analyst) {
  const claims = { [`${CLAIM}roles`]: RoleArn, ...recipe.claims };
  return redeem(await sandbox.federation.token({ now: sandbox.now(), ...recipe, claims }), RoleArn);
}
const messageOf = async (call: Promise<unknown>) => (await failureOf(call)).message;

describe('a session by web identity', () => {
  it('carries tags, source identity and provider', async () => {
    const answer = await withToken({
      claims: {
        [`${CLAIM}tags`]: { principal_tags: { Team: ['payments'] }, transitive_tag_keys: ['Team'] },
        [`${CLAIM}source_identity`]: 'erin',
      },
    });
    const { accessKeyId, sessionToken } = credentialsIn(answer);
    expect(sandbox.aws.sessions.open(accessKeyId, sessionToken)?.claims).toMatchObject({
      origin: 'web-identity',
      tags: [{ key: 'Team', value: 'payments' }],
      transitiveTagKeys: ['Team'],
      sourceIdentity: 'erin',
      federatedProvider: answer.Provider,
    });
  });

  it("is made by a person's own ID token for the role that trusts it, and by no other person's", async () => {
    const own = (sub: string) => ({
      issuer: `${sandbox.federation.url}/oidc`,
      claims: { aud: 'daypass', sub, [`${CLAIM}roles`]: undefined },
    });
    const passThrough = `arn:aws:iam::${DEVELOPMENT}:role/DataAnalystPassThrough`;
    await expect(withToken(own('erin.engel'), passThrough)).resolves.toHaveProperty('Credentials');
    expect((await failureOf(withToken(own('carlos.ortiz'), passThrough))).code).toBe('AccessDenied');
  });
});

describe('a token', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['for another party', { azp: 'somebody' }, /^Incorrect token audience$/],
    ['with an audience that is no text', { aud: [{ name: 'sts.amazonaws.com' }] }, /is not a valid JWT/],
    ['about nobody', { sub: '' }, /is not a valid JWT/],
    ['about a subject of 256 characters', { sub: 's'.repeat(256) }, /is not a valid JWT/],
    ['about a number', { sub: 7 }, /is not a valid JWT/],
    ['that is not valid yet', { nbf: 4_000_000_000 }, /^Token is not yet valid$/],
    ['with tags that are a list', { [`${CLAIM}tags`]: [] }, /^The tags claim/],
    [
      'with a tag of a wrong character',
      { [`${CLAIM}tags`]: { principal_tags: { a: ['<'] } } },
      /^The tags claim/,
    ],
    [
      'with 51 tags',
      {
        [`${CLAIM}tags`]: {
          principal_tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ['v']])),
        },
      },
      /^The tags claim/,
    ],
  ])('%s is refused', async (_what, claims, message) => {
    expect(await messageOf(withToken({ claims }))).toMatch(message);
  });

  it('by a key of another kind than its algorithm says is refused', async () => {
    const rsa = sandbox.federation.publishedKeys().find(({ kty }) => kty === 'RSA');
    const token = withToken({ algorithm: 'ES256', ...(rsa?.kid === undefined ? {} : { keyId: rsa.kid }) });
    expect(await messageOf(token)).toMatch(NO_KEY);
  });
});

describe('the keys of an issuer', () => {
  /** An issuer of its own for each test: the sandbox remembers what it read. */
  function issuerWith(name: string, keys: readonly object[], change: object = {}) {
    const { federation } = sandbox;
    const issuer = `${federation.url}/${name}`;
    sandbox.aws.organization.put(DEVELOPMENT, 'oidcProviders', { issuer, clientIds: ['sts.amazonaws.com'] });
    sandbox.aws.organization.put(DEVELOPMENT, 'roles', {
      name,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: {
            Federated: `arn:aws:iam::${DEVELOPMENT}:oidc-provider/${issuer.replace('http://', '')}`,
          },
          Action: 'sts:AssumeRoleWithWebIdentity',
        },
      },
    });
    federation.serve(`/${name}/.well-known/openid-configuration`, {
      body: JSON.stringify({ ...discovery(issuer), ...change }),
    });
    federation.serve(`/${name}/jwks.json`, { body: JSON.stringify({ keys }) });
    return { issuer, roleArn: `arn:aws:iam::${DEVELOPMENT}:role/${name}` };
  }
  const rsaKey = () => sandbox.federation.publishedKeys().filter(({ kty }) => kty === 'RSA')[0] ?? {};

  it.each<[string, object]>([
    ['is for encryption', { use: 'enc' }],
    ['is for another algorithm', { alg: 'RS512' }],
    ['may not verify', { key_ops: ['encrypt'] }],
    ['is a secret', { kty: 'oct', k: 'c2VjcmV0' }],
  ])('are not used where the key that fits %s', async (what, change) => {
    const { issuer, roleArn } = issuerWith(what.replaceAll(' ', '-'), [{ ...rsaKey(), ...change }]);
    expect(await messageOf(withToken({ issuer }, roleArn))).toMatch(NO_KEY);
  });

  it('are not used for EdDSA, which AWS does not take', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { issuer, roleArn } = issuerWith('edwards', [{ ...(await exportJWK(publicKey)), kid: 'ed' }]);
    const token = await new SignJWT({ aud: 'sts.amazonaws.com', sub: 'erin', iss: issuer })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'ed' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    expect(await messageOf(redeem(token, roleArn))).toMatch(NO_KEY);
  });

  it('are used beside keys that nobody understands', async () => {
    const strange = [{ kty: 'LATTICE', kid: 'x' }, { kid: 'no kind' }, 'no object', null] as object[];
    const { issuer, roleArn } = issuerWith('strange', [...strange, rsaKey()]);
    await expect(withToken({ issuer }, roleArn)).resolves.toHaveProperty('Credentials');
  });

  it('are tried one after the other where the token names none', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const other = { ...(await exportJWK(publicKey)), kid: 'other' };
    const { issuer, roleArn } = issuerWith('unnamed', [other, rsaKey()]);
    await expect(withToken({ issuer, keyId: undefined }, roleArn)).resolves.toHaveProperty('Credentials');
  });

  it('are not looked for where a redirect leads', async () => {
    const { issuer, roleArn } = issuerWith('redirected', [rsaKey()]);
    sandbox.federation.serve('/redirected/jwks.json', {
      status: 302,
      headers: { location: `${sandbox.federation.url}/aws/jwks.json` },
    });
    const before = sandbox.federation.reads('/aws/jwks.json');
    expect(await messageOf(withToken({ issuer }, roleArn))).toMatch(NO_KEY);
    expect(sandbox.federation.reads('/aws/jwks.json')).toBe(before);
  });

  it('are not fetched without TLS from another machine', async () => {
    const { issuer, roleArn } = issuerWith('elsewhere', [rsaKey()], { jwks_uri: 'http://keys.example/jwks' });
    expect(await messageOf(withToken({ issuer }, roleArn))).toMatch(NO_KEY);
  });

  it('are read once for many who come at the same moment, and then remembered', async () => {
    const { issuer, roleArn } = issuerWith('many', [rsaKey()]);
    await Promise.all(Array.from({ length: 8 }, () => withToken({ issuer }, roleArn)));
    await withToken({ issuer }, roleArn);
    expect(sandbox.federation.reads('/many/jwks.json')).toBe(1);
  });

  it('are read again once for many who come with a new one', async () => {
    const { issuer, roleArn } = issuerWith('rotated', [rsaKey()]);
    await withToken({ issuer }, roleArn);
    await sandbox.federation.rotate();
    sandbox.federation.serve('/rotated/jwks.json', { body: JSON.stringify({ keys: [rsaKey()] }) });
    sandbox.clockOffsetMs += 5_000;
    await Promise.all(Array.from({ length: 8 }, () => withToken({ issuer }, roleArn)));
    expect(sandbox.federation.reads('/rotated/jwks.json')).toBe(2);
  });

  it('go on serving while somebody with a wrong signature makes the sandbox look again in vain', async () => {
    const { issuer, roleArn } = issuerWith('stalled', [rsaKey()]);
    await withToken({ issuer }, roleArn);
    sandbox.clockOffsetMs += 5_000;
    sandbox.federation.serve('/stalled/.well-known/openid-configuration', { hang: true });
    const forged = failureOf(withToken({ issuer, foreignKey: true }, roleArn));
    const started = Date.now();
    await expect(withToken({ issuer }, roleArn)).resolves.toHaveProperty('Credentials');
    expect(Date.now() - started).toBeLessThan(3_000);
    expect((await forged).code).toMatch(/^IDPCommunicationError/);
  });
});
