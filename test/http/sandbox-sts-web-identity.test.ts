import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
describe('AssumeRoleWithWebIdentity', () => {
  const analyst = role(DEVELOPMENT, 'DataAnalyst');
  const forAnalyst = { 'https://aws.amazon.com/roles': analyst };

  async function withToken(recipe: Parameters<typeof sandbox.federation.token>[0] = {}, roleArn = analyst) {
    const token = await sandbox.federation.token({
      now: sandbox.now(),
      ...recipe,
      claims: { ...forAnalyst, ...recipe.claims },
    });
    return sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' }).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'erin',
        WebIdentityToken: token,
      }),
    );
  }

  it('takes tags and source identity from the token', async () => {
    const answer = await withToken({
      claims: {
        'https://aws.amazon.com/tags': {
          principal_tags: { Team: ['payments'] },
          transitive_tag_keys: ['Team'],
        },
        'https://aws.amazon.com/source_identity': 'erin',
      },
    });
    expect(answer).toMatchObject({
      Audience: 'sts.amazonaws.com',
      SubjectFromWebIdentityToken: 'erin',
      SourceIdentity: 'erin',
      AssumedRoleUser: { Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/DataAnalyst/erin` },
    });
    const { accessKeyId, sessionToken } = credentialsIn(answer);
    expect(sandbox.aws.sessions.open(accessKeyId, sessionToken)?.claims.tags).toEqual([
      { key: 'Team', value: 'payments' },
    ]);
  });

  it("takes a person's own ID token for the role that trusts it, and no other person's", async () => {
    const own = (sub: string) => ({
      issuer: `${sandbox.federation.url}/oidc`,
      claims: { aud: 'daypass', sub, 'https://aws.amazon.com/roles': undefined },
    });
    const passThrough = role(DEVELOPMENT, 'DataAnalystPassThrough');
    await expect(withToken(own('erin.engel'), passThrough)).resolves.toHaveProperty('Credentials');
    expect((await failureOf(withToken(own('carlos.ortiz'), passThrough))).code).toBe('AccessDenied');
  });

  it.each<[string, Parameters<typeof withToken>[0], string, RegExp]>([
    [
      'another audience',
      { claims: { aud: 'somebody' } },
      'InvalidIdentityToken',
      /^Incorrect token audience$/,
    ],
    ['another party', { claims: { azp: 'somebody' } }, 'InvalidIdentityToken', /^Incorrect token audience$/],
    [
      'an unknown issuer',
      { issuer: 'https://mallory.example' },
      'InvalidIdentityToken',
      /^No OpenIDConnect provider found in your account for https:\/\/mallory\.example$/,
    ],
    [
      'a foreign key',
      { foreignKey: true },
      'InvalidIdentityToken',
      /^Couldn't retrieve verification key from your identity provider, {2}please/,
    ],
    [
      'an expired token',
      { claims: { exp: 1_700_000_000 } },
      'ExpiredTokenException',
      /^Token expired: current date\/time \d+ must be before the expiration date\/time 1700000000$/,
    ],
    [
      'a token from the future',
      { claims: { iat: 4_000_000_000, exp: 4_000_000_300 } },
      'InvalidIdentityToken',
      /not yet valid/,
    ],
    [
      'a token without subject',
      { claims: { sub: undefined } },
      'InvalidIdentityToken',
      /^Missing a required claim: sub$/,
    ],
    [
      'a role that the token does not list',
      { claims: { 'https://aws.amazon.com/roles': [role(DEVELOPMENT, 'ReadOnly')] } },
      'InvalidIdentityToken',
      /^The target role ARN is not present in the roles claim of the identity token$/,
    ],
    [
      'no roles claim where the trust policy wants one',
      { claims: { 'https://aws.amazon.com/roles': undefined } },
      'AccessDenied',
      /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
    ],
    [
      'a tag with two values',
      { claims: { 'https://aws.amazon.com/tags': { principal_tags: { a: ['1', '2'] } } } },
      'InvalidIdentityToken',
      /exactly one/,
    ],
  ])('refuses %s', async (_what, recipe, code, message) => {
    const failure = await failureOf(withToken(recipe));
    expect(failure.code.replace(/^(InvalidIdentityToken)Exception$/, '$1')).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it('refuses what is no JWT, and one without signature', async () => {
    const send = (WebIdentityToken: string) =>
      failureOf(
        sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' }).send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: analyst,
            RoleSessionName: 'erin',
            WebIdentityToken,
          }),
        ),
      );
    expect((await send('opaque-access-token')).message).toMatch(/is not a valid JWT/);
    const [, payload = ''] = (await sandbox.federation.token({ claims: forAnalyst })).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await send(`${none}.${payload}.`)).message).toMatch(/^Couldn't retrieve verification key/);
  });

  it('reads the keys again when a new one has signed', async () => {
    await withToken();
    await sandbox.federation.rotate();
    sandbox.clockOffsetMs += 5_000;
    await expect(withToken()).resolves.toHaveProperty('Credentials');
  });
});
