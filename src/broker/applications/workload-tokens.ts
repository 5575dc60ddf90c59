/**
 * For doors to which a workload brings its platform's token each time, instead of an access token of ours: the token is
 * exchanged once and what came of it is used again, so that a record is one of the exchange and not of every request.
 */
import type { Origin } from '../../core/audit-event.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { CatalogueSource } from '../catalogue-source.ts';
import { ACCESS_TOKEN_PREFIX, type IssueAccessToken } from './issue-access-token.ts';

export interface WorkloadTokens {
  /**
   * @param bearer a workload's token; whatever is no signed token comes back as it is.
   * @returns an access token of ours, to be resumed as any other.
   * @throws BrokerError `client.invalid`, `request.too_many`, `idp.*`
   */
  admit(bearer: string, origin: Origin): Promise<string>;
}

export interface WorkloadTokensDependencies {
  readonly issueAccessToken: IssueAccessToken;
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly clock: Clock;
}

/** As many workloads as one node answers; whoever is forgotten is admitted anew. */
const MAXIMUM_KNOWN = 10_000;
/** Whoever uses it does so within this. */
const MARGIN_MS = 5_000;

interface Admitted {
  readonly accessToken: string;
  /** In milliseconds since 1970. */
  readonly usableUntil: number;
}

export function createWorkloadTokens(dependencies: WorkloadTokensDependencies): WorkloadTokens {
  const { issueAccessToken, catalogue, clock } = dependencies;
  const known = new Map<string, Promise<Admitted>>();

  async function exchange(assertion: string, origin: Origin): Promise<Admitted> {
    const shown = { kind: 'workload', assertion } as const;
    const { accessToken, expiresInSeconds } = await issueAccessToken({ shown }, origin);
    return { accessToken, usableUntil: clock.now().getTime() + expiresInSeconds * 1_000 - MARGIN_MS };
  }

  function exchangeShared(name: string, bearer: string, origin: Origin): Promise<Admitted> {
    const admitting = exchange(bearer, origin);
    known.set(name, admitting);
    const [oldest] = known.keys();
    if (known.size > MAXIMUM_KNOWN && oldest !== undefined) known.delete(oldest);
    // A failure is nobody's but those who waited for it.
    admitting.catch(() => known.delete(name));
    return admitting;
  }

  return {
    async admit(bearer, origin) {
      if (bearer.startsWith(ACCESS_TOKEN_PREFIX) || bearer.split('.').length !== 3) return bearer;
      // Of another catalogue it might be somebody else's.
      const name = `${(await catalogue.current()).version} ${sha256Hex(bearer)}`;
      const admitted = await known.get(name);
      if (admitted !== undefined && clock.now().getTime() < admitted.usableUntil) return admitted.accessToken;
      return (await exchangeShared(name, bearer, origin)).accessToken;
    },
  };
}
