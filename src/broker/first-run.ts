/**
 * An installation that nobody administers yet. Whoever reads the console that it was started on gets a code; the code
 * opens one session, which sets up what is needed for a first administrator, each step as a version of the catalogue
 * like any other. With the first administrator its authority is over (`core/authority`), and so is the door.
 */
import type { Origin } from '../core/audit-event.ts';
import { hasFullAdministrator } from '../core/authority.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { isOwnAdministrator, OWN_ADMINISTRATORS } from '../core/own-administrators.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimitStore, SignInFlowStore, SignInSessionStore } from '../core/ports/stores.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import { networkOf } from '../lib/network-of.ts';
import type { CatalogueAdministration } from './administer-catalogue.ts';
import type { Asker } from './administrators.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import { Limiter } from './limiter.ts';
import { beginOwnSession } from './own-session.ts';
import { after, type SignedIn, type SignInSessions } from './sign-in-session.ts';

export interface FirstRun {
  readonly sessionSeconds: number;
  /** A new code, for the console alone; undefined where there is an administrator. */
  invite(): Promise<string | undefined>;
  isOpen(): Promise<boolean>;
  /** @returns the value of the new session's cookie. @throws BrokerError `first_run.code`, `request.too_many` */
  begin(code: string, origin: Origin): Promise<string>;
  /** Who the cookie speaks for, while it is a first run's. */
  resume(cookie: string, origin: Origin): Promise<SignedIn | undefined>;
  read(asker: Asker): Promise<Catalogue>;
  /** One step: the catalogue with something added. @throws BrokerError `catalogue.refused`, `administration.forbidden` */
  change(asker: Asker, reason: string, edit: (catalogue: Catalogue) => unknown): Promise<void>;
}

interface FirstRunDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly administration: { readonly catalogue: CatalogueAdministration };
  readonly sessions: Pick<SignInSessions, 'resume'>;
  readonly signInFlows: SignInFlowStore;
  readonly signInSessions: Pick<SignInSessionStore, 'create'>;
  readonly rateLimits: RateLimitStore;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

/** A code that nobody used is worth nothing after this; a restart prints another. */
const CODE_SECONDS = 3_600;
const SESSION_SECONDS = 3_600;
/** Wrong codes of one network; beyond them none is looked at. */
const TRIES = { burst: 5, perMinute: 1 };

const { connectorId } = OWN_ADMINISTRATORS['first-run'];

export function createFirstRun(dependencies: FirstRunDependencies): FirstRun {
  const { catalogue, administration, sessions, signInFlows, clock } = dependencies;
  const isOpen = async (): Promise<boolean> => !hasFullAdministrator((await catalogue.current()).catalogue);
  const redeem = redeemer(dependencies);
  return {
    sessionSeconds: SESSION_SECONDS,
    isOpen,

    async invite() {
      if (!(await isOpen())) return undefined;
      // A flow of its own kind: the store keeps the code's hash alone, for a while, and ends it with its session.
      const code = randomToken();
      await signInFlows.create({
        id: code,
        connectorId,
        browserHash: sha256Hex(code),
        returnTo: '/first-run',
        values: {},
        expiresAt: after(clock.now(), CODE_SECONDS),
      });
      return code;
    },

    async begin(code, origin) {
      if (!(await isOpen())) throw new BrokerError('request.not_found');
      return redeem(code, origin);
    },

    async resume(cookie, origin) {
      const signedIn = await sessions.resume(cookie, origin);
      const isOurs = signedIn !== undefined && isOwnAdministrator('first-run', signedIn.principal);
      return isOurs ? signedIn : undefined;
    },

    read: async (asker) => (await administration.catalogue.read(asker)).catalogue,

    async change(asker, reason, edit) {
      const { version, catalogue: present } = await administration.catalogue.read(asker);
      await administration.catalogue.apply(asker, edit(present), { expectedVersion: version, reason });
    },
  };
}

function redeemer({
  signInFlows,
  signInSessions,
  rateLimits,
  audit,
  clock,
}: FirstRunDependencies): FirstRun['begin'] {
  const tries = new Limiter('first-run', { store: rateLimits, clock, limit: TRIES, atOnce: 1 });

  async function deny(origin: Origin): Promise<never> {
    await tries.take(networkOf(origin.sourceIp));
    await audit.record({
      name: 'first-run.denied',
      at: clock.now(),
      origin,
      detail: { severity: 'critical' },
    });
    throw new BrokerError('first_run.code');
  }

  return async (code, origin) => {
    tries.check(networkOf(origin.sourceIp));
    const now = clock.now();
    const flow = await signInFlows.find(code, now);
    if (flow?.connectorId !== connectorId) return deny(origin);
    return beginOwnSession(signInSessions, {
      which: 'first-run',
      seconds: SESSION_SECONDS,
      now,
      origin,
      flowId: flow.id,
      event: { name: 'first-run.started', detail: { severity: 'critical' } },
    }).catch((error: unknown) => {
      if (!(error instanceof BrokerError) || error.code !== 'sign_in.replayed') throw error;
      return deny(origin);
    });
  };
}
