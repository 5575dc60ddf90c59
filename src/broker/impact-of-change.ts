import type { ProposedChange } from '../core/authority.ts';
import { ImpactCount, type CatalogueImpact } from '../core/catalogue-impact.ts';
import type { PeopleStore } from '../core/ports/people.ts';

/** Longer, and others would notice that somebody plans a change. */
const TURN_MS = 10;

/** Over every person who ever signed in, as they last did, and every application. */
export async function impactOf(
  { before, after, difference }: ProposedChange,
  people: Pick<PeopleStore, 'pages'>,
): Promise<CatalogueImpact> {
  const impact = new ImpactCount({ before: before.compiled, after: after.compiled, difference });
  const applications = new Map([...before.compiled.applications, ...after.compiled.applications]);
  for (const { id, name } of applications.values()) impact.add({ kind: 'application', id, name });
  for await (const page of people.pages()) {
    for (const { identity } of page) impact.add({ kind: 'user', identity });
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
