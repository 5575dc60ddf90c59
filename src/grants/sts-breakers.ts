/**
 * Which STS endpoints are worth asking. A region that is away is away for everybody, so that its calls fail over
 * at once; AWS throttles each caller by itself, so that one who is throttled holds up no other.
 */
import { BrokerError } from '../core/errors.ts';
import { CircuitBreaker, CircuitOpenError } from '../lib/circuit-breaker.ts';
import type { StsEndpoint } from './sts-endpoint.ts';

const PATIENCE = { faults: 5, firstPauseMs: 1_000, longestPauseMs: 8_000 };
/** Callers are as many as accounts and credential sources; whoever has been quiet starts anew. */
const MAXIMUM_CALLERS = 5_000;

export class StsBreakers {
  readonly #regions = new Map<string, CircuitBreaker>();
  readonly #callers = new Map<string, CircuitBreaker>();

  /**
   * @param caller whom AWS counts the call for.
   * @throws BrokerError of what keeps failing, without a call; else whatever `call` throws.
   */
  async run<Answer>(
    { url, region }: StsEndpoint,
    caller: string,
    call: (attempt: { readonly isTrial: boolean }) => Promise<Answer>,
  ): Promise<Answer> {
    const place = `${url.host} ${region}`;
    const ofRegion = breakerIn(this.#regions, place);
    const ofCaller = breakerIn(this.#callers, `${place} ${caller}`);
    try {
      return await ofCaller.run(() => ofRegion.run(call, isOutage), isThrottling);
    } catch (error) {
      throw error instanceof CircuitOpenError ? refusalOf(error) : error;
    }
  }
}

/** What another region may do better: nothing was said about the request itself. */
export function isOutage(error: unknown): boolean {
  return error instanceof BrokerError && (error.code === 'sts.unavailable' || error.code === 'sts.timeout');
}

function isThrottling(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'sts.throttled';
}

function breakerIn(breakers: Map<string, CircuitBreaker>, key: string): CircuitBreaker {
  const known = breakers.get(key);
  if (known !== undefined) return known;
  const [oldest] = breakers.keys();
  if (breakers.size >= MAXIMUM_CALLERS && oldest !== undefined) breakers.delete(oldest);
  const made = new CircuitBreaker(PATIENCE);
  breakers.set(key, made);
  return made;
}

function refusalOf({ fault, waitMs }: CircuitOpenError): BrokerError {
  const code = fault instanceof BrokerError ? fault.code : 'sts.unavailable';
  return new BrokerError(code, {
    detail: 'not asked: it has failed several times in a row',
    retryAfterSeconds: Math.ceil(waitMs / 1_000),
  });
}
