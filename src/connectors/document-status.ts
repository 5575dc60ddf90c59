import { BrokerError } from '../core/errors.ts';
import type { DocumentStatus } from '../core/ports/connector-status.ts';
import type { HeldSource } from './cached-source.ts';
import type { ConnectorNotice } from './connector-environment.ts';

/** What has an address is read again, so what it said last is used for a while only; a text is used until its own end. */
export function documentStatus(
  document: Pick<DocumentStatus, 'name' | 'from' | 'address'>,
  held: HeldSource<unknown>,
): DocumentStatus {
  const { value, readAt, failure } = held;
  const until = document.from === 'address' ? held.usableUntil : held.endsAt;
  return {
    ...document,
    isUsable: value !== undefined,
    ...(readAt === undefined ? {} : { readAt }),
    ...(until === undefined ? {} : { usableUntil: until }),
    ...(failure === undefined ? {} : { failure: { at: failure.at, reason: reasonOf(failure.error) } }),
  };
}

/** What an operator hears when a provider's document could not be read again. */
export function refreshFailed(connectorId: string, error: unknown): ConnectorNotice {
  return { connectorId, kind: 'refresh-failed', detail: reasonOf(error) };
}

/** Our own words: what others threw may hold anything. */
function reasonOf(error: unknown): string {
  return error instanceof BrokerError ? error.message : 'cannot be read';
}
