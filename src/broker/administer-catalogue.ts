/** The catalogue as administrators change it: seen whole, tried out, changed as a whole, and taken back. */
import { whatForbids } from '../core/authority.ts';
import { differenceOf, isEmptyDifference, type CatalogueDifference } from '../core/catalogue-difference.ts';
import type { CatalogueImpact } from '../core/catalogue-impact.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import type { ChangeProposalStore } from '../core/ports/change-proposals.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { CatalogueStore, CatalogueVersion } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import type { SecondPerson } from '../core/second-person.ts';
import type { Administrators, Admitted, Asker } from './administrators.ts';
import { askForApproval } from './ask-for-approval.ts';
import { impactOf } from './impact-of-change.ts';
import { judgeChange } from './judge-change.ts';
import { saveChange } from './save-change.ts';
import { whySecondPersonNow } from './why-second-person.ts';

export interface Plan {
  /** The version that it would change. */
  readonly version: number;
  readonly difference: CatalogueDifference;
  readonly impact: CatalogueImpact;
  /** Why this administrator may not make the change. */
  readonly refusal?: string;
  /** Why somebody else has to approve it, where this administrator may make it. */
  readonly needsSecondPerson?: string;
}

export interface Change {
  readonly expectedVersion: number;
  /** In the administrator's own words; part of the record. */
  readonly reason: string;
}

export interface Changed {
  /** The same as before, where nothing differs, and where somebody else has to approve it. */
  readonly version: number;
  readonly difference: CatalogueDifference;
  /** The id of what waits for somebody else's approval; nothing is changed yet. */
  readonly proposal?: string;
}

export interface ChangedVersion {
  readonly about: CatalogueVersion;
  /** From the version before it. */
  readonly difference: CatalogueDifference;
}

export interface ReadVersion extends ChangedVersion {
  readonly catalogue: Catalogue;
}

/** Every verb throws BrokerError `administration.forbidden` for whoever may not do it. */
export interface CatalogueAdministration {
  read(asker: Asker): Promise<{ readonly version: number; readonly catalogue: Catalogue }>;
  /** Stores nothing. @throws BrokerError `catalogue.refused` with every mistake */
  plan(asker: Asker, candidate: unknown): Promise<Plan>;
  /** All of it or nothing. @throws BrokerError `catalogue.stale`, `catalogue.refused` */
  apply(asker: Asker, candidate: unknown, change: Change): Promise<Changed>;
  /** Newest first, below `before`. */
  versions(asker: Asker, before?: number): Promise<readonly CatalogueVersion[]>;
  /** What one of them changed. @throws BrokerError `request.not_found` */
  whatChanged(asker: Asker, version: number): Promise<ChangedVersion>;
  /** And what it said. @throws BrokerError `request.not_found` */
  version(asker: Asker, version: number): Promise<ReadVersion>;
  /** Applies what an earlier version said, as a new one. @throws BrokerError `request.not_found`, and as `apply` */
  restore(asker: Asker, version: number, change: Change): Promise<Changed>;
}

export interface CatalogueAdministrationDependencies {
  readonly administrators: Administrators;
  readonly store: CatalogueStore;
  readonly proposals: ChangeProposalStore;
  readonly secondPerson: SecondPerson;
  readonly people: Pick<PeopleStore, 'find' | 'pages'>;
  readonly facts: CatalogueFacts;
  readonly clock: Clock;
}

