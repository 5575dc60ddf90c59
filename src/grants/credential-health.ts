import type { StsReports } from './sts-reports.ts';

/**
 * Whether AWS takes the broker's own credentials. Told once when it stops and once when it does again; in
 * between they are tried now and then, because a node that takes no requests would never find out.
 */
export class CredentialHealth {
  readonly #reports: StsReports;
  readonly #states = new Map<string, { failing: boolean; retry: () => Promise<unknown> }>();
  #retriedAt = -Infinity;

  constructor(reports: StsReports) {
    this.#reports = reports;
  }

  /** @param retry asks AWS anew in the source's name; its outcome comes back here. */
  note(source: string, refused: string | undefined, retry: () => Promise<unknown>): void {
    const known = this.#states.get(source);
    if (known === undefined && refused === undefined) this.#states.set(source, { failing: false, retry });
    if ((known?.failing ?? false) === (refused !== undefined)) return;
    this.#states.set(source, { failing: refused !== undefined, retry });
    this.#reports.credentials({ source, refused });
  }

  /** False when every source that was used is refused; with another one left there is work to do. */
  async usable(): Promise<boolean> {
    const states = [...this.#states.values()];
    if (!states.some(({ failing }) => failing)) return true;
    await this.#retryDue();
    return [...this.#states.values()].some(({ failing }) => !failing);
  }

  async #retryDue(): Promise<void> {
    if (performance.now() - this.#retriedAt < RETRY_EVERY_MS) return;
    this.#retriedAt = performance.now();
    const failing = [...this.#states.values()].filter((state) => state.failing);
    await Promise.allSettled(failing.map(({ retry }) => retry()));
  }
}

const RETRY_EVERY_MS = 10_000;
