import { sql } from 'kysely';
import { EMPTY_CHAIN, parseAuditEventText, walkChain } from '../core/audit-chain.ts';
import type { AuditRow, ChainHead, ChainWalk } from '../core/audit-chain.ts';
import type { AuditStore } from '../core/ports/stores.ts';
import type { Database } from './database.ts';
import { standingChecks, standingEnded } from './standing-checks.ts';
import { auditEntry } from './write-unit.ts';

/** Rows hashed before others get a turn. */
const WALK_ROWS = 500;
const MAXIMUM_PAGE = 1000;

/** @param node names the chain that this node writes; its page is listed where none is named. */
export function createAuditStore(database: Database, node: string): AuditStore {
  const check = standingChecks(database);
  return {
    async record(event, standing) {
      const statements = standing === undefined ? [] : check(standing, event.at);
      const result = await database.write(statements, [auditEntry(event)]);
      if (result.status === 'committed') return;
      throw standingEnded(standing);
    },
    async list({ chain = node, before, limit }) {
      const rows = await database.read((db) =>
        db
          .selectFrom('audit_events')
          .selectAll()
          .where('chain', '=', chain)
          .$if(before !== undefined, (query) => query.where('sequence', '<', before ?? 0))
          .orderBy('sequence', 'desc')
          .limit(Math.max(1, Math.min(limit, MAXIMUM_PAGE)))
          .execute(),
      );
      return rows.map(({ chain, sequence, hash, text }) => {
        return { chain, sequence, hash, event: parseAuditEventText(text) };
      });
    },
    async refusedSignIns(limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('audit_events')
          .select('text')
          // Said literally: a parameter would keep the database from the index that has these alone.
          .where('name', '=', sql.lit('sign-in.denied'))
          .orderBy('at', 'desc')
          .limit(Math.max(1, Math.min(limit, MAXIMUM_PAGE)))
          .execute(),
      );
      return rows.map(({ text }) => parseAuditEventText(text));
    },
    verify: () => verifyChains(database),
  };
}

async function verifyChains(database: Database): ReturnType<AuditStore['verify']> {
  const chains = await database.read((db) =>
    db
      .selectFrom('audit_events')
      .select('chain')
      .union(db.selectFrom('audit_chains').select('chain'))
      .execute(),
  );
  let rows = 0;
  for (const { chain } of chains.sort((a, b) => (a.chain < b.chain ? -1 : 1))) {
    const walk = await verifyChain(database, chain);
    rows += walk.head.sequence;
    if (walk.firstBadSequence !== undefined) {
      return { rows, firstBadSequence: walk.firstBadSequence, firstBadChain: chain };
    }
  }
  return { rows, firstBadSequence: undefined };
}

async function verifyChain(database: Database, chain: string): Promise<ChainWalk> {
  // Read first: rows that are committed meanwhile lie beyond this end, and are not missed.
  const end = await endOf(database, chain);
  let head = EMPTY_CHAIN;
  for (;;) {
    const rows = await rowsAfter(database, chain, head);
    const walk = walkChain(rows, head);
    if (walk.firstBadSequence !== undefined) return walk;
    if (rows.length === 0) return reachesEnd(database, chain, { head, end });
    const atEnd = rows.find((row) => row.sequence === end.sequence);
    if (atEnd !== undefined && atEnd.hash !== end.hash) return { head, firstBadSequence: end.sequence };
    head = walk.head;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Rows that are missing at the end do not show in the rows that are there; nor does an end that is gone. */
async function reachesEnd(
  database: Database,
  chain: string,
  { head, end }: { readonly head: ChainHead; readonly end: ChainHead },
): Promise<ChainWalk> {
  if (head.sequence < end.sequence) return { head, firstBadSequence: head.sequence + 1 };
  const endIsGone = head.sequence > 0 && (await endOf(database, chain)).sequence === 0;
  return { head, firstBadSequence: endIsGone ? head.sequence : undefined };
}

async function endOf(database: Database, chain: string): Promise<ChainHead> {
  const row = await database.read((db) =>
    db.selectFrom('audit_chains').select(['sequence', 'hash']).where('chain', '=', chain).executeTakeFirst(),
  );
  return row ?? EMPTY_CHAIN;
}

function rowsAfter(database: Database, chain: string, head: ChainHead): Promise<AuditRow[]> {
  return database.read((db) =>
    db
      .selectFrom('audit_events')
      .selectAll()
      .where('chain', '=', chain)
      .where('sequence', '>', head.sequence)
      .orderBy('sequence')
      .limit(WALK_ROWS)
      .execute(),
  );
}
