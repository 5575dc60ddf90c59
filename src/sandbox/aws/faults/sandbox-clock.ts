/** Ten years, so that every date stays one that all formats can hold. */
export const MAX_OFFSET_SECONDS = 10 * 366 * 86_400;

/** The time at the sandbox's AWS, which a test can move: to see what expires, and what a wrong clock breaks. */
export class SandboxClock {
  readonly #time: () => Date;
  #offsetSeconds = 0;

  constructor(time: () => Date) {
    this.#time = time;
  }

  now(): Date {
    return new Date(this.#time().getTime() + this.#offsetSeconds * 1000);
  }

  get offsetSeconds(): number {
    return this.#offsetSeconds;
  }

  set offsetSeconds(seconds: number) {
    if (!Number.isFinite(seconds) || Math.abs(seconds) > MAX_OFFSET_SECONDS) {
      throw new RangeError(`the clock moves by ${MAX_OFFSET_SECONDS} seconds at most`);
    }
    this.#offsetSeconds = seconds;
  }
}
