/** A workload that shows its platform’s own token to the container endpoint, as a Kubernetes pod does by its SDK. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchContainer, handedOut, type ContainerAnswer } from '../support/container-client.ts';
import { ROLES, startOAuthWorld, SUBJECT, type OAuthWorld } from '../support/oauth-world.ts';
import { callerIdentity } from '../support/sandbox-aws.ts';
import { storedAudit } from '../support/stored-audit.ts';

const [ROLE] = ROLES;
let world: OAuthWorld;

beforeAll(async () => {
  world = await startOAuthWorld();
});
afterAll(() => world.close());

const ask = (token: string): Promise<ContainerAnswer> => fetchContainer(world.broker, ROLE, { token });

describe('a workload’s token at the container endpoint', () => {
  it('gives credentials under the application’s name', async () => {
    const answer = await ask(await world.workloadToken());
    expect(answer.status).toBe(200);
    const { Arn } = await callerIdentity(world.broker.awsUrl, handedOut(answer));
    expect(Arn).toMatch(/:assumed-role\/ReadOnly\/by-workload-/);
  });

  it('is exchanged once, however often and at once it comes', async () => {
    const token = await world.workloadToken({ jti: randomUUID() });
    const before = exchanges();
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(exchanges() - before).toBe(1);
  });

  it.each([
    ['of another service account', { sub: `${SUBJECT}2` }],
    ['for another audience', { aud: 'https://vault.example' }],
    ['that has ended', { exp: Math.floor(Date.now() / 1_000) - 1 }],
  ])('A23: %s is refused like any other', async (_what, claims) => {
    const { status, body } = await ask(await world.workloadToken(claims));
    expect([status, body['code']]).toEqual([401, 'client.invalid']);
  });

  it('A01: is worth nothing once it has ended', async () => {
    const token = await world.workloadToken();
    expect((await ask(token)).status).toBe(200);
    world.pass(601);
    const { status } = await ask(token);
    world.pass(-601);
    expect(status).toBe(401);
  });

  it('A01: is worth nothing once the application trusts it no more', async () => {
    const token = await world.workloadToken();
    expect((await ask(token)).status).toBe(200);
    await world.change('by-workload', (application) => ({
      ...application,
      workloads: application.workloads.map((workload) => ({ ...workload, conditions: { sub: ['other'] } })),
    }));
    expect((await ask(token)).status).toBe(401);
  });
});

function exchanges(): number {
  return storedAudit(world.broker).filter(
    ({ name, principal }) => name === 'access-token.issued' && principal === 'application:by-workload',
  ).length;
}
