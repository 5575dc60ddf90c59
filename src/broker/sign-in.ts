/** From leaving for an identity provider to a new sign-in session; `sign-in-session` is what follows. */
import type { AuditEvent, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type {
  AuditStore,
  OneTimeValue,
  SignInFlow,
  SignInFlowStore,
  SignInSession,
  SignInSessionStore,
} from '../core/ports/stores.ts';
import { principalId, type Authentication, type Identity } from '../core/principal.ts';
import { demandOf, type RequiredAuthentication } from '../core/required-authentication.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { RateLimits } from './rate-limits.ts';
import { after, principalOf, type SessionLife, type SignedIn } from './sign-in-session.ts';

/** A person has this long between leaving for the identity provider and coming back. */
export const FLOW_SECONDS = 600;

export interface SignInDependencies {
  readonly flows: SignInFlowStore;
  readonly sessions: SignInSessionStore;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly life: SessionLife;
  readonly limits: Pick<RateLimits, 'admitAnswer' | 'answerFailed'>;
}

export interface Proven {
  readonly identity: Identity;
  readonly authentication: Authentication;
  readonly spend: readonly OneTimeValue[];
  readonly idToken?: string;
  readonly providerSession?: string;
  /** The session ends then at the latest: its provider says so. */
  readonly endsAt?: Date;
  readonly connectorState?: Readonly<Record<string, string>>;
}

export interface SignInWish {
  readonly connectorId: string;
  /** The value of the browser's flow cookie. */
  readonly browser: string;
  readonly returnTo: string;
  readonly values: Readonly<Record<string, string>>;
  /** What the role that the person is on their way to asks of the sign-in. */
  readonly required?: RequiredAuthentication | undefined;
  /** Who the browser is signed in as when it leaves. */
  readonly previous?: SignedIn | undefined;
}

/** How a proof came here: in answer to a flow of ours, or started by the provider. */
export interface Arrival {
  readonly flow: SignInFlow | undefined;
  /** Who the browser was signed in as when it brought the proof; another site's POST does not say. */
  readonly previous: SignedIn | undefined;
}

export interface Refusal {
  readonly connectorId: string;
  readonly error: BrokerError;
  /** The flow of this browser's that the message answers. */
  readonly flow?: SignInFlow | undefined;
}

export interface SignIn {
  /** Remembers a new flow. */
  start(wish: SignInWish): Promise<SignInFlow>;
  /**
   * The flow that a message claims to answer, if this browser began it. It is not consumed.
   *
   * @throws BrokerError `request.too_many` for messages that are not worth a look
   */
  findFlow(lookup: {
    readonly flowId: string | undefined;
    readonly browser: string | undefined;
    readonly connectorId: string;
    readonly origin: Origin;
  }): Promise<SignInFlow | undefined>;
  /**
   * Begins a session, always a new one, and ends the one that the browser had before.
   *
   * @returns the new session cookie's value.
   * @throws BrokerError `sign_in.replayed`
   */
  complete(arrival: Arrival, proven: Proven, origin: Origin): Promise<string>;
  /** Records why a sign-in was refused. @throws BrokerError `request.too_many` where that happens too often. */
  deny(refusal: Refusal, origin: Origin): Promise<void>;
}

/** Whether a text could be a flow's id, live or long over. Nothing that names a flow is ever taken for unsolicited. */
export function looksLikeFlowId(text: string | undefined): boolean {
  return text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text);
}

