/** An application acts for a person while it shows the person's own token, and never otherwise. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { createTokenKey } from '../support/fake-openid-provider.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import {
  ACTING,
  ROLES,
  SECRETS,
  startOAuthWorld,
  withoutUndefined,
  type Fields,
  type OAuthAnswer,
  type OAuthWorld,
} from '../support/oauth-world.ts';
import { callerIdentity } from '../support/sandbox-aws.ts';
import { signIn } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

let world: OAuthWorld;

beforeAll(async () => {
  world = await startOAuthWorld();
});
afterAll(() => world.close());

const seconds = (): number => Math.floor(Date.now() / 1_000);
const REFUSED = {
  error: 'invalid_request',
  error_description: 'This is no ID token by which this application may act.',
};

function idToken(claims: object = {}, header: object = {}): Promise<string> {
  const honest = {
    iss: world.issuer.issuer,
    aud: 'portal',
    sub: 'ann',
    groups: ['engineers'],
    iat: seconds(),
    exp: seconds() + 300,
    // Of a sign-in that nobody here has seen.
    nonce: 'n',
    at_hash: 'x',
  };
  return world.issuer.sign(withoutUndefined({ ...honest, ...claims }), header);
}

function exchange(subjectToken: string, more: Fields = ACTING): Promise<OAuthAnswer> {
  return world.ask({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    subject_token: subjectToken,
    ...more,
  });
}

describe('a person’s own token', () => {
  it('lets an application act for them, and the record says who acted', async () => {
    const answer = await exchange(await idToken());
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(answer.body['expires_in']).toBeLessThanOrEqual(300);
    const acting = { principal: 'user:op:ann', detail: { actor: 'application:acting' } };
    expect(recordedFor(world.broker, answer)).toMatchObject([{ name: 'access-token.issued', ...acting }]);

    const api = world.api(answer);
    expect((await api.get('/api/v1/me')).body).toMatchObject({ kind: 'user', id: 'user:op:ann' });
    const credentials = await api.credentials(ROLES[0]);
    expect((await callerIdentity(world.broker.awsUrl, credentials.body)).Arn).toContain('/ann-');
    expect(recordedFor(world.broker, credentials)).toMatchObject([
      { name: 'credentials.requested', ...acting },
      { name: 'credentials.issued', ...acting },
    ]);
  });

  it('may come again while it lives, told of each time', async () => {
    const token = await idToken();
    const answers = [await exchange(token), await exchange(token)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const answer of answers) expect(recordedFor(world.broker, answer)).toHaveLength(1);
  });

  it('is shown to introspection with who acts', async () => {
    const token = String((await exchange(await idToken())).body['access_token']);
    const { body } = await world.ask({ ...ACTING, token }, {}, '/api/oauth/introspect');
    expect(body).toMatchObject({
      active: true,
      sub: 'user:op:ann',
      client_id: 'acting',
      act: { sub: 'application:acting' },
    });
  });

  it('gives the person’s rights and no others: none to somebody without groups', async () => {
    const api = world.api(await exchange(await idToken({ groups: [] })));
    expect((await api.get<{ roles: unknown[] }>('/api/v1/roles')).body.roles).toEqual([]);
    expect((await api.credentials(ROLES[0])).body.code).toBe('role.not_found');
  });

  it('is held to the roles that the application may use this way', async () => {
    const answer = await exchange(await idToken({ aud: 'report' }));
    expect(answer.body['scope']).toBe(`role:${ROLES[0]}`);
    const api = world.api(answer);
    expect((await api.credentials(ROLES[0])).status).toBe(200);
    expect((await api.credentials(ROLES[1])).body.code).toBe('token.role');
    const wider = await exchange(await idToken({ aud: 'report' }), { ...ACTING, scope: `role:${ROLES[1]}` });
    expect(wider.body['error']).toBe('invalid_scope');
  });

  it('ends what came of it when it ends', async () => {
    const answer = await exchange(await idToken());
    world.pass(301);
    expect((await world.api(answer).get('/api/v1/me')).body.code).toBe('token.invalid');
    world.pass(-301);
    expect((await world.api(answer).get('/api/v1/me')).status).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['for Daypass itself', () => idToken({ aud: 'daypass' })],
    ['for another application', () => idToken({ aud: 'mail' })],
    ['for this one and another', () => idToken({ aud: ['portal', 'mail'], azp: 'portal' })],
    ['given to another', () => idToken({ azp: 'mail' })],
    ['for two audiences that are two entries’', () => idToken({ aud: ['portal', 'report'] })],
    ['for nobody', () => idToken({ aud: undefined })],
    ['for a list of nobody', () => idToken({ aud: [] })],
    ['that has ended', () => idToken({ iat: seconds() - 300, exp: seconds() - 1 })],
    ['that never ends', () => idToken({ exp: undefined })],
    ['without a beginning', () => idToken({ iat: undefined })],
    ['of a connector that is not this application’s', () => idToken({ iss: 'http://other.localhost' })],
    ['of nobody we know', () => idToken({ iss: 'https://stranger.example' })],
    ['of nobody', () => idToken({ sub: undefined })],
    ['of a subject with a line break', () => idToken({ sub: 'ann\n' })],
    ['that is an access token', () => idToken({}, { typ: 'at+jwt' })],
    ['that is a logout token', () => idToken({ events: {} })],
    ['with groups in an odd form', () => idToken({ groups: [{ name: 'engineers' }] })],
    [
      'by another key',
      async () =>
        world.issuer.sign(
          decoded(await idToken()),
          {},
          await createTokenKey('RS256', world.issuer.key().publicJwk.kid),
        ),
    ],
    ['that is none', () => Promise.resolve('ann')],
    ['that is a name alone', () => Promise.resolve('user:op:ann')],
  ])('A05: %s lets nobody act', async (_what, make) => {
    const answer = await exchange(await make());
    expect([answer.status, answer.body]).toEqual([400, REFUSED]);
    expect(recordedFor(world.broker, answer)).toMatchObject([
      {
        name: 'access-token.denied',
        principal: 'application:acting',
        detail: { reason: 'subject_token.invalid' },
      },
    ]);
  });

  it.each([
    [{}, 'invalid_request'],
    [{ subject_token: '' }, 'invalid_request'],
    [{ subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, 'invalid_request'],
    [{ requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'invalid_request'],
    [{ actor_token: 'x' }, 'invalid_request'],
  ])('A05: is needed, in a form that is known: %j', async (more: Fields, error) => {
    const token = Object.keys(more).length === 0 ? '' : await idToken();
    const answer = await exchange(token, { ...ACTING, ...more });
    expect([answer.status, answer.body['error']]).toEqual([400, error]);
  });

  it('A05: is nothing in the hands of an application that may not act for people', async () => {
    const others = { client_id: 'by-secret', client_secret: SECRETS[0] };
    const answer = await exchange(await idToken(), others);
    expect([answer.status, answer.body['error']]).toEqual([400, 'unauthorized_client']);
    expect((await exchange(await idToken(), {})).body['error']).toBe('invalid_client');
  });

  it('A05: of somebody whom their provider refused lets nobody act, nor what came of it before', async () => {
    await world.broker.whileDown(({ people, signInSessions }) => signedInAs(signInSessions, people));
    const before = await exchange(await idToken({ sub: 'bob' }));
    expect((await world.api(before).credentials(ROLES[0])).status).toBe(200);
    await world.broker.whileDown(({ people }) =>
      people.refuse({ connectorId: 'op', subject: 'bob' }, new Date()),
    );
    expect((await world.api(before).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await exchange(await idToken({ sub: 'bob' }))).body).toEqual(REFUSED);
    expect((await exchange(await idToken())).status).toBe(200);
  });

  it('may be of a sign-in with the sandbox’s provider', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, world.broker, { person: 'erin.engel', connector: 'sandbox-oidc' });
    const cookie = browser.cookiesOf(world.broker.baseUrl).get('daypass-session') ?? '';
    const tokens: string[] = [];
    await world.broker.whileDown(async ({ signInSessions }) => {
      const session = await signInSessions.find(sha256Hex(cookie), new Date());
      tokens.push(session?.idToken ?? '');
    });
    const answer = await exchange(tokens[0] ?? '');
    const api = world.api(answer);
    expect((await api.get('/api/v1/me')).body).toMatchObject({ id: 'user:sandbox-oidc:erin.engel' });
    expect((await api.credentials('development-readonly')).status).toBe(200);
  });

  it('A01: gives nothing any more once the application may not act for people', async () => {
    const answer = await exchange(await idToken());
    await world.change('acting', (each) => ({ ...each, onBehalfOf: each.onBehalfOf.slice(1) }));
    expect((await world.api(answer).get('/api/v1/me')).body.code).toBe('token.invalid');
    const other = await exchange(await idToken({ aud: 'report' }));
    await world.change('acting', () => undefined);
    expect((await world.api(other).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await exchange(await idToken({ aud: 'report' }))).body['error']).toBe('invalid_client');
  });

  it('is in no record', async () => {
    const signature = (await idToken()).split('.')[2] ?? '';
    expect(signature.length).toBeGreaterThan(100);
    expect(JSON.stringify(storedAudit(world.broker))).not.toMatch(/eyJ[\w-]{20,}\./);
  });
});

function decoded(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;
}

type Stores = Parameters<Parameters<OAuthWorld['broker']['whileDown']>[0]>[0];

async function signedInAs(sessions: Stores['signInSessions'], people: Stores['people']): Promise<void> {
  const now = new Date();
  const later = new Date(Date.now() + 3_600_000);
  const identity = { connectorId: 'op', subject: 'bob', groups: [], attributes: new Map<string, string[]>() };
  await sessions.create({
    session: {
      idHash: sha256Hex('bob'),
      identity,
      createdAt: now,
      seenAt: now,
      confirmedAt: now,
      idleExpiresAt: later,
      absoluteExpiresAt: later,
      authentication: { at: now, contexts: [] },
    },
    flowId: undefined,
    spend: [],
    event: { name: 'sign-in.completed', at: now, origin: { door: 'web', requestId: 'test' }, detail: {} },
  });
  expect(await people.find(identity)).toBeDefined();
}
