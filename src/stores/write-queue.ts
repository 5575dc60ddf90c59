/**
 * The way to the one writer: units wait here while the group before them is being committed, and go
 * together. A unit that is not acknowledged in time is answered `unavailable`; one that has not been sent
 * by then never is.
 */
import { messageOf } from './error-message.ts';
import type { Outcome, WriteUnit } from './write-unit.ts';

/** Commits units together. Never rejects for a fault of the database: that is an outcome. */
export type CommitUnits = (units: readonly WriteUnit[]) => Promise<readonly Outcome[]>;

export interface WriteQueueLimits {
  readonly timeoutMs: number;
  /** More than this many waiting are refused at once: memory and delay stay bounded. */
  readonly maximumWaiting: number;
  readonly maximumGroup: number;
}

const DEFAULT_LIMITS: WriteQueueLimits = { timeoutMs: 4000, maximumWaiting: 5000, maximumGroup: 256 };

/** How long a group gathers while the one before it was of several. */
const GATHER_MS = 5;

interface Entry {
  readonly unit: WriteUnit;
  readonly deadline: number;
  settled: boolean;
  readonly settle: (outcome: Outcome) => void;
}

export class WriteQueue {
  readonly #commit: CommitUnits;
  readonly #limits: WriteQueueLimits;
  #waiting: Entry[] = [];
  #committing: readonly Entry[] = [];
  #scheduled = false;
  #lastGroup = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(commit: CommitUnits, limits: Partial<WriteQueueLimits> = {}) {
    this.#commit = commit;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  write(unit: WriteUnit): Promise<Outcome> {
    if (this.#closed) return Promise.resolve(unavailable('the store is closed'));
    if (this.#waiting.length >= this.#limits.maximumWaiting) {
      return Promise.resolve(unavailable('too many writes are waiting'));
    }
    return new Promise((resolve) => {
      const deadline = performance.now() + this.#limits.timeoutMs;
      this.#waiting.push({ unit, deadline, settled: false, settle: resolve });
      this.#schedule();
      this.#watch();
    });
  }

  /** Refuses what is new and resolves once everything before has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * One turn of the event loop is waited for, so that requests which arrive together go together. While many
   * come, it is a moment longer: each commit costs both threads more than what a few more units do.
   */
  #schedule(): void {
    if (this.#scheduled || this.#committing.length > 0) return;
    this.#scheduled = true;
    const commit = (): void => {
      this.#scheduled = false;
      void this.#commitNext();
    };
    if (this.#lastGroup > 1) setTimeout(commit, GATHER_MS);
    else setImmediate(commit);
  }

  async #commitNext(): Promise<void> {
    const group = this.#waiting.splice(0, this.#limits.maximumGroup);
    if (group.length === 0) return;
    this.#committing = group;
    this.#lastGroup = group.length;
    const outcomes = await this.#outcomesOf(group);
    this.#committing = [];
    for (const [index, entry] of group.entries()) {
      settle(entry, outcomes[index] ?? unavailable('the writer gave no answer'));
    }
    if (this.#waiting.length > 0) this.#schedule();
    this.#tellIdle();
  }

  async #outcomesOf(group: readonly Entry[]): Promise<readonly Outcome[]> {
    try {
      return await this.#commit(group.map((entry) => entry.unit));
    } catch (error) {
      return group.map(() => unavailable(messageOf(error)));
    }
  }

  /** One timer, for whoever has waited longest. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const oldest = this.#committing.find((entry) => !entry.settled) ?? this.#waiting[0];
    if (oldest === undefined) return;
    const delay = Math.max(1, oldest.deadline - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#expire();
      this.#watch();
    }, delay);
    this.#timer.unref();
  }

  #expire(): void {
    const now = performance.now();
    const late = unavailable(`not acknowledged within ${this.#limits.timeoutMs} ms`);
    for (const entry of this.#committing) if (entry.deadline <= now) settle(entry, late);
    const firstInTime = this.#waiting.findIndex((entry) => entry.deadline > now);
    const expired = this.#waiting.splice(0, firstInTime === -1 ? this.#waiting.length : firstInTime);
    for (const entry of expired) settle(entry, late);
    this.#tellIdle();
  }

  /** A group whose every unit has been answered is not waited for: its writer may never come back. */
  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#committing.every((entry) => entry.settled);
  }

  #tellIdle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function settle(entry: Entry, outcome: Outcome): void {
  if (entry.settled) return;
  entry.settled = true;
  entry.settle(outcome);
}

function unavailable(detail: string): Outcome {
  return { status: 'unavailable', detail };
}
