import type { AuditEvent } from '../core/audit-event.ts';
import type { CatalogueDifference } from '../core/catalogue-difference.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import {
  MAXIMUM_LISTED_PROPOSALS,
  type ChangeProposal,
  type ChangeProposalStore,
  type ProposalDecision,
  type ProposalState,
  type StoredProposal,
} from '../core/ports/change-proposals.ts';
import type { Standing } from '../core/principal.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { standingChecks, standingEnded } from './standing-checks.ts';
import { auditEntry, type Statement } from './write-unit.ts';

export function createChangeProposalStore(database: Database): ChangeProposalStore {
  const check = standingChecks(database);

  async function write(
    last: Statement,
    { standing, event }: { readonly standing: Standing; readonly event: AuditEvent },
  ): Promise<void> {
    const checks = check(standing, event.at);
    const result = await database.write([...checks, last], [auditEntry(event)]);
    if (result.status === 'committed') return;
    if (result.status === 'unmet' && result.statement < checks.length) throw standingEnded(standing);
    throw new BrokerError('proposal.closed');
  }

  return {
    add: (proposed, change) =>
      write(statement(database.build.insertInto('proposed_changes').values(rowOf(proposed))), change),
    close: (id, { state, decision, ...change }) =>
      write(closeProposal(database, id, { state, decision }), change),
    async find(id, now) {
      const row = await database.read((db) =>
        db
          .selectFrom('proposed_changes')
          .selectAll()
          .where('id', '=', id)
          .where('expires_at', '>', now.getTime())
          .executeTakeFirst(),
      );
      return row === undefined ? undefined : storedOf(row);
    },
    async listOpen(now) {
      const rows = await database.read((db) =>
        db
          .selectFrom('proposed_changes')
          .select(['id', 'facts', 'created_at', 'expires_at'])
          .where('state', '=', 'open')
          .where('expires_at', '>', now.getTime())
          .orderBy('created_at', 'desc')
          .orderBy('id')
          .limit(MAXIMUM_LISTED_PROPOSALS)
          .execute(),
      );
      return rows.map(proposalOf);
    },
  };
}

/** Whoever comes second changes no row, which undoes all that would be written with it. */
export function closeProposal(
  database: Database,
  id: string,
  {
    state,
    decision,
  }: { readonly state: Exclude<ProposalState, 'open'>; readonly decision: ProposalDecision },
): Statement {
  const update = database.build
    .updateTable('proposed_changes')
    .set({ state, decision: JSON.stringify({ ...decision, at: decision.at.getTime() }) })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where('expires_at', '>', decision.at.getTime());
  return statement(update, 1);
}

type Row = Schema['proposed_changes'];

function rowOf({ proposal, difference, candidate }: Parameters<ChangeProposalStore['add']>[0]): Row {
  const { id, createdAt, expiresAt, ...facts } = proposal;
  return {
    id,
    state: 'open',
    facts: JSON.stringify(facts),
    difference: JSON.stringify(difference),
    catalogue: JSON.stringify(candidate),
    created_at: createdAt.getTime(),
    expires_at: expiresAt.getTime(),
    decision: null,
  };
}

function proposalOf(row: Pick<Row, 'id' | 'facts' | 'created_at' | 'expires_at'>): ChangeProposal {
  const facts = JSON.parse(row.facts) as Omit<ChangeProposal, 'id' | 'createdAt' | 'expiresAt'>;
  return {
    ...facts,
    id: row.id,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}

function storedOf(row: Row): StoredProposal {
  return {
    proposal: proposalOf(row),
    state: row.state,
    ...(row.decision === null ? {} : { decision: decisionOf(row.decision) }),
    difference: JSON.parse(row.difference) as CatalogueDifference,
    candidate: JSON.parse(row.catalogue) as Catalogue,
  };
}

function decisionOf(json: string): ProposalDecision {
  const { at, ...decision } = JSON.parse(json) as Omit<ProposalDecision, 'at'> & { readonly at: number };
  return { ...decision, at: new Date(at) };
}
