/**
 * What was answered to a proof of a key, while that proof could come again. Some clients make one proof and send it
 * with every try, so that after a lost answer the same request must get the same answer; whoever sends the proof
 * with anything else has only copied it. In memory alone, as the answers hold credentials.
 */
import { BrokerError } from '../core/errors.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { OneTimeValue } from '../core/ports/stores.ts';

/** That somebody holds a key, shown for one request (RFC 9449). */
export interface KeyProof {
  /** Of the key: RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
  readonly id: string;
  /** From when on it proves nothing more. */
  readonly expiresAt: Date;
}

/** For the other nodes, which refuse what this one has answered. */
export function proofAsValue({ thumbprint, id, expiresAt }: KeyProof): OneTimeValue {
  return { scope: 'dpop-proof', value: `${thumbprint} ${id}`, expiresAt };
}

interface Work<Spent, Answer> {
  /** What can be done once. Whoever it fails for may try again. */
  spend(): Promise<Spent>;
  /** Before an answer is given again. */
  assertStanding(spent: Spent): Promise<void>;
  /** What may be tried again as long as it fails. */
  issue(spent: Spent): Promise<Answer>;
}

interface Entry<Spent, Answer> {
  readonly bodyHash: string;
  readonly expiresAt: Date;
  readonly spent: Promise<Spent>;
  answer: Promise<Answer> | undefined;
}

/** Some megabytes. What had to be forgotten is refused when it comes again. */
const MAXIMUM_ENTRIES = 2_000;

export class AnsweredProofs<Spent, Answer> {
  readonly #entries = new Map<string, Entry<Spent, Answer>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BrokerError `proof.replayed` if the proof came with another body before; whatever the work throws. */
  async answer(proof: KeyProof, bodyHash: string, work: Work<Spent, Answer>): Promise<Answer> {
    const key = `${proof.thumbprint} ${proof.id}`;
    this.#forget();
    const known = this.#entries.get(key);
    if (known !== undefined && known.bodyHash !== bodyHash) throw new BrokerError('proof.replayed');
    const entry = known ?? this.#begin(key, { bodyHash, expiresAt: proof.expiresAt }, work);
    const spent = await entry.spent;
    if (known !== undefined) await work.assertStanding(spent);
    entry.answer ??= work.issue(spent).catch((error: unknown) => {
      entry.answer = undefined;
      throw error;
    });
    return entry.answer;
  }

  #begin(
    key: string,
    known: Pick<Entry<Spent, Answer>, 'bodyHash' | 'expiresAt'>,
    work: Work<Spent, Answer>,
  ): Entry<Spent, Answer> {
    const spent = work.spend().catch((error: unknown) => {
      this.#entries.delete(key);
      throw error;
    });
    const entry: Entry<Spent, Answer> = { ...known, spent, answer: undefined };
    this.#entries.set(key, entry);
    return entry;
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now && this.#entries.size < MAXIMUM_ENTRIES) break;
      this.#entries.delete(key);
    }
  }
}
