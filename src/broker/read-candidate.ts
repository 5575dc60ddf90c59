import { hasFullAdministrator, type CatalogueSide } from '../core/authority.ts';
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';
import type { CatalogueFacts, Problem } from '../core/catalogue-problems.ts';
import { compileCatalogue } from '../core/compile-catalogue.ts';
import { BrokerError } from '../core/errors.ts';

/** Told at once; whoever mends these sees the next. */
const TOLD = 100;

/**
 * A catalogue that somebody proposes instead of the present one, judged whole.
 *
 * @throws BrokerError `catalogue.refused`
 */
export function readCandidate(candidate: unknown, present: Catalogue, facts: CatalogueFacts): CatalogueSide {
  const parsed = parse(candidate);
  if (!parsed.success) {
    throw refused(
      parsed.error.issues.map(({ path, message }) => ({
        path: path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
        message,
      })),
    );
  }
  const { catalogue: compiled, problems } = compileCatalogue(parsed.data, facts);
  const all = [...problems, ...(hasFullAdministrator(present) ? lockOut(parsed.data) : [])];
  if (compiled === undefined || all.length > 0) throw refused(all);
  return { catalogue: parsed.data, compiled };
}

/** JSON that can be read may be nested too deep for whatever looks into it; no catalogue is. */
function parse(candidate: unknown): ReturnType<typeof catalogueSchema.safeParse> {
  try {
    return catalogueSchema.safeParse(candidate);
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
