import type { ServerResponse } from 'node:http';
import type { FaultRule } from './fault-rule.ts';

/** What is known of a call before anything of it is verified: enough to tell whom a fault strikes. */
export interface StruckCall {
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly accountIds: readonly string[];
}

/** Connections held open at once. One more is cut instead: a test that hangs thousands would hang itself. */
const MAX_HELD = 1_000;

/** The faults that are asked for now, and the connections that they hold open. */
export class Faults {
  #rules: { readonly rule: FaultRule; left: number }[] = [];
  readonly #held = new Set<() => void>();
  #isClosed = false;

  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Infinity }));
  }

  /** As they were asked for, with what is left of `times`. */
  get rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule, left }) => (left === Infinity ? rule : { ...rule, times: left }));
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The first rule that strikes, which counts as a strike. `call` is asked for only where there are rules. */
  take(call: () => StruckCall): FaultRule | undefined {
    if (this.isEmpty) return undefined;
    const struck = call();
    const found = this.#rules.find(({ rule }) => strikes(rule, struck));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#rules = this.#rules.filter((entry) => entry !== found);
    return found.rule;
  }

  /**
   * Waits with an answer. False where there is nobody to answer any more: the client went, the sandbox closes,
   * or too many wait already.
   * @param ms without, it waits for the end
   */
  hold(response: ServerResponse, ms?: number): Promise<boolean> {
    if (this.#isClosed || response.destroyed || this.#held.size >= MAX_HELD) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isThere: boolean): void => {
        clearTimeout(timer);
        this.#held.delete(cut);
        response.off('close', cut);
        resolve(isThere);
      };
      const cut = (): void => end(false);
      const timer = ms === undefined ? undefined : setTimeout(() => end(true), ms);
      this.#held.add(cut);
      response.once('close', cut);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const cut of [...this.#held]) cut();
  }
}

function strikes({ service, action, region, accountId }: FaultRule, call: StruckCall): boolean {
  return (
    (service === undefined || service === call.service) &&
    (action === undefined || action === call.action) &&
    (region === undefined || region === call.region) &&
    (accountId === undefined || call.accountIds.includes(accountId))
  );
}
