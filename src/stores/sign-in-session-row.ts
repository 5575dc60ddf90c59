/** A sign-in session as a row and back. What could be used elsewhere is sealed, bound to its row. */
import type { SignInSession } from '../core/ports/stores.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Sealer } from '../lib/seal.ts';
import { identityOf, identityText } from './person-text.ts';
import type { Schema } from './schema.ts';

export type SessionRow = Schema['sign_in_sessions'];

export function rowOf(session: SignInSession, sealer: Sealer): SessionRow {
  const { idHash, identity, authentication, providerSession } = session;
  return {
    id_hash: idHash,
    connector_id: identity.connectorId,
    subject_hash: sha256Hex(identity.subject),
    created_at: session.createdAt.getTime(),
    seen_at: session.seenAt.getTime(),
    idle_expires_at: session.idleExpiresAt.getTime(),
    absolute_expires_at: session.absoluteExpiresAt.getTime(),
    authenticated_at: authentication.at.getTime(),
    contexts: JSON.stringify(authentication.contexts),
    confirmed_at: session.confirmedAt.getTime(),
    provider_session_hash: providerSession === undefined ? null : sha256Hex(providerSession),
    source_ip: session.sourceIp ?? null,
    user_agent: session.userAgent ?? null,
    revoked_at: null,
    ...confirmedColumns(session, sealer),
  };
}

type Confirmable = Pick<SignInSession, 'idHash' | 'identity' | 'idToken' | 'connectorState'>;

/** The columns that an identity provider's later word may change. */
export function confirmedColumns(
  { idHash, identity, idToken, connectorState }: Confirmable,
  sealer: Sealer,
): Pick<SessionRow, 'identity' | 'id_token' | 'connector_state'> {
  return {
    identity: identityText(identity),
    id_token: idToken === undefined ? null : sealer.seal(idToken, sealContext('id_token', idHash)),
    connector_state:
      connectorState === undefined
        ? null
        : sealer.seal(JSON.stringify(connectorState), sealContext('connector_state', idHash)),
  };
}

export function sessionOf(row: SessionRow, sealer: Sealer): SignInSession {
  const { id_hash, id_token, connector_state } = row;
  return {
    ...listedSessionOf(row),
    ...(id_token === null ? {} : { idToken: sealer.open(id_token, sealContext('id_token', id_hash)) }),
    ...(connector_state === null
      ? {}
      : { connectorState: stateOf(sealer.open(connector_state, sealContext('connector_state', id_hash))) }),
  };
}

/** Without what is sealed. */
export function listedSessionOf(row: Omit<SessionRow, 'id_token' | 'connector_state'>): SignInSession {
  return {
    idHash: row.id_hash,
    identity: identityOf(row.identity),
    createdAt: new Date(row.created_at),
    seenAt: new Date(row.seen_at),
    idleExpiresAt: new Date(row.idle_expires_at),
    absoluteExpiresAt: new Date(row.absolute_expires_at),
    authentication: { at: new Date(row.authenticated_at), contexts: textsOf(row.contexts) },
    confirmedAt: new Date(row.confirmed_at),
    ...(row.source_ip === null ? {} : { sourceIp: row.source_ip }),
    ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
  };
}

function textsOf(json: string | null): readonly string[] {
  return json === null ? [] : (JSON.parse(json) as string[]);
}

function stateOf(json: string): Readonly<Record<string, string>> {
  return JSON.parse(json) as Record<string, string>;
}

function sealContext(column: 'id_token' | 'connector_state', idHash: string): string {
  return `sign_in_sessions/${column}/${idHash}`;
}
