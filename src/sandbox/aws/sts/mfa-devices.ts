import { timingSafeEqual } from 'node:crypto';
import { secondsLeftInStep, totpCode, totpStep } from './totp.ts';
import type { MfaDevice } from '../organization/world.ts';

/** Devices drift by a step to either side of the server's clock. */
const TOLERATED_STEPS = [0, -1, 1];

/**
 * Virtual MFA devices. A code works once: its step and all before it are spent with it, so that a
 * code somebody looked over a shoulder at opens nothing.
 */
export class MfaDevices {
  readonly #spentSteps = new Map<string, number>();

  verify(device: MfaDevice, code: string, at: Date): boolean {
    const now = totpStep(at);
    const step = TOLERATED_STEPS.map((drift) => now + drift).find((candidate) =>
      sameCode(totpCode(device.seed, candidate), code),
    );
    if (step === undefined || step <= (this.#spentSteps.get(device.serialNumber) ?? -1)) return false;
    this.#spentSteps.set(device.serialNumber, step);
    return true;
  }

  /** What the device's display shows: the current code, or the next one where the current is spent. */
  display(device: MfaDevice, at: Date): { serialNumber: string; code: string; validForSeconds: number } {
    const now = totpStep(at);
    const spent = this.#spentSteps.get(device.serialNumber) ?? -1;
    const step = Math.max(now, Math.min(spent + 1, now + 1));
    const validForSeconds = secondsLeftInStep(at) + (step - now) * 30;
    return { serialNumber: device.serialNumber, code: totpCode(device.seed, step), validForSeconds };
  }
}

function sameCode(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
