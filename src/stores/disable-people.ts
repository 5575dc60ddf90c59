/** How people are disabled, with all that acts for them, and enabled again. */
import type { Disabling, PeopleStore } from '../core/ports/people.ts';
import type { PersonKey } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { revokedAt } from './end-sign-in-sessions.ts';
import { standingChecks, standingEnded } from './standing-checks.ts';
import { auditEntry, type Statement } from './write-unit.ts';

export function disablePeople(database: Database): Pick<PeopleStore, 'disable' | 'enable'> {
  const check = standingChecks(database);
  const change = async (
    statements: readonly Statement[],
    { standing, event }: Parameters<PeopleStore['enable']>[1],
  ): Promise<boolean> => {
    const checks = check(standing, event.at);
    const result = await database.write([...checks, ...statements], [auditEntry(event)]);
    if (result.status === 'unmet' && result.statement < checks.length) throw standingEnded(standing);
    return result.status === 'committed';
  };
  return {
    disable: (person, disabling, told) =>
      change([mark(database, person, disabling), ...endAll(database, person, disabling.at)], told),
    enable: (person, told) => change([mark(database, person, undefined)], told),
  };
}

export function disablingOf(json: string): Disabling {
  const { at, ...rest } = JSON.parse(json) as Omit<Disabling, 'at'> & { readonly at: number };
  return { ...rest, at: new Date(at) };
}

/** Comes first: on Postgres it waits for a sign-in that is being written, whose session then ends with the others. */
function mark(
  database: Database,
  { connectorId, subject }: PersonKey,
  disabling: Disabling | undefined,
): Statement {
  const disabled =
    disabling === undefined ? null : JSON.stringify({ ...disabling, at: disabling.at.getTime() });
  const update = database.build
    .updateTable('people')
    .set({ disabled })
    .where('connector_id', '=', connectorId)
    .where('subject_hash', '=', sha256Hex(subject))
    .where('disabled', disabling === undefined ? 'is not' : 'is', null);
  return statement(update, 1);
}

function endAll(database: Database, { connectorId, subject }: PersonKey, at: Date): Statement[] {
  const subjectHash = sha256Hex(subject);
  const sessions = database.build
    .updateTable('sign_in_sessions')
    .set(revokedAt(at))
    .where('connector_id', '=', connectorId)
    .where('subject_hash', '=', subjectHash)
    .where('revoked_at', 'is', null);
  const authorizations = database.build
    .updateTable('authorizations')
    .set({ revoked_at: at.getTime() })
    .where('connector_id', '=', connectorId)
    .where('subject_hash', '=', subjectHash)
    .where('revoked_at', 'is', null);
  return [statement(sessions), statement(authorizations)];
}
