import { BrokerError } from '../../core/errors.ts';
import type { SourceLife } from '../cached-source.ts';
import { attribute } from './xml.ts';

const DURATION =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10})(?:\.\d+)?S)?)?$/;
const UNIT_SECONDS = [31_536_000, 2_592_000, 86_400, 3_600, 60, 1];
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * How long a description may be used: the least of what it and everything around it says (SAML metadata
 * section 2.2.1). A duration that cannot be read is as none; a date that cannot be read is past.
 *
 * @throws BrokerError `idp.unavailable` when its time is over
 */
export function metadataLife(lineage: readonly Element[], now: Date): SourceLife {
  const ends = lineage
    .map((element) => attribute(element, 'validUntil'))
    .filter(isGiven)
    .map(parseEnd);
  const durations = lineage
    .map((element) => parseDuration(attribute(element, 'cacheDuration') ?? ''))
    .filter(isGiven);
  const endsAt = Math.min(...ends);
  if (!(endsAt > now.getTime())) {
    throw new BrokerError('idp.unavailable', { detail: 'the metadata is past its validUntil' });
  }
  return { endsAt, ...(durations.length === 0 ? {} : { freshMilliseconds: Math.min(...durations) }) };
}

/** Not a number where it cannot be read, which is never later than now. */
function parseEnd(text: string): number {
  const zone = INSTANT.exec(text);
  if (zone === null) return Number.NaN;
  // SAML core section 1.3.3: times are UTC, also where they do not say so.
  return Date.parse(zone[1] === undefined ? `${text}Z` : text);
}

function parseDuration(text: string): number | undefined {
  const parts: readonly (string | undefined)[] | undefined = DURATION.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  return parts.reduce((sum, part = '0', index) => sum + Number(part) * (UNIT_SECONDS[index] ?? 0) * 1_000, 0);
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}
