/** A sign-in session for an administrator whom no identity provider vouches for: an ordinary one but for who it is. */
import type { AuditEventName, JsonValue, Origin } from '../core/audit-event.ts';
import { OWN_ADMINISTRATORS } from '../core/own-administrators.ts';
import type { OneTimeValue, SignInSession, SignInSessionStore } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import { after, principalOf } from './sign-in-session.ts';

interface OwnSession {
  readonly which: keyof typeof OWN_ADMINISTRATORS;
  readonly seconds: number;
  readonly now: Date;
  readonly origin: Origin;
  /** What it was opened with: used up with this, by one session alone. */
  readonly flowId?: string;
  readonly spend?: readonly OneTimeValue[];
  readonly event: { readonly name: AuditEventName; readonly detail: Readonly<Record<string, JsonValue>> };
}

/** @returns the cookie's value. @throws BrokerError `sign_in.replayed` */
export async function beginOwnSession(
  store: Pick<SignInSessionStore, 'create'>,
  { which, seconds, now, origin, flowId, spend = [], event }: OwnSession,
): Promise<string> {
  const cookie = randomToken();
  const endsAt = after(now, seconds);
  const session: SignInSession = {
    idHash: sha256Hex(cookie),
    identity: OWN_ADMINISTRATORS[which],
    authentication: { at: now, contexts: [] },
    ...(origin.sourceIp === undefined ? {} : { sourceIp: origin.sourceIp }),
    ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent }),
    createdAt: now,
    confirmedAt: now,
    seenAt: now,
    idleExpiresAt: endsAt,
    absoluteExpiresAt: endsAt,
  };
  const principal = principalId(principalOf(session));
  await store.create({ session, flowId, spend, event: { ...event, at: now, principal, origin } });
  return cookie;
}
