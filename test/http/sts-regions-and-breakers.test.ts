/** What the broker does when STS, a region of it, the clock or its own credentials stay bad for a while. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/core/errors.ts';
import type { HttpExchange } from '../../src/lib/http-exchange.ts';
import { buildPermit } from '../support/build-permit.ts';
import { stsRefusal, stsReply, startFakeSts, type FakeSts, type FakeStsReply } from '../support/fake-sts.ts';
import { startGrantWorld, type GrantWorld } from '../support/grant-world.ts';

const ASSUME_ROLE = { method: 'assume-role', credentialSource: 'main' } as const;
const WITH_SAML = { method: 'assume-role-with-saml', samlProviderName: 'daypass' } as const;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function startWorld(options: Parameters<typeof startGrantWorld>[0] = {}): Promise<GrantWorld> {
  const limits = { totalTimeoutMs: 400, connectTimeoutMs: 300 };
  const world = await startGrantWorld({ limits, ...options });
  open.push(world);
  return world;
}

const issue = (world: GrantWorld, permit = buildPermit({ grant: ASSUME_ROLE })): Promise<unknown> =>
  world.methods[permit.role.grant.method].issue(permit, {});

async function refusal(answer: Promise<unknown>): Promise<BrokerError> {
  const thrown: unknown = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

const throttled = (headers: Readonly<Record<string, string>> = {}): FakeStsReply =>
  stsRefusal('Throttling', 'Rate exceeded', { headers });
const reset = () => (response: { destroy(): void }) => response.destroy();

describe('T01: throttling that lasts', () => {
  it('T01: is not met with more calls: after five throttled ones callers are told at once', async () => {
    const world = await startWorld();
    world.sts.reply = () => throttled();
    for (let call = 0; call < 5; call += 1) expect((await refusal(issue(world))).code).toBe('sts.throttled');
    const calls = world.sts.calls.length;
    const before = performance.now();
    const refusals = await Promise.all(Array.from({ length: 20 }, () => refusal(issue(world))));
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['sts.throttled']));
    expect(refusals.every(({ retryAfterSeconds = 0 }) => retryAfterSeconds >= 1)).toBe(true);
    expect(world.sts.calls).toHaveLength(calls);
  });

  it('T01: of one account holds up no other', async () => {
    const world = await startWorld();
    const permit = buildPermit({ grant: WITH_SAML });
    world.sts.reply = () => throttled();
    for (let call = 0; call < 5; call += 1) await refusal(issue(world, permit));
    world.sts.reply = undefined;
    expect((await refusal(issue(world, permit))).detail).toContain('not asked');
    await expect(issue(world)).resolves.toBeDefined();
  });

  it('T01: ends within ten seconds of STS’s answering again', async () => {
    const world = await startWorld();
    world.sts.reply = () => throttled({ 'retry-after': '1' });
    for (let call = 0; call < 6; call += 1) await refusal(issue(world));
    world.sts.reply = undefined;
    await pause(1_100);
    await expect(issue(world)).resolves.toBeDefined();
    await expect(issue(world)).resolves.toBeDefined();
  }, 20_000);
});

/** Two fakes stand for two regions; the clients ask AWS's own host names. */
async function startTwoRegions(): Promise<{ world: GrantWorld; second: FakeSts; asked: string[] }> {
  const second = await startFakeSts();
  open.push(second);
  const asked: string[] = [];
  const world: GrantWorld = await startWorld({
    regions: ['eu-central-1', 'eu-west-1'],
    http: (real: HttpExchange) => ({
      request: (request) => {
        asked.push(request.url.host);
        const target = request.url.host === 'sts.eu-central-1.amazonaws.com' ? world.sts : second;
        return real.request({ ...request, url: new URL(request.url.pathname, target.url) });
      },
    }),
  });
  return { world, second, asked };
}

