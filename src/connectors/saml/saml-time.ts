import { BrokerError } from '../../core/errors.ts';

/** Times in SAML are UTC and say so (SAML core section 1.3.3); providers send up to nine fraction digits. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Milliseconds since 1970. @throws BrokerError `saml.time` */
export function parseInstant(text: string | undefined, what: string): number {
  const milliseconds = text !== undefined && INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new BrokerError('saml.time', { detail: `${what} is not a time` });
  return milliseconds;
}

export interface TimeWindow {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly skewMilliseconds: number;
}

export function assertNotBefore(window: TimeWindow, instant: number, what: string): void {
  if (window.now + window.skewMilliseconds >= instant) return;
  throw new BrokerError('saml.time', { detail: `${what} is in the future` });
}

export function assertBefore(window: TimeWindow, instant: number, what: string): void {
  if (window.now - window.skewMilliseconds < instant) return;
  throw new BrokerError('saml.time', { detail: `${what} has passed` });
}