export function createSignIn(dependencies: SignInDependencies): SignIn {
  const { flows, sessions, audit, clock, life, limits } = dependencies;
  return {
    async start(wish) {
      const flow = newFlow(wish, clock.now());
      await flows.create(flow);
      return flow;
    },

    async findFlow({ flowId, browser, connectorId, origin }) {
      const isComplete = flowId !== undefined && browser !== undefined;
      const flow = isComplete ? await flows.find(flowId, clock.now()) : undefined;
      const isOurs =
        isComplete && flow?.browserHash === sha256Hex(browser) && flow.connectorId === connectorId;
      limits.admitAnswer(origin.sourceIp, isOurs ? flow.id : undefined);
      return isOurs ? flow : undefined;
    },

    async complete(arrival, { spend, endsAt, ...facts }, origin) {
      refuseOtherPerson(arrival, facts.identity);
      const cookie = randomToken();
      const session = newSession(sha256Hex(cookie), { facts, endsAt, origin, life, now: clock.now() });
      await sessions.create({
        session,
        flowId: arrival.flow?.id,
        spend,
        event: completed(session, arrival, origin),
      });
      await endPrevious(sessions, arrival, { origin, now: clock.now() });
      return cookie;
    },

    async deny({ connectorId, error, flow }, origin) {
      await limits.answerFailed(error, { address: origin.sourceIp, flowId: flow?.id });
      const detail = { connector: connectorId, reason: error.code, detail: error.detail ?? null };
      await audit.record({ name: 'sign-in.denied', at: clock.now(), origin, detail });
    },
  };
}

function newFlow({ browser, required, previous, ...wish }: SignInWish, now: Date): SignInFlow {
  const demand = demandOf(required, now);
  return {
    ...wish,
    id: randomToken(),
    browserHash: sha256Hex(browser),
    ...(demand === undefined ? {} : { demand }),
    ...(previous === undefined ? {} : { replaces: previous.session.idHash }),
    expiresAt: after(now, FLOW_SECONDS),
  };
}

/**
 * Nobody asked for a sign-in that the provider started, so it never takes the place of another person's: whoever
 * is signed in would go on in a stranger's name without noticing. Who really wants to change signs out first.
 */
function refuseOtherPerson({ flow, previous }: Arrival, identity: Identity): void {
  if (flow !== undefined || previous === undefined) return;
  const { connectorId, subject } = previous.session.identity;
  if (connectorId === identity.connectorId && subject === identity.subject) return;
  throw new BrokerError('saml.no_flow', {
    detail: 'unsolicited, while somebody else is signed in',
    hint: 'Somebody else is signed in to Daypass in this browser. Sign out first, then try again.',
  });
}

interface Beginning {
  readonly facts: Omit<Proven, 'spend' | 'endsAt'>;
  readonly endsAt: Date | undefined;
  readonly origin: Origin;
  readonly life: SessionLife;
  readonly now: Date;
}

function newSession(idHash: string, { facts, endsAt, origin, life, now }: Beginning): SignInSession {
  const longest = after(now, life.absoluteSeconds);
  return {
    ...facts,
    ...(origin.sourceIp === undefined ? {} : { sourceIp: origin.sourceIp }),
    ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent }),
    idHash,
    createdAt: now,
    confirmedAt: now,
    seenAt: now,
    idleExpiresAt: after(now, life.idleSeconds),
    absoluteExpiresAt: endsAt !== undefined && endsAt < longest ? endsAt : longest,
  };
}

function completed(session: SignInSession, { flow }: Arrival, origin: Origin): AuditEvent {
  const { identity, authentication, createdAt } = session;
  return {
    name: 'sign-in.completed',
    at: createdAt,
    principal: principalId(principalOf(session)),
    origin,
    detail: {
      connector: identity.connectorId,
      groups: identity.groups,
      authenticatedAt: authentication.at.toISOString(),
      contexts: authentication.contexts,
      ...(flow === undefined ? { unsolicited: true } : {}),
    },
  };
}

/** A cookie that is replaced must not go on elsewhere: whoever had a copy of it would keep the session. */
async function endPrevious(
  sessions: SignInSessionStore,
  { flow, previous }: Arrival,
  { origin, now }: { readonly origin: Origin; readonly now: Date },
): Promise<void> {
  for (const idHash of new Set([flow?.replaces, previous?.session.idHash])) {
    const replaced = idHash === undefined ? undefined : await sessions.find(idHash, now);
    if (replaced === undefined) continue;
    await sessions.revoke(replaced.idHash, {
      name: 'session.revoked',
      at: now,
      principal: principalId(principalOf(replaced)),
      origin,
      detail: { connector: replaced.identity.connectorId, cause: 'signed-in-again', sessions: 1 },
    });
  }
}
