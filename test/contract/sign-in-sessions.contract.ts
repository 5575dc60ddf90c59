/** What sign-in sessions know of their provider, how they are confirmed and how they end: alike on every database. */
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/core/audit-event.ts';
import {
  MAXIMUM_LISTED_SESSIONS,
  type SessionSelector,
  type SignInSession,
  type Stores,
} from '../../src/core/ports/stores.ts';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import { NOW, buildEvent, buildFlow, buildSession, later } from '../support/store-fixtures.ts';

/** A connector of this suite's own, so that other suites' sessions never fit. */
const CONNECTOR = 'facts';

function buildOwn(subject: string, overrides: Partial<SignInSession> = {}): SignInSession {
  const { identity } = buildSession();
  return buildSession({ identity: { ...identity, connectorId: CONNECTOR, subject }, ...overrides });
}

function without(session: SignInSession, part: 'idToken' | 'connectorState'): Partial<SignInSession> {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== part));
}

export function describeSignInSessions(stores: () => Stores): void {
  const sessions = (): Stores['signInSessions'] => stores().signInSessions;

  async function begin(subject: string, overrides: Partial<SignInSession> = {}): Promise<SignInSession> {
    const session = buildOwn(subject, overrides);
    await sessions().create({ session, flowId: undefined, spend: [], event: buildEvent() });
    return session;
  }

  const stands = async ({ idHash }: SignInSession): Promise<boolean> =>
    (await sessions().find(idHash, NOW)) !== undefined;

  async function eventsWith(marker: string): Promise<readonly AuditEvent[]> {
    const page = await stores().audit.list({ limit: 1000 });
    return page.map(({ event }) => event).filter(({ detail }) => detail['marker'] === marker);
  }

  const revocation = (marker: string): AuditEvent =>
    buildEvent({ name: 'session.revoked', detail: { marker, cause: 'test' } });

  const end = (selector: SessionSelector, marker = randomToken()): Promise<number> =>
    sessions().revokeWhere(selector, [], revocation(marker));

  describe('what a sign-in knows', () => {
    it('is kept with it: contexts, where it came from, what renews it', async () => {
      const session = await begin('kept', {
        authentication: { at: later(-60), contexts: ['urn:mfa', '', '"][', '\ud800'] },
        sourceIp: '2001:db8::1',
        userAgent: 'Mozilla/5.0 <script>\u00e9',
        connectorState: { refreshToken: 'canary-refresh', ['__proto__']: 'own' },
        idToken: 'canary.id.token',
      });
      expect(await sessions().find(session.idHash, NOW)).toEqual(session);
    });

    it('does not give back the provider’s name for its session', async () => {
      const session = await begin('unread', { providerSession: 'provider-session' });
      expect(await sessions().find(session.idHash, NOW)).not.toHaveProperty('providerSession');
    });

    it('goes along in the flow: the demand, and the session that is replaced', async () => {
      const flows = [
        buildFlow({ demand: { after: later(-5), contexts: ['urn:mfa'] }, replaces: sha256Hex('old') }),
        buildFlow({ demand: { contexts: [] } }),
      ];
      for (const flow of flows) {
        await stores().signInFlows.create(flow);
        expect(await stores().signInFlows.find(flow.id, NOW)).toEqual(flow);
      }
    });
  });

  describe('a sign-in that the provider started', () => {
    it('S35: creates one session of many simultaneous uses, without any flow', async () => {
      const value = {
        scope: 'saml-assertion https://idp.example',
        value: randomToken(),
        expiresAt: later(60),
      };
      const tried = Array.from({ length: 20 }, () => buildOwn('unsolicited'));
      const results = await Promise.allSettled(
        tried.map((session) =>
          sessions().create({ session, flowId: undefined, spend: [value], event: revocation(value.value) }),
        ),
      );
      const refusals = results.filter((result) => result.status === 'rejected');
      expect(refusals).toHaveLength(19);
      for (const { reason } of refusals) expect(reason).toMatchObject({ code: 'sign_in.replayed' });
      const standing = await Promise.all(tried.map((session) => stands(session)));
      expect(standing.filter(Boolean)).toHaveLength(1);
      expect(await eventsWith(value.value)).toHaveLength(1);
    });
  });

  describe('a person’s list', () => {
    it('has their live sessions alone, newest first, without what is sealed', async () => {
      const subject = 'listed\u0000\ud800';
      const [older, newer] = [
        await begin(subject, { createdAt: later(-20), connectorState: { refreshToken: 'canary' } }),
        await begin(subject, { createdAt: later(-10), idToken: 'canary.id.token', sourceIp: '192.0.2.1' }),
      ];
      const [revoked] = [await begin(subject), await begin(subject, { idleExpiresAt: NOW })];
      await begin(subject, { absoluteExpiresAt: NOW });
      await begin('listed');
      await sessions().revoke(revoked.idHash, revocation('listed'));
      const other = buildSession({ identity: { ...newer.identity, connectorId: 'another' } });
      await sessions().create({ session: other, flowId: undefined, spend: [], event: buildEvent() });

      expect(await sessions().listOf({ connectorId: CONNECTOR, subject }, NOW)).toEqual([
        without(newer, 'idToken'),
        without(older, 'connectorState'),
      ]);
    });

    it('ends at a number that people can look through', async () => {
      const many = Array.from({ length: MAXIMUM_LISTED_SESSIONS + 5 }, (_, index) =>
        begin('many', { createdAt: later(index) }),
      );
      await Promise.all(many);
      const listed = await sessions().listOf({ connectorId: CONNECTOR, subject: 'many' }, NOW);
      expect(listed).toHaveLength(MAXIMUM_LISTED_SESSIONS);
      expect(listed[0]?.createdAt).toEqual(later(MAXIMUM_LISTED_SESSIONS + 4));
      expect(await end({ connectorId: CONNECTOR, subject: 'many' })).toBe(MAXIMUM_LISTED_SESSIONS + 5);
    });
  });

  describe('ending all that fit', () => {
    it('ends a person’s, and tells how many', async () => {
      const [one, two, theirs] = [await begin('ann'), await begin('ann'), await begin('ann ')];
      const marker = randomToken();
      expect(await end({ connectorId: CONNECTOR, subject: 'ann' }, marker)).toBe(2);
      expect([await stands(one), await stands(two), await stands(theirs)]).toEqual([false, false, true]);
      expect((await eventsWith(marker)).map(({ detail }) => detail)).toEqual([
        { marker, cause: 'test', sessions: 2 },
      ]);
    });

    it('ends those of one session of the provider’s', async () => {
      const [one, two] = [
        await begin('bea', { providerSession: 'p-1' }),
        await begin('bea', { providerSession: 'p-2' }),
      ];
      const none = await begin('bea');
      expect(await end({ connectorId: CONNECTOR, providerSession: 'p-1' })).toBe(1);
      expect([await stands(one), await stands(two), await stands(none)]).toEqual([false, true, true]);
    });

    it('ends only what fits both where both are said', async () => {
      const [hers, his] = [
        await begin('cleo', { providerSession: 'shared' }),
        await begin('carl', { providerSession: 'shared' }),
      ];
      const another = await begin('cleo', { providerSession: 'her own' });
      const both = { connectorId: CONNECTOR, subject: 'cleo', providerSession: 'shared' };
      expect(await end(both)).toBe(1);
      expect([await stands(hers), await stands(his), await stands(another)]).toEqual([false, true, true]);
    });

    it('O19: takes a person’s session without a name for the one that is named', async () => {
      const [hers, his] = [await begin('nell'), await begin('ned')];
      const both = { connectorId: CONNECTOR, subject: 'nell', providerSession: 'named' };
      expect(await end({ ...both, connectorId: 'facts-2' })).toBe(0);
      expect(await end(both)).toBe(1);
      expect([await stands(hers), await stands(his)]).toEqual([false, true]);
    });

    it('spares the one that is excepted, and another connector’s', async () => {
      const [mine, other] = [await begin('dora'), await begin('dora')];
      expect(await end({ connectorId: 'facts-2', subject: 'dora' })).toBe(0);
      expect(await end({ connectorId: CONNECTOR, subject: 'dora', exceptIdHash: mine.idHash })).toBe(1);
      expect([await stands(mine), await stands(other)]).toEqual([true, false]);
    });

    it('W05: counts nothing that has ended already, and moves no end', async () => {
      await begin('eve', { absoluteExpiresAt: NOW });
      const gone = await begin('eve');
      await sessions().revoke(gone.idHash, revocation('eve'));
      expect(await end({ connectorId: CONNECTOR, subject: 'eve' })).toBe(0);
      expect(await stands(gone)).toBe(false);
    });

    it('ends those whose browser is idle too: what was allowed in them may be in use', async () => {
      const idle = await begin('gus', { idleExpiresAt: NOW });
      expect(await end({ connectorId: CONNECTOR, subject: 'gus' })).toBe(1);
      expect(await sessions().findStanding(idle.idHash, NOW)).toBeUndefined();
    });

    it('never ends everybody’s', async () => {
      const nobody = { connectorId: CONNECTOR } as unknown as SessionSelector;
      const session = await begin('fay');
      await expect(sessions().revokeWhere(nobody, [], revocation('fay'))).rejects.toThrow(TypeError);
      expect(await stands(session)).toBe(true);
    });

    it('O19: happens once for one message, and a replay ends and records nothing', async () => {
      const spend = [
        { scope: 'logout-token https://op.example', value: randomToken(), expiresAt: later(60) },
      ];
      const selector = { connectorId: CONNECTOR, subject: 'gil' };
      await begin('gil');
      const marker = randomToken();
      expect(await sessions().revokeWhere(selector, spend, revocation(marker))).toBe(1);
      const next = await begin('gil');
      await expect(sessions().revokeWhere(selector, spend, revocation(marker))).rejects.toMatchObject({
        code: 'sign_in.replayed',
      });
      expect(await stands(next)).toBe(true);
      expect(await eventsWith(marker)).toHaveLength(1);
    });

    it('W05: leaves none, and counts each once, while others begin and end at the same moment', async () => {
      const selector = { connectorId: CONNECTOR, subject: 'hal' };
      await Promise.all(Array.from({ length: 10 }, () => begin('hal')));
      const markers = Array.from({ length: 5 }, () => randomToken());
      const [counts] = await Promise.all([
        Promise.all(markers.map((marker) => end(selector, marker))),
        ...Array.from({ length: 5 }, () => begin('hal')),
      ]);
      const told = (await Promise.all(markers.map((marker) => eventsWith(marker)))).flat();
      expect(told.map(({ detail }) => detail['sessions']).sort()).toEqual([...counts].sort());
      const rest = await end(selector);
      expect(counts.reduce((sum, count) => sum + count, rest)).toBe(15);
      expect(await sessions().listOf(selector, NOW)).toEqual([]);
    });
  });

  describe('a confirmation', () => {
    const claim = { confirmedBefore: later(900), countsAs: later(960) };

    it('is claimed by one of many at once, and by nobody while that claim is new', async () => {
      const { idHash } = await begin('ida');
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => sessions().claimConfirmation(idHash, claim)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await sessions().claimConfirmation(idHash, { ...claim, confirmedBefore: later(960) })).toBe(
        false,
      );
      expect(await sessions().claimConfirmation(idHash, { ...claim, confirmedBefore: later(961) })).toBe(
        true,
      );
    });

    it('is not asked for while the last word is new, nor of a session that was revoked', async () => {
      const [fresh, revoked] = [await begin('jo', { confirmedAt: later(900) }), await begin('jo')];
      await sessions().revoke(revoked.idHash, revocation('jo'));
      expect(await sessions().claimConfirmation(fresh.idHash, claim)).toBe(false);
      expect(await sessions().claimConfirmation(revoked.idHash, claim)).toBe(false);
      expect(await sessions().claimConfirmation(sha256Hex('nobody'), claim)).toBe(false);
    });

    it('keeps what the provider says anew, and takes away what it no longer gives', async () => {
      const session = await begin('kim', {
        idToken: 'old.id.token',
        connectorState: { refreshToken: 'old' },
      });
      const identity = { ...session.identity, groups: ['changed'] };
      const event = buildEvent({ name: 'session.confirmed', detail: { marker: session.idHash } });
      const confirmed = { identity, connectorState: { refreshToken: 'new' }, confirmedAt: later(1000) };
      expect(await sessions().confirm(session.idHash, confirmed, event)).toBe(true);
      expect(await sessions().find(session.idHash, NOW)).toEqual({
        ...without(session, 'idToken'),
        ...confirmed,
      });
      expect(await eventsWith(session.idHash)).toHaveLength(1);
      expect(await sessions().confirm(session.idHash, confirmed, undefined)).toBe(true);
      expect(await eventsWith(session.idHash)).toHaveLength(1);
    });

    it('W05: never brings back a session that was revoked while it was in flight', async () => {
      const session = await begin('lou', { connectorState: { refreshToken: 'old' } });
      const { identity } = session;
      const event = buildEvent({ name: 'session.confirmed', detail: { marker: session.idHash } });
      const confirmed = { identity, connectorState: { refreshToken: 'new' }, confirmedAt: NOW };
      await sessions().revoke(session.idHash, revocation('lou'));
      expect(await sessions().confirm(session.idHash, confirmed, event)).toBe(false);
      await sessions().touch(session.idHash, later(60), later(960));
      expect(await stands(session)).toBe(false);
      expect(await eventsWith(session.idHash)).toEqual([]);
    });

    it('W05: leaves a session ended, in whichever order it, a use and a revocation are written', async () => {
      const { idHash, identity } = await begin('max');
      await Promise.all([
        sessions().confirm(idHash, { identity, confirmedAt: later(1) }, undefined),
        sessions().touch(idHash, later(60), later(960)),
        sessions().claimConfirmation(idHash, claim),
        end({ connectorId: CONNECTOR, subject: 'max' }),
        sessions().confirm(idHash, { identity, confirmedAt: later(2) }, undefined),
      ]);
      expect(await sessions().find(idHash, NOW)).toBeUndefined();
    });
  });
}
