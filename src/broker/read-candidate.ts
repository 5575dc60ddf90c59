import { hasFullAdministrator, type CatalogueSide } from '../core/authority.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { CatalogueFacts, Problem } from '../core/catalogue-problems.ts';
import { compileCatalogue } from '../core/compile-catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { parseCatalogue } from '../core/parse-catalogue.ts';

/** Told at once; whoever mends these sees the next. */
const TOLD = 100;

/**
 * A catalogue that somebody proposes instead of the present one, judged whole.
 *
 * @throws BrokerError `catalogue.refused`
 */
export function readCandidate(
  candidate: unknown,
  { catalogue: present, compiled: known }: CatalogueSide,
  facts: CatalogueFacts,
): CatalogueSide {
  const parsed = parse(candidate, present);
  if (parsed.catalogue === undefined) throw refused(parsed.problems);
  const { catalogue } = parsed;
  const { catalogue: compiled, problems } = compileCatalogue(catalogue, facts, known);
  const all = [...problems, ...(hasFullAdministrator(present) ? lockOut(catalogue) : [])];
  if (compiled === undefined || all.length > 0) throw refused(all);
  return { catalogue, compiled };
}

/** JSON that can be read may be nested too deep for whatever looks into it; no catalogue is. */
function parse(candidate: unknown, present: Catalogue): ReturnType<typeof parseCatalogue> {
  try {
    return parseCatalogue(candidate, present);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refused([{ path: [], message: 'is nested too deep' }]);
  }
}

/** Then the catalogue could be changed by nobody any more. An empty file does the same. */
function lockOut(catalogue: Catalogue): Problem[] {
  if (hasFullAdministrator(catalogue)) return [];
  return [{ path: ['administrators'], message: 'name somebody who may all, in every account' }];
}

function refused(problems: readonly Problem[]): BrokerError {
  return new BrokerError('catalogue.refused', { problems: problems.slice(0, TOLD) });
}
