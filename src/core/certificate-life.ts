/** For how many days before its end a certificate is something to act on: providers change theirs by hand. */
const ENDS_SOON_DAYS = 30;

const DAY_MS = 86_400_000;

export interface CertificateDates {
  readonly validFrom: Date;
  readonly validUntil: Date;
}

export type CertificateState = 'good' | 'not-yet' | 'ends-soon' | 'ended';

export function certificateState({ validFrom, validUntil }: CertificateDates, now: Date): CertificateState {
  const left = daysLeft(validUntil, now);
  if (validUntil <= now) return 'ended';
  if (validFrom > now) return 'not-yet';
  return left < ENDS_SOON_DAYS ? 'ends-soon' : 'good';
}

/** Whole days; below zero once it is past. */
export function daysLeft(until: Date, now: Date): number {
  return Math.floor((until.getTime() - now.getTime()) / DAY_MS);
}
