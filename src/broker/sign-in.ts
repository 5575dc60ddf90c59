/** From leaving for an identity provider to a new sign-in session; `sign-in-session` is what follows. */
import type { Origin } from '../core/audit-event.ts';
import type { BrokerError } from '../core/errors.ts';
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
import { after, principalOf, type SessionLife } from './sign-in-session.ts';

/** A person has this long between leaving for the identity provider and coming back. */
export const FLOW_SECONDS = 600;
export interface SignInDependencies {
  readonly flows: SignInFlowStore;
  readonly sessions: SignInSessionStore;
  readonly audit: AuditStore;
  readonly clock: Clock;
  readonly life: SessionLife;
}

export interface Proven {
  readonly identity: Identity;
  readonly authentication: Authentication;
  readonly spend: readonly OneTimeValue[];
  readonly idToken?: string;
  readonly providerSession?: string;
  readonly connectorState?: Readonly<Record<string, string>>;
}

interface SignInWish {
  readonly connectorId: string;
  /** The value of the browser's flow cookie. */
  readonly browser: string;
  readonly returnTo: string;
  readonly values: Readonly<Record<string, string>>;
  /** What the role that the person is on their way to asks of the sign-in. */
  readonly required?: RequiredAuthentication | undefined;
}

export interface SignIn {
  /** Remembers a new flow. */
  start(wish: SignInWish): Promise<SignInFlow>;
  /** The flow that a message claims to answer, if this browser began it. It is not consumed. */
  findFlow(lookup: {
    readonly flowId: string | undefined;
    readonly browser: string | undefined;
    readonly connectorId: string;
  }): Promise<SignInFlow | undefined>;
  /** @returns the new session cookie's value. @throws BrokerError `sign_in.replayed` */
  complete(flow: SignInFlow, proven: Proven, origin: Origin): Promise<string>;
  /** Records why a sign-in was refused. */
  deny(connectorId: string, error: BrokerError, origin: Origin): Promise<void>;
}

export function createSignIn({ flows, sessions, audit, clock, life }: SignInDependencies): SignIn {
  return {
    async start(wish) {
      const flow = newFlow(wish, clock.now());
      await flows.create(flow);
      return flow;
    },

    async findFlow({ flowId, browser, connectorId }) {
      if (flowId === undefined || browser === undefined) return undefined;
      const flow = await flows.find(flowId, clock.now());
      const ours = flow?.browserHash === sha256Hex(browser) && flow.connectorId === connectorId;
      return ours ? flow : undefined;
    },

    async complete(flow, { spend, ...proven }, origin) {
      const cookie = randomToken();
      const now = clock.now();
      const idHash = sha256Hex(cookie);
      const session: SignInSession = {
        ...proven,
        ...(origin.sourceIp === undefined ? {} : { sourceIp: origin.sourceIp }),
        ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent }),
        idHash,
        createdAt: now,
        confirmedAt: now,
        seenAt: now,
        idleExpiresAt: after(now, life.idleSeconds),
        absoluteExpiresAt: after(now, life.absoluteSeconds),
      };
      await sessions.create({
        session,
        flowId: flow.id,
        spend,
        event: {
          name: 'sign-in.completed',
          at: now,
          principal: principalId(principalOf(session)),
          origin,
          detail: {
            connector: flow.connectorId,
            groups: proven.identity.groups,
            authenticatedAt: proven.authentication.at.toISOString(),
            contexts: proven.authentication.contexts,
          },
        },
      });
      return cookie;
    },

    async deny(connectorId, error, origin) {
      const detail = { connector: connectorId, reason: error.code, detail: error.detail ?? null };
      await audit.record({ name: 'sign-in.denied', at: clock.now(), origin, detail });
    },
  };
}

function newFlow({ browser, required, ...wish }: SignInWish, now: Date): SignInFlow {
  const demand = demandOf(required, now);
  return {
    ...wish,
    id: randomToken(),
    browserHash: sha256Hex(browser),
    ...(demand === undefined ? {} : { demand }),
    expiresAt: after(now, FLOW_SECONDS),
  };
}
