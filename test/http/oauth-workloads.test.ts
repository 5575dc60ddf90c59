/** Tokens of the platform that an application runs on: Kubernetes, CI jobs, SPIFFE. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenKey } from '../support/fake-openid-provider.ts';
import { publicPart, ROLES, startOAuthWorld, SUBJECT, type OAuthWorld } from '../support/oauth-world.ts';
import { recordedFor } from '../support/stored-audit.ts';

let world: OAuthWorld;

beforeAll(async () => {
  world = await startOAuthWorld();
});
afterAll(() => world.close());

const REFUSED = { error: 'invalid_client', error_description: 'The client did not prove who it is.' };
const seconds = (): number => Math.floor(Date.now() / 1_000);

describe('a workload’s token', () => {
  it('gives a token that works and ends with it, and is told of', async () => {
    const answer = await world.byWorkload(await world.workloadToken());
    expect(answer.status).toBe(200);
    expect(answer.body['expires_in']).toBeGreaterThan(590);
    expect(answer.body['expires_in']).toBeLessThanOrEqual(600);
    expect(recordedFor(world.broker, answer)).toMatchObject([
      {
        name: 'access-token.issued',
        principal: 'application:by-workload',
        detail: { by: 'workload', issuer: world.issuer.issuer, subject: SUBJECT },
      },
    ]);
    expect((await world.api(answer).credentials(ROLES[0])).status).toBe(200);
  });

  it('may come again, also as a client assertion, and with its client id', async () => {
    const token = await world.workloadToken();
    const answers = [
      await world.byWorkload(token),
      await world.byWorkload(token, { client_id: 'by-workload' }),
      await world.byAssertion(token),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it.each<[string, () => Promise<string>]>([
    ['of another service account', () => world.workloadToken({ sub: `${SUBJECT}2` })],
    ['of another environment', () => world.workloadToken({ environment: 'test' })],
    ['without what a condition asks', () => world.workloadToken({ environment: undefined })],
    ['with a list where a text is asked', () => world.workloadToken({ environment: ['prod'] })],
    ['for another audience', () => world.workloadToken({ aud: 'https://vault.example' })],
    ['for another audience too', () => world.workloadToken({ aud: [world.broker.baseUrl, 'vault'] })],
    ['of another issuer', () => world.workloadToken({ iss: 'https://kubernetes.example' })],
    ['that has ended', () => world.workloadToken({ exp: seconds() - 1 })],
    ['that never ends', () => world.workloadToken({ exp: undefined })],
    [
      'by another key',
      async () => world.workloadToken({}, await createTokenKey('RS256', world.issuer.key().publicJwk.kid)),
    ],
    ['that speaks for itself', () => world.assertion()],
  ])('A23: %s is refused like any other', async (_what, make) => {
    const answer = await world.byWorkload(await make());
    expect([answer.status, answer.body]).toEqual([401, REFUSED]);
    expect(recordedFor(world.broker, answer)).toMatchObject([{ name: 'access-token.denied' }]);
  });

  it('is another application’s under another client id', async () => {
    const answer = await world.byWorkload(await world.workloadToken(), { client_id: 'by-key' });
    expect([answer.status, answer.body]).toEqual([401, REFUSED]);
  });

  it('comes without another proof', async () => {
    const fields = {
      assertion: await world.workloadToken(),
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    };
    const [byHeader, byForm] = [
      await world.ask(fields, { authorization: 'Basic YTpi' }),
      await world.ask({ ...fields, client_secret: 'x' }),
    ];
    expect([byHeader.body['error'], byForm.body['error']]).toEqual(['invalid_request', 'invalid_request']);
  });

  it('is taken by a key that its issuer has only just made', async () => {
    // Since somebody last made us look for one, as the tests above did.
    world.pass(11);
    await world.issuer.rotate();
    expect((await world.byWorkload(await world.workloadToken())).status).toBe(200);
  });

  it('is taken while its issuer does not answer, once its keys are known', async () => {
    const refuse = (_request: unknown, response: { writeHead(status: number): { end(): void } }): void => {
      response.writeHead(503).end();
    };
    world.issuer.handlers.set('/.well-known/openid-configuration', refuse);
    world.pass(7_200);
    expect((await world.byWorkload(await world.workloadToken())).status).toBe(200);
    await world.broker.restart();
    const unknown = await world.byWorkload(await world.workloadToken());
    expect([unknown.status, unknown.body['error']]).toEqual([502, 'temporarily_unavailable']);
    world.issuer.handlers.clear();
    world.pass(-7_200);
    await world.broker.restart();
  });

  it('A01: gives nothing any more once the catalogue trusts another', async () => {
    const answer = await world.byWorkload(await world.workloadToken());
    expect((await world.api(answer).get('/api/v1/me')).status).toBe(200);
    const [workload] = (await applicationOf('by-workload')).workloads;
    if (workload === undefined) throw new Error('no workload');
    const conditions = { ...workload.conditions, sub: ['system:serviceaccount:other:*'] };
    await world.change('by-workload', (each) => ({ ...each, workloads: [{ ...workload, conditions }] }));
    expect((await world.api(answer).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await world.byWorkload(await world.workloadToken())).status).toBe(401);
    const other = await world.workloadToken({ sub: 'system:serviceaccount:other:any' });
    expect((await world.byWorkload(other)).status).toBe(200);
  });

  it('is verified by keys of the catalogue, where its issuer cannot be reached', async () => {
    const key = await createTokenKey('RS256', 'of-the-cluster');
    const issuer = 'https://kubernetes.default.svc.cluster.local';
    const workload = { issuer, keys: [publicPart(key)], conditions: { sub: [SUBJECT] } };
    await world.change('by-workload', (each) => ({ ...each, workloads: [workload] }));
    const answer = await world.byWorkload(await world.workloadToken({ iss: issuer }, key));
    expect(answer.status).toBe(200);
  });

  it('that fits two applications is nobody’s, until it says whose', async () => {
    const [workload] = (await applicationOf('by-workload')).workloads;
    await world.change('by-secret', (each) => ({
      ...each,
      workloads: workload === undefined ? [] : [workload],
    }));
    const key = await createTokenKey('RS256', 'of-two');
    const both = { issuer: 'https://two.example', keys: [publicPart(key)], conditions: { sub: [SUBJECT] } };
    await world.change('by-secret', (each) => ({ ...each, workloads: [both] }));
    await world.change('by-workload', (each) => ({ ...each, workloads: [both] }));
    const token = await world.workloadToken({ iss: both.issuer }, key);
    const answer = await world.byWorkload(token);
    expect([answer.status, answer.body]).toEqual([401, REFUSED]);
    expect(recordedFor(world.broker, answer)[0]?.detail['detail']).toContain('several applications');
    expect((await world.byWorkload(token, { client_id: 'by-secret' })).status).toBe(200);
  });
});

async function applicationOf(id: string): Promise<Parameters<Parameters<OAuthWorld['change']>[1]>[0]> {
  const found: Parameters<Parameters<OAuthWorld['change']>[1]>[0][] = [];
  await world.change(id, (each) => {
    found.push(each);
    return each;
  });
  const [first] = found;
  if (first === undefined) throw new Error('no such application');
  return first;
}
