/**
 * Stops asking a service that only fails: after several faults in a row callers are told at once, and one call
 * at a time tries whether it is back, after pauses that grow. Any answer that is no fault closes it.
 */
interface CircuitBreakerOptions {
  /** As many faults in a row open it. */
  readonly faults: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/** Thrown in place of a call that was not made. */
export class CircuitOpenError extends Error {
  /** What the service did last. */
  readonly fault: unknown;
  readonly waitMs: number;

  constructor(fault: unknown, waitMs: number) {
    super('the service has failed several times in a row');
    this.name = 'CircuitOpenError';
    this.fault = fault;
    this.waitMs = waitMs;
  }
}

export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #now: () => number;
  #faults = 0;
  #lastFault: unknown;
  #pauseMs = 0;
  #opensAt = 0;
  #trying = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * @param isFault whether what was thrown is the service's failure, and not an answer.
   * @throws CircuitOpenError without having called; else whatever `call` throws.
   */
  async run<Answer>(
    call: (attempt: { readonly isTrial: boolean }) => Promise<Answer>,
    isFault: (error: unknown) => boolean,
  ): Promise<Answer> {
    const isTrial = this.#isOpen();
    if (isTrial) this.#beginTrial();
    try {
      const answer = await call({ isTrial });
      this.#close();
      return answer;
    } catch (error) {
      if (isFault(error)) this.#fail(error, isTrial);
      else this.#close();
      throw error;
    } finally {
      if (isTrial) this.#trying = false;
    }
  }

  #isOpen(): boolean {
    return this.#faults >= this.#options.faults;
  }

  #beginTrial(): void {
    const waitMs = this.#opensAt - this.#now();
    if (waitMs > 0 || this.#trying) {
      throw new CircuitOpenError(this.#lastFault, Math.max(waitMs, this.#options.firstPauseMs));
    }
    this.#trying = true;
  }

  #fail(fault: unknown, isTrial: boolean): void {
    const wasOpen = this.#isOpen();
    this.#faults += 1;
    this.#lastFault = fault;
    // Calls that were under way when it opened say nothing new.
    if (!this.#isOpen() || (wasOpen && !isTrial)) return;
    const { firstPauseMs, longestPauseMs } = this.#options;
    this.#pauseMs = Math.min(wasOpen ? this.#pauseMs * 2 : firstPauseMs, longestPauseMs);
    this.#opensAt = this.#now() + this.#pauseMs;
  }

  #close(): void {
    if (this.#faults === 0) return;
    this.#faults = 0;
    this.#lastFault = undefined;
  }
}
