/** What somebody allowed, its tokens, and the people behind it: alike on every database. */
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/core/audit-event.ts';
import type { AuthorizationRequest } from '../../src/core/ports/authorization-requests.ts';
import type { Authorization, NewToken, TokenUse } from '../../src/core/ports/authorizations.ts';
import type { SignInSession, Stores } from '../../src/core/ports/stores.ts';
import type { Standing } from '../../src/core/principal.ts';
import { randomToken, sha256Hex } from '../../src/lib/hash.ts';
import { buildEvent, buildSession, later, NOW } from '../support/store-fixtures.ts';

const CONNECTOR = 'authorizing';

function buildAuthorization(overrides: Partial<Authorization> = {}): Authorization {
  return {
    id: randomToken(),
    kind: 'application',
    applicationId: 'ci',
    label: 'ci <script>é',
    facts: {},
    createdAt: NOW,
    usedAt: NOW,
    expiresAt: later(3600),
    ...overrides,
  };
}

function buildToken(use: TokenUse, seconds = 3600): NewToken {
  return { use, idHash: sha256Hex(randomToken()), expiresAt: later(seconds) };
}

function buildRequest(overrides: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    idHash: sha256Hex(randomToken()),
    kind: 'identity-center-device',
    state: 'pending',
    facts: { client: 'aws-cli' },
    createdAt: NOW,
    expiresAt: later(600),
    ...overrides,
  };
}

