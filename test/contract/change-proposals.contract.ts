/** Changes that wait for a second person, decided once: alike on every database. */
import { describe, expect, it } from 'vitest';
import type { ChangeProposal, StoredProposal } from '../../src/core/ports/change-proposals.ts';
import type { Stores } from '../../src/core/ports/stores.ts';
import type { PersonKey, Standing } from '../../src/core/principal.ts';
import { randomToken } from '../../src/lib/hash.ts';
import { NOW, buildCatalogue, buildEvent, buildSession, later } from '../support/store-fixtures.ts';

export function describeChangeProposals(stores: () => Stores): void {
  async function signIn(subject: string): Promise<{ standing: Standing; person: PersonKey }> {
    const session = buildSession();
    const identity = { ...session.identity, connectorId: 'proposals', subject };
    const started = { session: { ...session, identity }, flowId: undefined, spend: [], event: buildEvent() };
    await stores().signInSessions.create(started);
    return {
      standing: { kind: 'sign-in-session', idHash: session.idHash },
      person: { connectorId: 'proposals', subject },
    };
  }

  async function propose(overrides: Partial<ChangeProposal> = {}): Promise<StoredProposal> {
    const { standing, person } = await signIn('author\u0000\ud800');
    const proposal: ChangeProposal = {
      id: randomToken(),
      author: person,
      reason: 'Because \u{1f600}',
      why: 'It needs it.',
      baseVersion: await stores().catalogue.version(),
      createdAt: NOW,
      expiresAt: later(600),
      ...overrides,
    };
    const difference = { entries: [], reordered: ['roles'] } as const;
    const event = buildEvent({ name: 'change.proposed', detail: { marker: proposal.id } });
    const proposed = { proposal, difference, candidate: buildCatalogue(proposal.id) };
    await stores().changeProposals.add(proposed, { standing, event });
    return { ...proposed, state: 'open' };
  }

  const told = async (id: string): Promise<string[]> =>
    (await stores().audit.list({ limit: 1000 }))
      .filter(({ event }) => event.detail['marker'] === id)
      .map(({ event }) => event.name)
      .toReversed();

  async function reject(id: string, standing: Standing): Promise<void> {
    const event = buildEvent({ name: 'change.rejected', detail: { marker: id } });
    const decision = { at: NOW, by: 'user:proposals:other', reason: 'no' };
    await stores().changeProposals.close(id, { state: 'rejected', decision, standing, event });
  }

  async function approve({ proposal, candidate }: StoredProposal, standing: Standing): Promise<number> {
    const by = 'user:proposals:other';
    const version = proposal.baseVersion + 1;
    return stores().catalogue.save({
      catalogue: candidate,
      expectedVersion: proposal.baseVersion,
      authorship: { author: 'user:proposals:author', reason: proposal.reason, approvedBy: by },
      standing,
      approval: { proposalId: proposal.id, author: proposal.author, decision: { at: NOW, by, version } },
      event: buildEvent({ name: 'catalogue.changed', detail: { marker: proposal.id } }),
    });
  }

  describe('proposed changes', () => {
    it('are kept as they were proposed, listed newest first, until they expire', async () => {
      const early = await propose({ createdAt: later(-60) });
      const late = await propose({ restored: 1 });
      expect(await stores().changeProposals.find(late.proposal.id, NOW)).toEqual(late);
      const open = (await stores().changeProposals.listOpen(NOW)).map(({ id }) => id);
      expect(open.indexOf(late.proposal.id)).toBeLessThan(open.indexOf(early.proposal.id));
      expect(open).toContain(early.proposal.id);
      const { standing } = await signIn('other');
      await expect(reject(randomToken(), standing)).rejects.toMatchObject({ code: 'proposal.closed' });
      await stores().sweep(later(599));
      expect(await stores().changeProposals.find(late.proposal.id, NOW)).toBeDefined();
      expect(await stores().changeProposals.find(late.proposal.id, later(600))).toBeUndefined();
      await stores().sweep(later(600));
      expect(await stores().changeProposals.find(late.proposal.id, NOW)).toBeUndefined();
    });

    it('become a version with its approval, in one transaction, and are decided once', async () => {
      const proposed = await propose();
      const { id, baseVersion } = proposed.proposal;
      const { standing } = await signIn('other');
      const results = await Promise.allSettled([approve(proposed, standing), reject(id, standing)]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const found = await stores().changeProposals.find(id, NOW);
      const isApplied = found?.state === 'applied';
      expect(await stores().catalogue.version()).toBe(baseVersion + (isApplied ? 1 : 0));
      expect(await told(id)).toEqual([
        'change.proposed',
        isApplied ? 'catalogue.changed' : 'change.rejected',
      ]);
      expect(found?.decision).toMatchObject({ at: NOW, by: 'user:proposals:other' });
      const open = await stores().changeProposals.listOpen(NOW);
      expect(open.map((each) => each.id)).not.toContain(id);
    });

    it('A06: are applied neither twice, nor stale, nor for an author or by an approver who is gone', async () => {
      const { standing } = await signIn('other');
      const first = await propose();
      const second = await propose();
      expect(await approve(first, standing)).toBe(first.proposal.baseVersion + 1);
      const [about] = await stores().catalogue.list();
      expect(about).toMatchObject({ reason: first.proposal.reason, approvedBy: 'user:proposals:other' });
      await expect(approve(second, standing)).rejects.toMatchObject({ code: 'catalogue.stale' });
      const again = {
        ...first,
        proposal: { ...first.proposal, baseVersion: first.proposal.baseVersion + 1 },
      };
      await expect(approve(again, standing)).rejects.toMatchObject({ code: 'proposal.closed' });

      const third = await propose();
      const gone = { kind: 'sign-in-session', idHash: randomToken() } as const;
      await expect(approve(third, gone)).rejects.toMatchObject({ code: 'session.ended' });
      await expect(reject(third.proposal.id, gone)).rejects.toMatchObject({ code: 'session.ended' });
      const disabling = { at: NOW, by: 'x', reason: 'left' };
      const event = buildEvent({ name: 'person.disabled' });
      await stores().people.disable(third.proposal.author, disabling, { standing, event });
      await expect(approve(third, standing)).rejects.toMatchObject({ code: 'proposal.author' });
      expect((await stores().changeProposals.find(third.proposal.id, NOW))?.state).toBe('open');
      expect(await told(third.proposal.id)).toEqual(['change.proposed']);
      await stores().people.enable(third.proposal.author, { standing, event });
    });
  });
}
