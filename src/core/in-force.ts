import type { Mapping } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { changeIndex } from './mapping-index.ts';

export interface InForce {
  /** Its decisions find only the mappings that are valid then. */
  readonly compiled: CompiledCatalogue;
  /** When others will be; undefined for never. */
  readonly until: Date | undefined;
}

export function inForceAt(compiled: CompiledCatalogue, at: Date): InForce {
  const all = [...compiled.mappings.values()];
  const bounded = all.filter(({ mapping }) => boundsOf(mapping).length > 0);
  const bounds = bounded.flatMap(({ mapping }) => boundsOf(mapping));
  if (bounds.length === 0) return { compiled, until: undefined };
  const ahead = bounds.filter((bound) => bound > at.getTime());
  const gone = bounded.filter(({ mapping }) => !isInForce(mapping, at));
  const next = ahead.reduce((first, bound) => Math.min(first, bound), Number.POSITIVE_INFINITY);
  return {
    compiled: { ...compiled, index: changeIndex(compiled.index, { gone, come: [], all }) },
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