describe('T03: a region that is away', () => {
  it.each([
    ['resets', reset],
    ['answers 503', () => ({ status: 503, body: '<html>no</html>' })],
    ['does not answer', () => () => undefined],
  ])('T03: %s: the next listed region answers', async (_what, fault) => {
    const { world, second, asked } = await startTwoRegions();
    world.sts.reply = fault;
    await expect(issue(world)).resolves.toBeDefined();
    expect(asked.at(0)).toBe('sts.eu-central-1.amazonaws.com');
    expect(asked.at(-1)).toBe('sts.eu-west-1.amazonaws.com');
    expect(second.calls[0]?.headers.authorization).toContain('/eu-west-1/sts/');
  });

  it('T03: is left alone once it is known to be away, and used again when it is back', async () => {
    const { world, second } = await startTwoRegions();
    world.sts.reply = reset;
    for (let call = 0; call < 6; call += 1) await issue(world);
    const asked = world.sts.calls.length;
    await Promise.all(Array.from({ length: 10 }, () => issue(world)));
    expect(world.sts.calls.length).toBeLessThanOrEqual(asked + 2);
    world.sts.reply = undefined;
    await pause(2_100);
    await issue(world);
    const before = second.calls.length;
    await issue(world);
    expect(second.calls).toHaveLength(before);
  }, 20_000);

  it('T03: and the next one too is 503, without more calls once both are known to be away', async () => {
    const { world, second } = await startTwoRegions();
    world.sts.reply = reset;
    second.reply = reset;
    for (let call = 0; call < 6; call += 1) {
      expect(await refusal(issue(world))).toMatchObject({ code: 'sts.unavailable', kind: 'unavailable' });
    }
    const calls = world.sts.calls.length + second.calls.length;
    expect((await refusal(issue(world))).code).toBe('sts.unavailable');
    expect(world.sts.calls.length + second.calls.length).toBeLessThanOrEqual(calls + 2);
  });

  it.each([
    ['a refusal', () => stsRefusal('AccessDenied', 'no', { status: 403 }), 'sts.refused'],
    ['throttling', () => throttled(), 'sts.throttled'],
  ])('T03: %s is an answer, and no other region is asked', async (_what, reply, code) => {
    const { world, second } = await startTwoRegions();
    world.sts.reply = reply;
    expect((await refusal(issue(world))).code).toBe(code);
    expect(second.calls).toHaveLength(0);
  });
});

describe('T07: a clock that differs', () => {
  it('T07: by more than a minute is told once, also when AWS refuses, and told when it is right again', async () => {
    const world = await startWorld();
    let ahead = 90_000;
    world.sts.reply = (call) => {
      const date = new Date(Date.now() + ahead);
      const reply = stsReply(call, { expiration: new Date(date.getTime() + 3_600_000).toISOString() });
      return typeof reply === 'function' ? reply : { ...reply, headers: { date: date.toUTCString() } };
    };
    await issue(world);
    await issue(world);
    expect(world.reports).toEqual([{ clockSkew: expect.toSatisfy(about(90)) as unknown }]);
    ahead = 0;
    await issue(world);
    expect(world.reports.at(-1)).toEqual({ clockSkew: 0 });
    const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() };
    world.sts.reply = () => stsRefusal('AccessDenied', 'no', { status: 403, headers });
    await refusal(issue(world));
    expect(world.reports).toHaveLength(3);
    expect(world.reports.at(-1)).toEqual({ clockSkew: expect.toSatisfy(about(-3_600)) as unknown });
  });

  it('T07: by less than a minute is nobody’s business', async () => {
    const world = await startWorld();
    world.clockOffsetMs = 30_000;
    await issue(world);
    expect(world.reports).toEqual([]);
  });
});

function about(seconds: number): (value: number) => boolean {
  return (value) => Math.abs(value - seconds) <= 3;
}

describe('T10: credentials that AWS refuses', () => {
  it('T10: are told once, make the broker unready, and mend themselves without a request', async () => {
    const world = await startWorld();
    await issue(world);
    expect(await world.clients.usable()).toBe(true);
    world.sts.reply = () =>
      stsRefusal('InvalidClientTokenId', 'The security token is invalid.', { status: 403 });
    await refusal(issue(world));
    await refusal(issue(world));
    expect(world.reports).toEqual([{ source: 'main', refused: 'InvalidClientTokenId' }]);
    expect(await world.clients.usable()).toBe(false);
    expect(world.sts.calls.at(-1)?.action).toBe('GetCallerIdentity');
    const calls = world.sts.calls.length;
    expect(await world.clients.usable()).toBe(false);
    expect(world.sts.calls).toHaveLength(calls);
    world.sts.reply = undefined;
    await issue(world);
    expect(await world.clients.usable()).toBe(true);
    expect(world.reports.at(-1)).toEqual({ source: 'main', refused: undefined });
  });

  it('T10: of one source leave the broker ready while another one works', async () => {
    const world = await startWorld();
    const kept = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAOTHEROTHEROTHER1', AWS_SECRET_ACCESS_KEY: 'other' });
    try {
      await issue(world, buildPermit({ grant: { method: 'assume-role', credentialSource: 'other' } }));
      await world.writeKeyFile({ Version: 2 });
      expect((await refusal(issue(world))).code).toBe('broker.credentials');
      expect(world.reports).toMatchObject([{ source: 'main', refused: expect.any(String) as unknown }]);
      expect(await world.clients.usable()).toBe(true);
    } finally {
      for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, kept);
    }
  });
});
