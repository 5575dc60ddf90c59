/** The catalogue as administrators change it: seen whole, tried out, changed as a whole, and taken back. */
import { whatForbids, type ProposedChange } from '../core/authority.ts';
import { differenceOf, isEmptyDifference, type CatalogueDifference } from '../core/catalogue-difference.ts';
import type { CatalogueImpact } from '../core/catalogue-impact.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { inForceAt } from '../core/in-force.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { CatalogueStore, CatalogueVersion } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import type { Administrators, Admitted, Asker } from './administrators.ts';
import { impactOf } from './impact-of-change.ts';
import { readCandidate } from './read-candidate.ts';
import { summaryOf } from './summary-of-change.ts';

export interface Plan {
  /** The version that it would change. */
  readonly version: number;
  readonly difference: CatalogueDifference;
  readonly impact: CatalogueImpact;
  /** Why this administrator may not make the change. */
  readonly refusal?: string;
}

export interface Change {
  readonly expectedVersion: number;
  /** In the administrator's own words; part of the record. */
  readonly reason: string;
}

export interface Changed {
  /** The same as before, where nothing differs. */
  readonly version: number;
  readonly difference: CatalogueDifference;
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
  readonly people: Pick<PeopleStore, 'pages'>;
  readonly facts: CatalogueFacts;
  readonly clock: Clock;
}

export function createCatalogueAdministration(
  dependencies: CatalogueAdministrationDependencies,
): CatalogueAdministration {
  const { administrators, store, people } = dependencies;

  async function change(asker: Asker, admitted: Admitted, made: MadeChange): Promise<Changed> {
    const { authority, current } = admitted;
    if (made.expectedVersion !== current.version) throw new BrokerError('catalogue.stale');
    const proposed = propose(admitted, made.candidate, dependencies);
    const { difference, after } = proposed;
    if (isEmptyDifference(difference)) return { version: current.version, difference };
    const refusal = whatForbids(authority, proposed);
    if (refusal !== undefined) return administrators.refuse(asker, refusal);
    const version = await save(dependencies, asker, { ...made, difference, catalogue: after.catalogue });
    return { version, difference };
  }

  return {
    async read(asker) {
      const { version, catalogue } = (await administrators.admit(asker)).current;
      return { version, catalogue };
    },
    async plan(asker, candidate) {
      const admitted = await administrators.admit(asker);
      const proposed = propose(admitted, candidate, dependencies);
      const refusal = whatForbids(admitted.authority, proposed);
      return {
        version: admitted.current.version,
        difference: proposed.difference,
        impact: await impactOf(proposed, people),
        ...(refusal === undefined ? {} : { refusal }),
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

/** Both sides as they are in force now: what only begins later reaches nobody yet. */
function propose(
  { current }: Admitted,
  candidate: unknown,
  { facts, clock }: Pick<CatalogueAdministrationDependencies, 'facts' | 'clock'>,
): ProposedChange {
  const { catalogue, compiled } = readCandidate(candidate, current.whole, facts);
  const after = { catalogue, compiled: inForceAt(compiled, clock.now()).compiled };
  return { before: current, after, difference: differenceOf(current.catalogue, catalogue) };
}

interface CheckedChange extends Omit<MadeChange, 'candidate'> {
  readonly catalogue: Catalogue;
  readonly difference: CatalogueDifference;
}

/** The store refuses it unless `expectedVersion`, by which its author was judged, is still the newest. */
function save(
  { store, clock }: CatalogueAdministrationDependencies,
  { principal, origin }: Asker,
  { catalogue, difference, expectedVersion, reason, restored }: CheckedChange,
): Promise<number> {
  const author = principalId(principal);
  return store.save({
    catalogue,
    expectedVersion,
    difference,
    authorship: { author, reason },
    standing: principal.standing,
    event: {
      name: 'catalogue.changed',
      at: clock.now(),
      principal: author,
      origin,
      detail: {
        version: expectedVersion + 1,
        reason,
        ...(restored === undefined ? {} : { restored }),
        ...summaryOf(difference),
      },
    },
  });
}