export function describeAuthorizations(stores: () => Stores): void {
  const store = (): Stores['authorizations'] => stores().authorizations;
  const requests = (): Stores['authorizationRequests'] => stores().authorizationRequests;
  const event = (overrides: Partial<AuditEvent> = {}): AuditEvent =>
    buildEvent({ name: 'access-token.issued', ...overrides });

  async function create(overrides: Partial<Authorization> = {}, tokens = [buildToken('access')]) {
    const authorization = buildAuthorization(overrides);
    await store().create({ authorization, tokens, event: event() });
    return { authorization, hashes: tokens.map(({ idHash }) => idHash) };
  }

  async function signIn(subject: string): Promise<SignInSession> {
    const { identity } = buildSession();
    const session = buildSession({
      identity: { ...identity, connectorId: CONNECTOR, subject },
      idleExpiresAt: later(60),
    });
    const start = { session, flowId: undefined, spend: [], event: event() };
    await stores().signInSessions.create(start);
    return session;
  }

  describe('authorizations', () => {
    it('are found by their tokens, whole, until either expires', async () => {
      const person = {
        identity: buildSession().identity,
        authentication: { at: NOW, contexts: ['urn:mfa'] },
      };
      const { authorization, hashes } = await create(
        {
          kind: 'on-behalf-of',
          owner: { connectorId: CONNECTOR, subject: 'erin\ud800' },
          person,
          facts: { roles: ['a', 'b'], clientId: 'c', keyThumbprint: 'k', sourceIp: '::1', userAgent: 'aws' },
          expiresAt: later(300),
        },
        [buildToken('access', 60), buildToken('refresh', 9999)],
      );
      const [access = '', refresh = ''] = hashes;
      expect(await store().findByToken(access, 'access', later(59))).toEqual({
        authorization,
        expiresAt: later(60),
      });
      expect(await store().findByToken(access, 'access', later(60))).toBeUndefined();
      expect(await store().findByToken(refresh, 'refresh', later(299))).toBeDefined();
      expect(await store().findByToken(refresh, 'refresh', later(300))).toBeUndefined();
      expect(await store().findByToken(refresh, 'access', NOW)).toBeUndefined();
      expect(await store().findByToken(sha256Hex('another'), 'access', NOW)).toBeUndefined();
    });

    it('A01: end with all their tokens, once, and are told of once', async () => {
      const { authorization, hashes } = await create({}, [buildToken('access'), buildToken('refresh')]);
      const ending = event({ name: 'access-token.revoked' });
      expect(await store().revoke(authorization.id, ending)).toBe(true);
      expect(await store().revoke(authorization.id, ending)).toBe(false);
      expect(await store().findByToken(hashes[0] ?? '', 'access', NOW)).toBeUndefined();
      expect(await store().findByToken(hashes[1] ?? '', 'refresh', NOW)).toBeUndefined();
      const next = { tokens: [buildToken('access')], event: event() };
      expect(await store().addTokens(authorization.id, next)).toBe(false);
    });

    it('A03: spend a value once, of many simultaneous tries, and tell of that one', async () => {
      const value = { scope: 'client-assertion ci', value: randomToken(), expiresAt: later(60) };
      const spending = event({ name: 'access-token.denied' });
      const tries = await Promise.allSettled(
        Array.from({ length: 20 }, () => store().spend([value], spending)),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(store().spend([value])).rejects.toMatchObject({ code: 'code.spent' });
      await store().spend([{ ...value, scope: 'client-assertion other' }]);
    });

    it('D10: replace a refresh token once, of many simultaneous tries', async () => {
      const { authorization, hashes } = await create({}, [buildToken('refresh')]);
      const [replaces = ''] = hashes;
      const tries = Array.from({ length: 50 }, () =>
        store().addTokens(authorization.id, { tokens: [buildToken('refresh')], replaces, event: event() }),
      );
      expect((await Promise.all(tries)).filter((added) => added)).toHaveLength(1);
      const spent = await store().findByToken(replaces, 'refresh', NOW);
      expect(spent?.replacedAt).toEqual(event().at);
      const another = await create({}, [buildToken('refresh')]);
      const foreign = { tokens: [buildToken('refresh')], replaces: another.hashes[0] ?? '', event: event() };
      expect(await store().addTokens(authorization.id, foreign)).toBe(false);
    });

    it('spend what they came from, once of many simultaneous tries', async () => {
      const value = { scope: 'client-assertion', value: randomToken(), expiresAt: later(60) };
      const tries = Array.from({ length: 50 }, () =>
        store().create({ authorization: buildAuthorization(), tokens: [], spend: [value], event: event() }),
      );
      const results = await Promise.allSettled(tries);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = results.find(({ status }) => status === 'rejected');
      expect(refused).toMatchObject({ reason: { code: 'code.spent' } });
    });

    it('are listed for their owner alone, the newest first', async () => {
      const owner = { connectorId: CONNECTOR, subject: randomToken() };
      const first = await create({ kind: 'personal', owner, createdAt: later(-5) });
      const second = await create({ kind: 'personal', owner });
      await create({ kind: 'personal', owner, expiresAt: NOW });
      const ended = await create({ kind: 'personal', owner });
      await store().revoke(ended.authorization.id, event());
      await store().touch(first.authorization.id, later(90));
      expect(await store().listOf(owner, NOW)).toEqual([
        second.authorization,
        { ...first.authorization, usedAt: later(90) },
      ]);
      expect(await store().listOf({ ...owner, connectorId: 'another' }, NOW)).toEqual([]);
    });

    it('are listed by kind, and while the session stands in which they were allowed', async () => {
      const session = await signIn(randomToken());
      const { connectorId, subject } = session.identity;
      const owner = { connectorId, subject };
      const personal = await create({ kind: 'personal', owner });
      const client = await create({ kind: 'identity-center', owner, sessionIdHash: session.idHash });
      expect(await store().listOf(owner, NOW, ['personal'])).toEqual([personal.authorization]);
      expect(await store().listOf(owner, later(61), ['identity-center'])).toEqual([client.authorization]);
      expect(await store().listOf(owner, session.absoluteExpiresAt, ['identity-center'])).toEqual([]);
      await stores().signInSessions.revoke(session.idHash, event({ name: 'sign-out.completed' }));
      expect(await store().listOf(owner, NOW)).toEqual([personal.authorization]);
    });

    it('A08: are not created once the session that asks has ended', async () => {
      const session = await signIn(randomToken());
      const standing: Standing = { kind: 'sign-in-session', idHash: session.idHash };
      const spend = [{ scope: 'once', value: randomToken(), expiresAt: later(60) }];
      const start = { tokens: [], event: event(), standing };
      await store().create({ authorization: buildAuthorization(), ...start });
      await stores().signInSessions.revoke(session.idHash, event({ name: 'sign-out.completed' }));
      const late = store().create({ authorization: buildAuthorization(), spend, ...start });
      await expect(late).rejects.toMatchObject({ code: 'session.ended' });
      // Nothing of it happened: what it would have spent is still good.
      await store().create({ authorization: buildAuthorization(), tokens: [], event: event(), spend });
    });
  });

  describe('what tokens stand on', () => {
    async function records(standing: Standing, at = NOW): Promise<boolean> {
      const recorded = stores().audit.record(event({ at }), standing);
      return recorded.then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'token.invalid' });
          return false;
        },
      );
    }

    it('is the token and its authorization', async () => {
      const { authorization, hashes } = await create({}, [buildToken('access', 60), buildToken('refresh')]);
      const standing: Standing = { kind: 'access-token', idHash: hashes[0] ?? '' };
      expect(await records(standing, later(59))).toBe(true);
      expect(await records(standing, later(60))).toBe(false);
      expect(await records({ ...standing, idHash: hashes[1] ?? '' })).toBe(false);
      expect(await records({ ...standing, idHash: sha256Hex('unknown') })).toBe(false);
      await store().revoke(authorization.id, event());
      expect(await records(standing)).toBe(false);
    });

    it('A08: is the session in which it was allowed, idle or not', async () => {
      const session = await signIn(randomToken());
      const { hashes } = await create({ sessionIdHash: session.idHash });
      const standing: Standing = {
        kind: 'access-token',
        idHash: hashes[0] ?? '',
        sessionIdHash: session.idHash,
      };
      expect(await records(standing, later(61))).toBe(true);
      expect(await stores().signInSessions.findStanding(session.idHash, later(61))).toBeDefined();
      await stores().signInSessions.revoke(session.idHash, event({ name: 'sign-out.completed' }));
      expect(await records(standing)).toBe(false);
      expect(await stores().signInSessions.findStanding(session.idHash, NOW)).toBeUndefined();
    });

    it('is a person whom the provider has not refused since their last sign-in', async () => {
      const { identity } = await signIn(randomToken());
      const { hashes } = await create({ kind: 'personal', owner: identity });
      const standing: Standing = { kind: 'access-token', idHash: hashes[0] ?? '', person: identity };
      expect(await records(standing)).toBe(true);
      await stores().people.refuse(identity, NOW);
      expect(await records(standing)).toBe(false);
      await signIn(identity.subject);
      expect(await records(standing)).toBe(true);
      expect(await records({ ...standing, person: { ...identity, subject: 'nobody' } })).toBe(false);
    });
  });

  describe('people', () => {
    it('are as they last signed in, or as their provider said since', async () => {
      const { idHash, identity, authentication } = await signIn(randomToken());
      const known = await stores().people.find(identity);
      expect(known).toEqual({ id: known?.id, person: { identity, authentication }, signedInAt: NOW });
      const renewed = { ...identity, groups: ['another'] };
      await stores().signInSessions.confirm(idHash, { identity: renewed, confirmedAt: later(1) }, undefined);
      expect((await stores().people.find(identity))?.person.identity).toEqual(renewed);
      await stores().people.refuse(identity, later(2));
      expect((await stores().people.find(identity))?.refusedAt).toEqual(later(2));
      expect(await stores().people.find({ ...identity, subject: 'nobody' })).toBeUndefined();
    });

    it('are told page by page, each once, however many they are', async () => {
      const subjects = Array.from({ length: 520 }, () => randomToken());
      for (let from = 0; from < subjects.length; from += 40) {
        await Promise.all(subjects.slice(from, from + 40).map((subject) => signIn(subject)));
      }
      const sizes: number[] = [];
      const told: string[] = [];
      for await (const page of stores().people.pages()) {
        sizes.push(page.length);
        told.push(...page.map(({ identity }) => JSON.stringify(identity)));
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
      expect(new Set(told).size).toBe(told.length);
      for (const subject of subjects) expect(told.some((text) => text.includes(subject))).toBe(true);
    });
  });

  describe('authorization requests', () => {
    it('are found by code and by user code until they expire', async () => {
      const request = buildRequest({ userCode: randomToken() });
      expect(await requests().create(request)).toBe(true);
      const { userCode = '', ...kept } = request;
      expect(await requests().find(request.idHash, later(599))).toEqual(kept);
      expect(await requests().findByUserCode(userCode, NOW)).toEqual(kept);
      expect(await requests().find(request.idHash, later(600))).toBeUndefined();
      expect(await requests().findByUserCode(userCode, later(600))).toBeUndefined();
      expect(await requests().create(buildRequest({ userCode }))).toBe(false);
      await requests().polled(request.idHash, later(5));
      expect((await requests().find(request.idHash, NOW))?.polledAt).toEqual(later(5));
    });

    it('D05: are decided once, of many simultaneous tries, and not after their end', async () => {
      const request = buildRequest();
      await requests().create(request);
      const decide = (at = NOW) =>
        requests().decide(
          request.idHash,
          { state: 'approved', sessionIdHash: sha256Hex('session'), facts: { role: 'a' } },
          event({ name: 'client.approved', at }),
        );
      expect(await decide(later(600))).toBe(false);
      const decisions = await Promise.all(Array.from({ length: 20 }, () => decide()));
      expect(decisions.filter((decided) => decided)).toHaveLength(1);
      expect(await requests().find(request.idHash, NOW)).toMatchObject({
        state: 'approved',
        sessionIdHash: sha256Hex('session'),
        facts: { client: 'aws-cli', role: 'a' },
      });
    });

    it('D03: give one authorization, of many simultaneous tries, and say which', async () => {
      const request = buildRequest({ state: 'approved' });
      await requests().create(request);
      const tries = Array.from({ length: 50 }, async () => {
        const authorization = buildAuthorization();
        await store().create({ authorization, tokens: [], request: request.idHash, event: event() });
        return authorization.id;
      });
      const results = await Promise.allSettled(tries);
      const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(made).toHaveLength(1);
      expect(await requests().find(request.idHash, NOW)).toMatchObject({
        state: 'spent',
        authorizationId: made[0],
      });
    });

    it('give none before they are approved', async () => {
      const request = buildRequest();
      await requests().create(request);
      const start = { authorization: buildAuthorization(), tokens: [], request: request.idHash };
      await expect(store().create({ ...start, event: event() })).rejects.toMatchObject({
        code: 'code.spent',
      });
    });
  });
}
