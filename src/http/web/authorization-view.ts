import type { Authorization, AuthorizationKind } from '../../core/ports/authorizations.ts';
import { ago, ahead } from './time-words.ts';
import type { AuthorizationView } from './view-models.ts';

const KINDS: Readonly<Record<AuthorizationKind, string>> = {
  application: 'application',
  'on-behalf-of': 'application in your name',
  personal: 'personal token',
  'identity-center': 'AWS client',
  'aws-login': 'AWS client',
};

export function authorizationView(authorization: Authorization, now: Date): AuthorizationView {
  const { id, kind, label, facts, createdAt, usedAt, expiresAt } = authorization;
  return {
    label,
    kind: KINDS[kind],
    isPersonal: kind === 'personal',
    address: facts.sourceIp,
    roles: facts.roles,
    createdAt: createdAt.toISOString(),
    createdAgo: ago(createdAt, now),
    lastUsedAt: usedAt.toISOString(),
    lastUsedAgo: usedAt > createdAt ? ago(usedAt, now) : undefined,
    expiresAt: expiresAt.toISOString(),
    expiresAhead: ahead(expiresAt, now),
    endAction: `/tokens/${id}/end`,
  };
}
