/**
 * The way in while no identity provider answers: a sealed secret whose hash stands in the configuration opens one short
 * session that administers and gets no credentials. Off where no hash is named. Each secret opens once, so that one
 * that was seen is worth nothing; whatever happens here is meant to be noticed.
 */
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RateLimitStore, SignInSessionStore } from '../core/ports/stores.ts';
import { parseIpAddress, parseIpRange, rangeHolds } from '../iam/ip-address.ts';
import { sha256Hex } from '../lib/hash.ts';
import { isSameText } from '../lib/is-same-text.ts';
import { networkOf } from '../lib/network-of.ts';
import { Limiter } from './limiter.ts';
import { beginOwnSession } from './own-session.ts';
import { after } from './sign-in-session.ts';

interface BreakGlassSettings {
  /** `sha256:` and hex. */
  readonly secretHashes: readonly string[];
  readonly sessionMinutes: number;
  /** Addresses and subnets that it opens from; empty for all. */
  readonly networks: readonly string[];
}

export interface BreakGlass {
  readonly sessionSeconds: number;
  /**
   * @returns the value of the new session's cookie.
   * @throws BrokerError `break_glass.refused`, `request.too_many`
   */
  open(secret: string, origin: Origin): Promise<string>;
}

interface BreakGlassDependencies {
  readonly settings: BreakGlassSettings | undefined;
  readonly signInSessions: Pick<SignInSessionStore, 'create'>;
  readonly rateLimits: RateLimitStore;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** Somebody should be woken by it. */
  readonly alarm: (
    facts: { readonly reason?: string; readonly address: string | undefined },
    message: string,
  ) => void;
}

/** Wrong secrets of one network; beyond them none is looked at. */
const TRIES = { burst: 5, perMinute: 1 };
/** A used secret is remembered for longer than anybody keeps one. */
const REMEMBERED_SECONDS = 100 * 365 * 86_400;

export function createBreakGlass({
  settings,
  signInSessions,
  rateLimits: store,
  audit,
  clock,
  alarm,
}: BreakGlassDependencies): BreakGlass | undefined {
  if (settings === undefined) return undefined;
  const { secretHashes } = settings;
  const sessionSeconds = settings.sessionMinutes * 60;
  const networks = settings.networks.flatMap((text) => parseIpRange(text) ?? []);
  const tries = new Limiter('break-glass', { store, clock, limit: TRIES, atOnce: 1 });

  async function deny(reason: string, origin: Origin, hint?: string): Promise<never> {
    await tries.take(networkOf(origin.sourceIp));
    const detail = { severity: 'critical', reason };
    await audit.record({ name: 'break-glass.denied', at: clock.now(), origin, detail });
    alarm({ reason, address: origin.sourceIp }, 'break-glass was tried, and did not open');
    throw new BrokerError('break_glass.refused', hint === undefined ? {} : { hint });
  }

  function isAllowed({ sourceIp }: Origin): boolean {
    const address = sourceIp === undefined ? undefined : parseIpAddress(sourceIp);
    if (settings?.networks.length === 0) return true;
    return address !== undefined && networks.some((network) => rangeHolds(network, address));
  }

  return {
    sessionSeconds,
    async open(secret, origin) {
      tries.check(networkOf(origin.sourceIp));
      if (!isAllowed(origin)) return deny('from this network it does not open', origin);
      const shown = `sha256:${sha256Hex(secret)}`;
      const [known] = secretHashes.filter((hash) => isSameText(hash, shown));
      if (known === undefined) return deny('the secret is none of those in the configuration', origin);
      const now = clock.now();
      const cookie = await beginOwnSession(signInSessions, {
        which: 'break-glass',
        seconds: sessionSeconds,
        now,
        origin,
        spend: [{ scope: 'break-glass', value: known, expiresAt: after(now, REMEMBERED_SECONDS) }],
        event: {
          name: 'break-glass.used',
          detail: { severity: 'critical', endsAt: after(now, sessionSeconds).toISOString() },
        },
      }).catch((error: unknown) => {
        if (!(error instanceof BrokerError) || error.code !== 'sign_in.replayed') throw error;
        return deny('the secret was used before', origin, 'This secret was used before. Each opens once.');
      });
      alarm({ address: origin.sourceIp }, 'break-glass was used: somebody administers without a sign-in');
      return cookie;
    },
  };
}
