/** An authorization as a row and back. Nothing in it is a secret: its tokens are kept as hashes. */
import type { Authorization, AuthorizationFacts, FoundToken } from '../core/ports/authorizations.ts';
import { sha256Hex } from '../lib/hash.ts';
import { personOf, personText } from './person-text.ts';
import type { Schema } from './schema.ts';

export type AuthorizationRow = Schema['authorizations'];

export function authorizationRow(authorization: Authorization): AuthorizationRow {
  const { id, kind, applicationId, owner, person, sessionIdHash, label, facts } = authorization;
  return {
    id,
    kind,
    application_id: applicationId ?? null,
    connector_id: owner?.connectorId ?? null,
    subject_hash: owner === undefined ? null : sha256Hex(owner.subject),
    person: person === undefined ? null : personText(person),
    session_hash: sessionIdHash ?? null,
    label,
    facts: JSON.stringify({ ...facts, subject: owner?.subject }),
    created_at: authorization.createdAt.getTime(),
    used_at: authorization.usedAt.getTime(),
    expires_at: authorization.expiresAt.getTime(),
    revoked_at: null,
  };
}

export function authorizationOf(row: AuthorizationRow): Authorization {
  const { subject, ...facts } = JSON.parse(row.facts) as AuthorizationFacts & { readonly subject?: string };
  return {
    id: row.id,
    kind: row.kind,
    ...(row.application_id === null ? {} : { applicationId: row.application_id }),
    ...(row.connector_id === null || subject === undefined
      ? {}
      : { owner: { connectorId: row.connector_id, subject } }),
    ...(row.person === null ? {} : { person: personOf(row.person) }),
    ...(row.session_hash === null ? {} : { sessionIdHash: row.session_hash }),
    label: row.label,
    facts,
    createdAt: new Date(row.created_at),
    usedAt: new Date(row.used_at),
    expiresAt: new Date(row.expires_at),
  };
}

export type TokenRow = AuthorizationRow &
  Pick<Schema['tokens'], 'replaced_at'> & { readonly token_expires_at: number };

export function foundTokenOf(row: TokenRow): FoundToken {
  return {
    authorization: authorizationOf(row),
    expiresAt: new Date(row.token_expires_at),
    ...(row.replaced_at === null ? {} : { replacedAt: new Date(row.replaced_at) }),
  };
}
