import type { Mapping } from './catalogue.ts';
import { buildIndex, type CompiledCatalogue } from './compile-catalogue.ts';

export interface InForce {
  /** Its decisions find only the mappings that are valid then. */
  readonly compiled: CompiledCatalogue;
  /** When others will be; undefined for never. */
  readonly until: Date | undefined;
}

export function inForceAt(compiled: CompiledCatalogue, at: Date): InForce {
  const mappings = [...compiled.mappings.values()];
  const bounds = mappings.flatMap(({ mapping }) => boundsOf(mapping));
  if (bounds.length === 0) return { compiled, until: undefined };
  const ahead = bounds.filter((bound) => bound > at.getTime());
  const next = ahead.reduce((first, bound) => Math.min(first, bound), Number.POSITIVE_INFINITY);
  return {
    compiled: { ...compiled, index: buildIndex(mappings.filter(({ mapping }) => isInForce(mapping, at))) },
    until: ahead.length === 0 ? undefined : new Date(next),
  };
}

function isInForce({ validFrom, validUntil }: Mapping, at: Date): boolean {
  const now = at.getTime();
  return (
    (validFrom === undefined || Date.parse(validFrom) <= now) &&
    (validUntil === undefined || now < Date.parse(validUntil))
  );
}

function boundsOf({ validFrom, validUntil }: Mapping): number[] {
  return [validFrom, validUntil].filter((bound) => bound !== undefined).map((bound) => Date.parse(bound));
}