export function createCatalogueAdministration(
  dependencies: CatalogueAdministrationDependencies,
): CatalogueAdministration {
  const { administrators, store, people } = dependencies;
  const change = changing(dependencies);

  return {
    async read(asker) {
      const { version, catalogue } = (await administrators.admit(asker)).current;
      return { version, catalogue };
    },
    async plan(asker, candidate) {
      const admitted = await administrators.admit(asker);
      const proposed = judgeChange(admitted, candidate, dependencies);
      const refusal = whatForbids(admitted.authority, proposed);
      const needsSecondPerson =
        refusal === undefined && !isEmptyDifference(proposed.difference)
          ? await whySecondPersonNow(dependencies, asker.principal, proposed)
          : undefined;
      return {
        version: admitted.current.version,
        difference: proposed.difference,
        impact: await impactOf(proposed, people),
        ...(refusal === undefined ? {} : { refusal }),
        ...(needsSecondPerson === undefined ? {} : { needsSecondPerson }),
      };
    },
    async apply(asker, candidate, { expectedVersion, reason }) {
      const admitted = await administrators.admit(asker);
      return change(asker, admitted, { candidate, expectedVersion, reason });
    },
    async versions(asker, before) {
      await administrators.admit(asker);
      return store.list(before);
    },
    async whatChanged(asker, version) {
      const { current } = await administrators.admit(asker);
      return changeIn(store, version, current.catalogue);
    },
    async version(asker, version) {
      const { current } = await administrators.admit(asker);
      const [changed, stored] = await Promise.all([
        changeIn(store, version, current.catalogue),
        store.load(version, current.catalogue),
      ]);
      if (stored === undefined) throw new BrokerError('request.not_found');
      return { ...changed, catalogue: stored.catalogue };
    },
    async restore(asker, restored, { expectedVersion, reason }) {
      const admitted = await administrators.admit(asker);
      const stored = await store.load(restored, admitted.current.catalogue);
      if (stored === undefined) throw new BrokerError('request.not_found');
      return change(asker, admitted, { candidate: stored.catalogue, expectedVersion, reason, restored });
    },
  };
}

async function changeIn(store: CatalogueStore, version: number, known: Catalogue): Promise<ChangedVersion> {
  const [[about], kept] = await Promise.all([store.list(version + 1), store.difference(version)]);
  if (about?.version !== version) throw new BrokerError('request.not_found');
  return { about, difference: kept ?? (await workedOut(store, version, known)) };
}

/** Of what a file seeded, and of versions from before differences were kept: once, by whoever looks first. */
async function workedOut(
  store: CatalogueStore,
  version: number,
  known: Catalogue,
): Promise<CatalogueDifference> {
  const before = await store.load(version - 1, known);
  const after = await store.load(version, before?.catalogue ?? known);
  const difference = differenceOf(before?.catalogue ?? NOTHING, after?.catalogue ?? NOTHING);
  // Where it cannot be written it can still be read, and the next one who looks waits for it again.
  await store.keepDifference(version, difference).catch(() => undefined);
  return difference;
}

const NOTHING = catalogueSchema.parse({});

interface MadeChange extends Change {
  readonly candidate: unknown;
  /** The version that this goes back to. */
  readonly restored?: number;
}

type Changing = (asker: Asker, admitted: Admitted, made: MadeChange) => Promise<Changed>;

function changing(dependencies: CatalogueAdministrationDependencies): Changing {
  const { administrators } = dependencies;
  return async (asker, { authority, current }, { candidate, ...made }) => {
    if (made.expectedVersion !== current.version) throw new BrokerError('catalogue.stale');
    const proposed = judgeChange({ current }, candidate, dependencies);
    const { difference, after } = proposed;
    if (isEmptyDifference(difference)) return { version: current.version, difference };
    const refusal = whatForbids(authority, proposed);
    if (refusal !== undefined) return administrators.refuse(asker, refusal);
    const why = await whySecondPersonNow(dependencies, asker.principal, proposed);
    if (why !== undefined) {
      const proposal = await askForApproval(dependencies, asker, proposed, { ...made, why });
      return { version: current.version, difference, proposal };
    }
    const version = await saveChange(dependencies, {
      ...made,
      catalogue: after.catalogue,
      difference,
      author: principalId(asker.principal),
      standing: asker.principal.standing,
      origin: asker.origin,
    });
    return { version, difference };
  };
}
