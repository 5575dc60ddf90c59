/**
 * A refresh token is exchanged once. Its successor is computed from it, by a key that only we have: several programs
 * share one file of tokens, so for a moment the one before still works, and whoever comes with it gets the very
 * refresh token that the first one got. There is never more than one that goes on. Later, it was stolen (RFC 9700
 * section 4.14.2), and all that came of it ends.
 */
import type { AuditEvent, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Authorization, AuthorizationStore, FoundToken } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import { principalId } from '../core/principal.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { KeyedHash } from '../lib/keyed-hash.ts';
import type { KnownClient } from './client-registrations.ts';
import { newTokenPair, REFRESH_PREFIX, type IssuedClientTokens } from './client-token-pair.ts';
import { after, principalOf, type SignInSessions } from './sign-in-session.ts';

const GRACE_SECONDS = 60;

/** @throws BrokerError `token.refresh` */
export type RenewClientTokens = (
  client: KnownClient,
  refreshToken: string,
  origin: Origin,
) => Promise<IssuedClientTokens>;

export interface RenewDependencies {
  readonly authorizations: AuthorizationStore;
  readonly sessions: Pick<SignInSessions, 'resumeStanding'>;
  readonly clock: Clock;
  readonly hash: KeyedHash;
}

export function createRenewClientTokens(dependencies: RenewDependencies): RenewClientTokens {
  const { authorizations, clock, hash } = dependencies;

  async function find(client: KnownClient, idHash: string): Promise<FoundToken> {
    const found = await authorizations.findByToken(idHash, 'refresh', clock.now());
    if (
      found?.authorization.kind !== 'identity-center' ||
      found.authorization.facts.clientId !== client.idHash
    )
      throw new BrokerError('token.refresh');
    return found;
  }

  async function assertInGrace({ authorization, replacedAt }: FoundToken, origin: Origin): Promise<void> {
    const at = clock.now();
    if (replacedAt === undefined || at < after(replacedAt, GRACE_SECONDS)) return;
    const detail = { kind: 'identity-center', cause: 'refresh-token-reuse', client: authorization.label };
    await authorizations.revoke(authorization.id, { name: 'access-token.revoked', at, origin, detail });
    throw new BrokerError('token.refresh', { detail: 'reuse: the token had been replaced' });
  }

  return async (client, refreshToken, origin) => {
    const idHash = sha256Hex(refreshToken);
    const found = await find(client, idHash);
    await assertInGrace(found, origin);
    const { authorization } = found;
    const person = await personOf(dependencies, authorization, origin);
    const next = REFRESH_PREFIX + hash(`after ${refreshToken}`);
    const now = clock.now();
    const { issued, access, refresh } = newTokenPair({ now, endsAt: authorization.expiresAt }, next);
    const event: AuditEvent = {
      name: 'access-token.renewed',
      at: now,
      principal: person,
      origin,
      detail: {
        kind: 'identity-center',
        client: authorization.label,
        expiresInSeconds: issued.expiresInSeconds,
      },
    };
    const { id } = authorization;
    if (found.replacedAt === undefined) {
      const isFirst = await authorizations.addTokens(id, {
        tokens: [access, refresh],
        replaces: idHash,
        event,
      });
      if (isFirst) return issued;
      // Somebody else was first, a moment ago, or it has ended meanwhile.
      await assertInGrace(await find(client, idHash), origin);
    }
    if (await authorizations.addTokens(id, { tokens: [access], event })) return issued;
    throw new BrokerError('token.refresh');
  };
}

async function personOf(
  { sessions }: RenewDependencies,
  { sessionIdHash }: Authorization,
  origin: Origin,
): Promise<string> {
  const session =
    sessionIdHash === undefined ? undefined : await sessions.resumeStanding(sessionIdHash, origin);
  if (session === undefined) throw new BrokerError('token.refresh', { detail: 'the session has ended' });
  return principalId(principalOf(session));
}
