import { BrokerError } from '../core/errors.ts';
import type { PersonKey, Standing } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Database } from './database.ts';
import type { SqlValue, Statement } from './write-unit.ts';

/**
 * The check runs in the transaction that records. On Postgres it holds the row until the commit: a revocation
 * on another node comes either before it, and is seen, or after what was recorded.
 */
export function standingChecks(database: Database): (standing: Standing, at: Date) => Statement[] {
  const texts = standingTexts(database);
  const expectOne = (sql: string, ...parameters: SqlValue[]): Statement => ({
    sql,
    parameters,
    expectRows: 1,
    readOnly: true,
  });
  return ({ kind, idHash, sessionIdHash, person }, at) => {
    const now = at.getTime();
    if (kind === 'sign-in-session') return [expectOne(texts.browserSession, idHash, now, now)];
    const checks = [expectOne(texts.token, idHash, 'access', now, now)];
    if (sessionIdHash !== undefined) checks.push(expectOne(texts.session, sessionIdHash, now));
    if (person !== undefined) {
      checks.push(expectOne(texts.person, person.connectorId, sha256Hex(person.subject)));
    }
    return checks;
  };
}

/** Of somebody who is not here: neither disabled nor refused by their provider. */
export function personCheck(database: Database, { connectorId, subject }: PersonKey): Statement {
  return {
    sql: standingTexts(database).person,
    parameters: [connectorId, sha256Hex(subject)],
    expectRows: 1,
    readOnly: true,
  };
}

export function standingEnded(standing: Standing | undefined): BrokerError {
  return new BrokerError(standing?.kind === 'access-token' ? 'token.invalid' : 'session.ended');
}

/** Built once; their parameters are given in the order of the text. */
function standingTexts({
  build,
  dialect,
}: Database): Record<'session' | 'browserSession' | 'token' | 'person', string> {
  const holdRow = dialect === 'postgres';
  const session = build
    .selectFrom('sign_in_sessions')
    .select('id_hash')
    .where('id_hash', '=', '')
    .where('absolute_expires_at', '>', 0)
    .where('revoked_at', 'is', null)
    .$if(holdRow, (query) => query.forShare());
  return {
    session: session.compile().sql,
    browserSession: session.where('idle_expires_at', '>', 0).compile().sql,
    token: build
      .selectFrom('tokens')
      .innerJoin('authorizations', 'authorizations.id', 'tokens.authorization_id')
      .select('tokens.id_hash')
      .where('tokens.id_hash', '=', '')
      .where('tokens.use', '=', 'access')
      .where('tokens.expires_at', '>', 0)
      .where('authorizations.expires_at', '>', 0)
      .where('authorizations.revoked_at', 'is', null)
      .$if(holdRow, (query) => query.forShare())
      .compile().sql,
    person: build
      .selectFrom('people')
      .select('subject_hash')
      .where('connector_id', '=', '')
      .where('subject_hash', '=', '')
      .where('refused_at', 'is', null)
      .where('disabled', 'is', null)
      .$if(holdRow, (query) => query.forShare())
      .compile().sql,
  };
}
