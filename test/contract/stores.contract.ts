import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/core/audit-event.ts';
import type { SignInSession, Stores } from '../../src/core/ports/stores.ts';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import {
  NOW,
  buildCatalogue,
  buildEvent,
  buildFlow,
  buildKey,
  buildSession,
  later,
} from '../support/store-fixtures.ts';
import { describeAuthorizations } from './authorizations.contract.ts';
import { describeChangeProposals } from './change-proposals.contract.ts';
import { describePeople } from './people.contract.ts';
import { describeRateLimits } from './rate-limits.contract.ts';
import { describeRoleChecks } from './role-checks.contract.ts';
import { describeSignInSessions } from './sign-in-sessions.contract.ts';

export interface OpenedStores {
  readonly stores: Stores;
  /** Closes the stores and removes the database. */
  dispose(): Promise<void>;
}

/** What every kind of database must do alike. */
export function describeStores(kind: string, open: () => Promise<OpenedStores>): void {
  describe(`stores on ${kind}`, () => {
    let opened: OpenedStores;
    let stores: Stores;

    // A Postgres inside this process takes a while to make its first database on a busy machine.
    beforeAll(async () => {
      opened = await open();
      stores = opened.stores;
    }, 120_000);
    afterAll(() => opened.dispose());

    const eventsWith = async (marker: string): Promise<readonly AuditEvent[]> =>
      (await stores.audit.list({ limit: 1000 }))
        .map(({ event }) => event)
        .filter((event) => event.detail['marker'] === marker);

    async function signIn(overrides: Partial<SignInSession> = {}): Promise<SignInSession> {
      const flow = buildFlow();
      const session = buildSession(overrides);
      await stores.signInFlows.create(flow);
      await stores.signInSessions.create({ session, flowId: flow.id, spend: [], event: buildEvent() });
      return session;
    }

    describe('catalogue', () => {
      it('goes from nothing through versions, keeping the seed hash until somebody changes it', async () => {
        expect(await stores.catalogue.version()).toBe(0);
        expect(await stores.catalogue.load()).toBeUndefined();
        const seed = { catalogue: buildCatalogue('Seeded'), expectedVersion: 0, seedHash: 'a'.repeat(64) };
        expect(await stores.catalogue.save({ ...seed, event: buildEvent() })).toBe(1);
        expect(await stores.catalogue.load()).toEqual({
          version: 1,
          catalogue: buildCatalogue('Seeded'),
          seedHash: 'a'.repeat(64),
        });
        const difference = { entries: [], reordered: ['roles'] } as const;
        const change = { catalogue: buildCatalogue('Changed'), expectedVersion: 1, difference };
        expect(await stores.catalogue.save({ ...change, event: buildEvent() })).toBe(2);
        expect(await stores.catalogue.version()).toBe(2);
        expect(await stores.catalogue.load()).toMatchObject({ version: 2, seedHash: undefined });
        expect(await stores.catalogue.difference(2)).toEqual(difference);
        expect(await stores.catalogue.difference(1)).toBeUndefined();
        await stores.catalogue.keepDifference(1, { entries: [], reordered: [] });
        await stores.catalogue.keepDifference(2, { entries: [], reordered: [] });
        expect(await stores.catalogue.difference(1)).toEqual({ entries: [], reordered: [] });
        expect(await stores.catalogue.difference(2)).toEqual(difference);
      });

      it.each([-1, 1, 5])('refuses a change made against a version %d away from the newest', async (away) => {
        const expectedVersion = (await stores.catalogue.version()) + away;
        const event = buildEvent({ detail: { marker: `stale ${away}` } });
        await expect(
          stores.catalogue.save({ catalogue: buildCatalogue(), expectedVersion, event }),
        ).rejects.toMatchObject({ code: 'catalogue.stale' });
        expect(await eventsWith(`stale ${away}`)).toEqual([]);
      });

      it('keeps who made each version and why, and gives any of them back', async () => {
        const before = await stores.catalogue.version();
        const event = buildEvent({ at: later(7) });
        for (const [index, reason] of ['first', 'second\u0000 \u{1f600}'].entries()) {
          const change = { catalogue: buildCatalogue(reason), expectedVersion: before + index };
          const authorship = { author: `user:corp:ada\u0000\ud800`, reason };
          await stores.catalogue.save({ ...change, authorship, event });
        }
        const [newest, older, ...others] = await stores.catalogue.list();
        expect(newest).toEqual({
          version: before + 2,
          at: later(7),
          author: 'user:corp:ada\u0000\ud800',
          reason: 'second\u0000 \u{1f600}',
        });
        expect(older).toMatchObject({ version: before + 1, reason: 'first' });
        expect(await stores.catalogue.list(before + 1)).toEqual(others);
        expect(others.at(-1)).toEqual({ version: 1, at: NOW });
        expect(await stores.catalogue.load(before + 1)).toMatchObject({
          version: before + 1,
          catalogue: buildCatalogue('first'),
        });
        expect(await stores.catalogue.load(before + 3)).toBeUndefined();
      });

      it('A08: keeps nothing of an author whose session has ended meanwhile', async () => {
        const session = await signIn();
        await stores.signInSessions.revoke(session.idHash, buildEvent());
        const expectedVersion = await stores.catalogue.version();
        const event = buildEvent({ detail: { marker: 'author is gone' } });
        const standing = { kind: 'sign-in-session', idHash: session.idHash } as const;
        await expect(
          stores.catalogue.save({ catalogue: buildCatalogue(), expectedVersion, standing, event }),
        ).rejects.toMatchObject({ code: 'session.ended' });
        expect(await stores.catalogue.version()).toBe(expectedVersion);
        expect(await eventsWith('author is gone')).toEqual([]);
      });

      it('lets exactly one of many simultaneous changes win', async () => {
        const expectedVersion = await stores.catalogue.version();
        const attempts = Array.from({ length: 20 }, (_, index) =>
          stores.catalogue.save({
            catalogue: buildCatalogue(`n${index}`),
            expectedVersion,
            event: buildEvent(),
          }),
        );
        const results = await Promise.allSettled(attempts);
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect(await stores.catalogue.version()).toBe(expectedVersion + 1);
      });
    });

    describe('sign-in flows', () => {
      it('gives back what was put in, as often as it is asked', async () => {
        const flow = buildFlow();
        await stores.signInFlows.create(flow);
        expect(await stores.signInFlows.find(flow.id, NOW)).toEqual(flow);
        expect(await stores.signInFlows.find(flow.id, NOW)).toEqual(flow);
      });

      it('finds nothing from the moment it expires', async () => {
        const flow = buildFlow({ expiresAt: later(10) });
        await stores.signInFlows.create(flow);
        expect(await stores.signInFlows.find(flow.id, later(9.999))).toEqual(flow);
        expect(await stores.signInFlows.find(flow.id, later(10))).toBeUndefined();
      });

      it.each(['', "' or 1=1 --", 'x\u0000y', '\ud800', 'a'.repeat(100_000)])(
        'finds nothing under junk (%#)',
        async (junk) => {
          expect(await stores.signInFlows.find(junk, NOW)).toBeUndefined();
        },
      );
    });

    describe('sign-in sessions', () => {
      it('gives back the identity exactly as it arrived', async () => {
        const session = await signIn({ idToken: 'canary.id.token' });
        const found = await stores.signInSessions.find(session.idHash, NOW);
        expect(found).toEqual(session);
        expect(found?.identity.attributes).toBeInstanceOf(Map);
      });

      it('S35: lets exactly one of many simultaneous uses of one flow succeed', async () => {
        const flow = buildFlow();
        await stores.signInFlows.create(flow);
        const sessions = Array.from({ length: 20 }, () => buildSession());
        const results = await Promise.allSettled(
          sessions.map((session) =>
            stores.signInSessions.create({
              session,
              flowId: flow.id,
              spend: [],
              event: buildEvent({ name: 'sign-in.completed', detail: { marker: flow.id } }),
            }),
          ),
        );
        const refusals = results.filter((result) => result.status === 'rejected');
        expect(refusals).toHaveLength(19);
        for (const { reason } of refusals) expect(reason).toMatchObject({ code: 'sign_in.replayed' });
        const found = await Promise.all(
          sessions.map(({ idHash }) => stores.signInSessions.find(idHash, NOW)),
        );
        expect(found.filter((session) => session !== undefined)).toHaveLength(1);
        expect(await eventsWith(flow.id)).toHaveLength(1);
        expect(await stores.signInFlows.find(flow.id, NOW)).toBeUndefined();
      });

      it('S35: refuses a one-time value that was spent in another flow, and leaves that flow usable', async () => {
        const value = {
          scope: 'saml-assertion https://idp.example',
          value: randomToken(),
          expiresAt: later(300),
        };
        const [first, second] = [buildFlow(), buildFlow()];
        await stores.signInFlows.create(first);
        await stores.signInFlows.create(second);
        const start = (flowId: string, spend: readonly (typeof value)[]) => {
          const session = buildSession();
          const event = buildEvent({ detail: { marker: flowId } });
          return stores.signInSessions.create({ session, flowId, spend, event });
        };
        await start(first.id, [value]);
        const fresh = { ...value, value: randomToken() };
        await expect(start(second.id, [fresh, value])).rejects.toMatchObject({ code: 'sign_in.replayed' });
        expect(await eventsWith(second.id)).toEqual([]);
        await start(second.id, [fresh, { ...value, scope: 'saml-assertion https://other.example' }]);
      });

      it('refuses a flow that expired before the answer came', async () => {
        const flow = buildFlow({ expiresAt: later(10) });
        await stores.signInFlows.create(flow);
        const start = {
          session: buildSession(),
          flowId: flow.id,
          spend: [],
          event: buildEvent({ at: later(10) }),
        };
        await expect(stores.signInSessions.create(start)).rejects.toMatchObject({ code: 'sign_in.replayed' });
      });

      it('ends when idle, and at its absolute end however busy it is', async () => {
        const session = await signIn({ idleExpiresAt: later(900), absoluteExpiresAt: later(1000) });
        expect(await stores.signInSessions.find(session.idHash, later(899))).toBeDefined();
        expect(await stores.signInSessions.find(session.idHash, later(900))).toBeUndefined();
        await stores.signInSessions.touch(session.idHash, later(600), later(1500));
        expect(await stores.signInSessions.find(session.idHash, later(999))).toMatchObject({
          seenAt: later(600),
        });
        expect(await stores.signInSessions.find(session.idHash, later(1000))).toBeUndefined();
      });

      it('moves only forward when two touches cross', async () => {
        const session = await signIn();
        await stores.signInSessions.touch(session.idHash, later(120), later(1020));
        await stores.signInSessions.touch(session.idHash, later(60), later(960));
        expect(await stores.signInSessions.find(session.idHash, later(121))).toMatchObject({
          seenAt: later(120),
          idleExpiresAt: later(1020),
        });
      });

      it('stays revoked, whatever is in flight', async () => {
        const session = await signIn({ idToken: 'canary.id.token' });
        const event = buildEvent({ name: 'sign-out.completed', detail: { marker: session.idHash } });
        await Promise.all([
          stores.signInSessions.revoke(session.idHash, event),
          stores.signInSessions.touch(session.idHash, later(60), later(960)),
        ]);
        await stores.signInSessions.touch(session.idHash, later(120), later(1020));
        await stores.signInSessions.revoke(session.idHash, event);
        expect(await stores.signInSessions.find(session.idHash, later(1))).toBeUndefined();
        expect(await eventsWith(session.idHash)).toHaveLength(1);
      });

      it('does not come back to life by a touch after it was idle too long', async () => {
        const session = await signIn({ idleExpiresAt: later(10) });
        await stores.signInSessions.touch(session.idHash, later(10), later(910));
        expect(await stores.signInSessions.find(session.idHash, later(11))).toBeUndefined();
      });
    });

    describePeople(() => stores);

    describeChangeProposals(() => stores);
    describeRoleChecks(() => stores);
    describeSignInSessions(() => stores);
    describeRateLimits(() => stores);

    describeAuthorizations(() => stores);

    describe('signing keys', () => {
      it('are listed by use, in the order in which they become active', async () => {
        const second = buildKey({ use: 'web-identity', activeAt: later(200) });
        const first = buildKey({ use: 'web-identity', activeAt: later(100) });
        await stores.signingKeys.add(second, buildEvent({ name: 'signing-key.created' }));
        await stores.signingKeys.add(first, buildEvent({ name: 'signing-key.created' }));
        expect(await stores.signingKeys.list('web-identity')).toEqual([first, second]);
      });

      it('G08: are added once when two nodes rotate at the same moment', async () => {
        const activeAt = later(7777);
        const results = await Promise.allSettled(
          [buildKey({ activeAt }), buildKey({ activeAt })].map((key) =>
            stores.signingKeys.add(key, buildEvent({ name: 'signing-key.created' })),
          ),
        );
        expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(results.find((result) => result.status === 'rejected')?.reason).toMatchObject({
          code: 'request.malformed',
        });
      });

      it('are retired once, and sooner if somebody says so', async () => {
        const key = buildKey({ activeAt: later(8888) });
        const event = buildEvent({ name: 'signing-key.retired', detail: { marker: key.id } });
        await stores.signingKeys.add(key, buildEvent({ name: 'signing-key.created' }));
        await stores.signingKeys.retire(key.id, later(9000), event);
        await stores.signingKeys.retire(key.id, later(9500), event);
        await stores.signingKeys.retire(key.id, later(8900), event);
        const kept = (await stores.signingKeys.list('saml')).find(({ id }) => id === key.id);
        expect(kept?.retiredAt).toEqual(later(8900));
        expect(await eventsWith(key.id)).toHaveLength(2);
      });
    });

    describe('audit', () => {
      it('lists newest first, page by page, without gap or repetition', async () => {
        for (let index = 0; index < 5; index += 1) {
          await stores.audit.record(buildEvent({ detail: { marker: 'pages', index } }));
        }
        const firstPage = await stores.audit.list({ limit: 3 });
        const before = firstPage.at(-1)?.sequence ?? 0;
        const secondPage = await stores.audit.list({ before, limit: 2 });
        const sequences = [...firstPage, ...secondPage].map(({ sequence }) => sequence);
        const newest = sequences[0] ?? 0;
        expect(sequences).toEqual([0, 1, 2, 3, 4].map((back) => newest - back));
        expect(firstPage.map(({ event }) => event.detail['index'])).toEqual([4, 3, 2]);
      });

      it('finds the newest refused sign-ins, and nothing else', async () => {
        const [early, latest, middle] = [100, 300, 200].map((seconds) =>
          buildEvent({ name: 'sign-in.denied', at: later(1_000_000 + seconds), detail: { marker: seconds } }),
        );
        for (const event of [early, latest, middle])
          if (event !== undefined) await stores.audit.record(event);
        await stores.audit.record(buildEvent({ name: 'sign-out.denied', at: later(1_000_400) }));
        expect(await stores.audit.refusedSignIns(3)).toEqual([latest, middle, early]);
        expect(await stores.audit.refusedSignIns(1)).toEqual([latest]);
      });

      it('gives an event back as it was, hostile text included', async () => {
        const event = buildEvent({
          at: later(0.123),
          principal: 'user:corp:a\u0000\ud800"\n\'--',
          detail: {
            ['__proto__']: 'own',
            marker: 'hostile',
            nested: { b: [1, null], a: true },
          },
        });
        await stores.audit.record(event);
        expect(await eventsWith('hostile')).toEqual([event]);
      });

      it('records only while the sign-in session stands', async () => {
        const session = await signIn({ idleExpiresAt: later(100) });
        const standing = { kind: 'sign-in-session', idHash: session.idHash } as const;
        const at = (seconds: number) =>
          buildEvent({ at: later(seconds), detail: { marker: session.idHash } });
        await stores.audit.record(at(99), standing);
        await expect(stores.audit.record(at(100), standing)).rejects.toMatchObject({ code: 'session.ended' });
        await stores.signInSessions.revoke(session.idHash, buildEvent({ name: 'sign-out.completed' }));
        await expect(stores.audit.record(at(50), standing)).rejects.toMatchObject({ code: 'session.ended' });
        expect(await eventsWith(session.idHash)).toHaveLength(1);
      });

      it('keeps the chain whole while writes succeed and fail side by side', async () => {
        const session = await signIn();
        const good = { kind: 'sign-in-session', idHash: session.idHash } as const;
        const bad = { kind: 'sign-in-session', idHash: sha256Hex('nobody') } as const;
        const results = await Promise.allSettled(
          Array.from({ length: 300 }, (_, index) =>
            stores.audit.record(
              buildEvent({ detail: { marker: 'mixed', index } }),
              index % 3 === 0 ? bad : good,
            ),
          ),
        );
        expect(results.filter((result) => result.status === 'rejected')).toHaveLength(100);
        expect(await eventsWith('mixed')).toHaveLength(200);
        const { rows, firstBadSequence } = await stores.audit.verify();
        expect(firstBadSequence).toBeUndefined();
        expect(rows).toBe((await stores.audit.list({ limit: 1 }))[0]?.sequence);
      });
    });

    it('answers a ping by a write and a read', async () => {
      await Promise.all([stores.ping(), stores.ping()]);
      await expect(stores.ping()).resolves.toBeUndefined();
    });

    it('sweeps what has expired and nothing else', async () => {
      const [old, fresh] = [buildFlow({ expiresAt: later(10) }), buildFlow({ expiresAt: later(50_000) })];
      await Promise.all([stores.signInFlows.create(old), stores.signInFlows.create(fresh)]);
      const many = Array.from({ length: 600 }, () => buildFlow({ expiresAt: later(20) }));
      await Promise.all(many.map((flow) => stores.signInFlows.create(flow)));
      const live = await signIn({ idleExpiresAt: later(40_000), absoluteExpiresAt: later(50_000) });
      const idle = await signIn({ idleExpiresAt: later(10), absoluteExpiresAt: later(50_000) });
      const ended = await signIn({ idleExpiresAt: later(40_000), absoluteExpiresAt: later(10) });
      await stores.sweep(later(30_000));
      // Asked as of a time at which all of them were valid: only what is gone is not found.
      expect(await stores.signInFlows.find(old.id, NOW)).toBeUndefined();
      expect(await stores.signInFlows.find(many.at(-1)?.id ?? '', NOW)).toBeUndefined();
      expect(await stores.signInFlows.find(fresh.id, NOW)).toEqual(fresh);
      expect(await stores.signInSessions.findStanding(idle.idHash, NOW)).toEqual(idle);
      expect(await stores.signInSessions.findStanding(ended.idHash, NOW)).toBeUndefined();
      expect(await stores.signInSessions.find(live.idHash, NOW)).toEqual(live);
      expect(await stores.audit.verify()).toMatchObject({ firstBadSequence: undefined });
    });

    it('refuses a time that is none, instead of keeping nothing in its place', async () => {
      const flow = buildFlow({ expiresAt: new Date(Number.NaN) });
      await expect(stores.signInFlows.create(flow)).rejects.toThrow(TypeError);
    });
  });
}
