import { BrokerError } from '../../core/errors.ts';

/** A name that can be told from every other: invisible characters make two people look like one. */
export function usableSubject(value: string | undefined, what: string): string {
  const length = value?.length ?? 0;
  const usable = length >= 1 && length <= 256 && value?.trim() === value;
  if (value === undefined || !usable || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) {
    throw new BrokerError('saml.subject', { detail: `${what} is missing or unusable` });
  }
  return value;
}
