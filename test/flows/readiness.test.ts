/** What load balancers and operators hear while AWS refuses the broker itself. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { APPLICATION, writeApplicationSettings } from '../support/application-settings.ts';
import { DaypassPlace } from '../support/daypass-process.ts';
import { startFakeSts, stsRefusal, stsReply, type FakeSts } from '../support/fake-sts.ts';

let place: DaypassPlace;
let sts: FakeSts;
beforeAll(async () => {
  [place, sts] = await Promise.all([DaypassPlace.make(), startFakeSts()]);
});
afterAll(async () => {
  await place.remove();
  await sts.close();
});

async function readiness(): Promise<[number, unknown]> {
  const answer = await fetch(`${place.baseUrl}/readyz`);
  return [answer.status, await answer.json()];
}

describe('a broker that AWS refuses', () => {
  it('T10, T07: is not ready and raises an alarm until AWS takes its credentials again; tells a wrong clock', async () => {
    const daypass = await place.start({
      environment: {
        DAYPASS_CONFIG: await writeApplicationSettings({
          directory: join(place.directory, 'settings'),
          stsUrl: sts.url,
          settings: { logLevel: 'info' },
        }),
      },
    });
    const worker = await ApiClient.ofApplication(place.baseUrl, APPLICATION.id, APPLICATION.secret);
    expect(await readiness()).toEqual([200, { status: 'ready' }]);

    sts.reply = () => stsRefusal('InvalidClientTokenId', 'The security token is invalid.', { status: 403 });
    const refused = await worker.credentials(APPLICATION.roleId);
    expect([refused.status, refused.body.code]).toEqual([503, 'broker.credentials']);
    expect(await readiness()).toEqual([503, { status: 'unavailable', code: 'broker.credentials' }]);

    const date = new Date(Date.now() + 120_000);
    sts.reply = (call) => {
      const reply = stsReply(call, { expiration: new Date(date.getTime() + 3_600_000).toISOString() });
      return { ...reply, headers: { date: date.toUTCString() } };
    };
    expect((await worker.credentials(APPLICATION.roleId)).status).toBe(200);
    expect(await readiness()).toEqual([200, { status: 'ready' }]);

    // The log is written a second late at most.
    while (!daypass.stdout.includes('differs from AWS')) await pause(50);
    expect(daypass.stdout).toContain('"alarm":"broker.credentials","source":"main"');
    expect(daypass.stdout).toContain('takes the broker’s credentials again');
    daypass.signal('SIGTERM');
    expect(await daypass.ended).toEqual({ code: 0, signal: null });
  });
});
