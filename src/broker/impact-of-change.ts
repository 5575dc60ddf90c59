import type { ProposedChange } from '../core/authority.ts';
import { ImpactCount, type CatalogueImpact } from '../core/catalogue-impact.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { ApplicationPrincipal, Standing } from '../core/principal.ts';

/** Longer, and others would notice that somebody plans a change. */
const TURN_MS = 10;

/** Over every person who ever signed in, as they last did, and every application. */
export async function impactOf(
  { before, after, difference }: ProposedChange,
  people: Pick<PeopleStore, 'pages'>,
): Promise<CatalogueImpact> {
  const impact = new ImpactCount({ before: before.compiled, after: after.compiled, difference });
  for (const application of new Map([
    ...before.compiled.applications,
    ...after.compiled.applications,
  ]).values()) {
    impact.add(applicationAs(application));
  }
  for await (const page of people.pages()) {
    for (const { person } of page) impact.add({ kind: 'user', ...person, standing: NO_STANDING });
    await otherTurns();
  }
  return inTurns(impact.count());
}

async function inTurns(work: Generator<undefined, CatalogueImpact>): Promise<CatalogueImpact> {
  for (let turn = performance.now(); ;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - turn < TURN_MS) continue;
    await otherTurns();
    turn = performance.now();
  }
}

function otherTurns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** They only ever count: nothing that acts is made of these. */
const NO_STANDING: Standing = { kind: 'sign-in-session', idHash: '' };

function applicationAs({ id, name }: Pick<ApplicationPrincipal, 'id' | 'name'>): ApplicationPrincipal {
  return { kind: 'application', id, name, standing: NO_STANDING };
}
