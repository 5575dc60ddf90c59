/** People as they last signed in, found, disabled and enabled: alike on every database. */
import { describe, expect, it } from 'vitest';
import { MAXIMUM_LISTED_PEOPLE, type KnownPerson } from '../../src/core/ports/people.ts';
import type { SignInSession, Stores } from '../../src/core/ports/stores.ts';
import type { Identity, Standing } from '../../src/core/principal.ts';
import { NOW, buildEvent, buildSession, later } from '../support/store-fixtures.ts';

/** A connector of this suite's own, so that other suites' people are told apart. */
const CONNECTOR = 'people';

export function describePeople(stores: () => Stores): void {
  async function begin(subject: string, facts: Partial<Identity> = {}, at = NOW): Promise<SignInSession> {
    const { identity } = buildSession();
    const session = buildSession({
      identity: { ...identity, connectorId: CONNECTOR, subject, ...facts },
      createdAt: at,
    });
    await stores().signInSessions.create({ session, flowId: undefined, spend: [], event: buildEvent() });
    return session;
  }

  const find = (subject: string): Promise<KnownPerson | undefined> =>
    stores().people.find({ connectorId: CONNECTOR, subject });

  async function administrator(): Promise<Standing> {
    return { kind: 'sign-in-session', idHash: (await begin('administrator')).idHash };
  }

  const disabling = { at: later(60), by: 'user:people:administrator', reason: 'a test \u{1f600}' };

  async function disable(subject: string, standing: Standing, name = disabling.reason): Promise<boolean> {
    const event = buildEvent({ name: 'person.disabled', at: disabling.at, detail: { marker: name } });
    const person = { connectorId: CONNECTOR, subject };
    return stores().people.disable(person, disabling, { standing, event });
  }

  const told = async (marker: string): Promise<number> =>
    (await stores().audit.list({ limit: 1000 })).filter(({ event }) => event.detail['marker'] === marker)
      .length;

  describe('people', () => {
    it('are found by what they are called, in any case, and by an id that says nothing of them', async () => {
      const subject = 'Straße\u0000\ud800 100%_\\';
      await begin(subject, { displayName: 'Ärni', email: 'A@Example.org' });
      const known = await find(subject);
      expect(known?.person.identity.subject).toBe(subject);
      expect(known?.id).toMatch(/^people\.[0-9a-f]{64}$/);
      expect(await stores().people.findById(known?.id ?? '')).toEqual(known);
      for (const id of ['', 'people.', `people.${'0'.repeat(64)}`, `%.${'0'.repeat(64)}`])
        expect(await stores().people.findById(id)).toBeUndefined();
      for (const text of ['STRASSE'.slice(0, 4), 'straße', 'ärni', 'a@example', '100%_\\'])
        expect(await stores().people.list({ text })).toEqual([known]);
      for (const [connectorId, found] of [
        ['people', [known]],
        ['others', []],
      ] as const)
        expect(await stores().people.list({ text: 'straße', connectorId })).toEqual(found);
      for (const text of ['10_%', 'str%', 'nobody']) expect(await stores().people.list({ text })).toEqual([]);
    });

    it('come newest sign-in first, in pages without a gap', async () => {
      const count = MAXIMUM_LISTED_PEOPLE + 20;
      for (let index = 0; index < count; index += 1)
        await begin(`paged-${index}`, {}, later(1_000 + Math.floor(index / 3)));
      const first = await stores().people.list({ text: 'paged-' });
      expect(first).toHaveLength(MAXIMUM_LISTED_PEOPLE);
      const after = first.at(-1);
      const rest = await stores().people.list({ text: 'paged-', ...(after === undefined ? {} : { after }) });
      const all = [...first, ...rest];
      expect(new Set(all.map(({ id }) => id)).size).toBe(count);
      const times = all.map(({ signedInAt }) => signedInAt.getTime());
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });

    it('that are disabled lose their sessions and sign in no more, until they are enabled', async () => {
      const standing = await administrator();
      const session = await begin('leaver');
      expect(await disable('leaver', standing)).toBe(true);
      expect((await find('leaver'))?.disabled).toEqual(disabling);
      expect(await stores().signInSessions.findStanding(session.idHash, NOW)).toBeUndefined();
      await expect(begin('leaver', { displayName: 'New' })).rejects.toMatchObject({
        code: 'sign_in.disabled',
      });
      const known = await find('leaver');
      expect(known?.person.identity.displayName).not.toBe('New');
      expect(await disable('leaver', standing, 'again')).toBe(false);
      expect(await told('again')).toBe(0);

      const event = buildEvent({ name: 'person.enabled', at: disabling.at });
      const person = { connectorId: CONNECTOR, subject: 'leaver' };
      expect(await stores().people.enable(person, { standing, event })).toBe(true);
      expect(await stores().people.enable(person, { standing, event })).toBe(false);
      await begin('leaver', { displayName: 'New' });
      expect((await find('leaver'))?.disabled).toBeUndefined();
      expect(await stores().signInSessions.findStanding(session.idHash, NOW)).toBeUndefined();
    });

    it('are not acted for by what stands on no session', async () => {
      const standing = await administrator();
      await begin('absent');
      const person = { connectorId: CONNECTOR, subject: 'absent' };
      const { authorizations, audit } = stores();
      const authorization = {
        id: 'token-of-absent',
        kind: 'personal' as const,
        owner: person,
        label: '',
        facts: {},
        createdAt: NOW,
        usedAt: NOW,
        expiresAt: later(3_600),
      };
      const idHash = 'a'.repeat(64);
      await authorizations.create({
        authorization,
        tokens: [{ use: 'access', idHash, expiresAt: later(3_600) }],
        event: buildEvent(),
      });
      const acting = { kind: 'access-token', idHash, person } as const;
      await audit.record(buildEvent(), acting);
      await disable('absent', standing);
      expect(await authorizations.findByToken(idHash, 'access', NOW)).toBeUndefined();
      await expect(audit.record(buildEvent(), acting)).rejects.toMatchObject({ code: 'token.invalid' });
      // By the person alone, for a token that was written at that very moment.
      await authorizations.create({
        authorization: { ...authorization, id: 'late' },
        tokens: [{ use: 'access', idHash: 'b'.repeat(64), expiresAt: later(3_600) }],
        event: buildEvent(),
      });
      await expect(audit.record(buildEvent(), { ...acting, idHash: 'b'.repeat(64) })).rejects.toMatchObject({
        code: 'token.invalid',
      });
    });

    it('are not disabled by whoever’s own session has ended, and nothing is recorded', async () => {
      const standing = await administrator();
      await begin('stays');
      await stores().signInSessions.revoke(standing.idHash, buildEvent({ name: 'session.revoked' }));
      await expect(disable('stays', standing, 'too late')).rejects.toMatchObject({ code: 'session.ended' });
      expect((await find('stays'))?.disabled).toBeUndefined();
      expect(await told('too late')).toBe(0);
    });
  });
}
