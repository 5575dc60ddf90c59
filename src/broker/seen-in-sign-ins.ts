/** What identity providers really sent, as everybody last signed in: what mappings can be written with. */
import type { Clock } from '../core/ports/clock.ts';
import type { LastSignIn, PeopleStore } from '../core/ports/people.ts';

export interface SeenValue {
  readonly value: string;
  readonly people: number;
}

/** Of one connector. */
export interface SeenInSignIns {
  readonly people: number;
  readonly lastSignInAt: Date | undefined;
  /** The most common first. */
  readonly groups: readonly SeenValue[];
  /** Names of attributes. */
  readonly attributes: readonly SeenValue[];
}

/** By connector, as of a minute ago at most. */
export type ReadSeenInSignIns = () => Promise<ReadonlyMap<string, SeenInSignIns>>;

/** A provider may send names without end. */
const KEPT = 20_000;
const KNOWN_FOR_MS = 60_000;

/** For administrators' eyes: whoever asks has been admitted. */
export function createSeenInSignIns(people: Pick<PeopleStore, 'pages'>, clock: Clock): ReadSeenInSignIns {
  let known: { readonly at: Date; readonly seen: ReturnType<ReadSeenInSignIns> } | undefined;
  return () => {
    const now = clock.now();
    if (known === undefined || Math.abs(now.getTime() - known.at.getTime()) > KNOWN_FOR_MS) {
      const seen = readAll(people);
      known = { at: now, seen };
      seen.catch(() => {
        known = undefined;
      });
    }
    return known.seen;
  };
}

interface Counts {
  people: number;
  lastSignInAt: Date | undefined;
  readonly groups: Map<string, number>;
  readonly attributes: Map<string, number>;
}

async function readAll(people: Pick<PeopleStore, 'pages'>): ReturnType<ReadSeenInSignIns> {
  const counts = new Map<string, Counts>();
  for await (const page of people.pages()) for (const each of page) count(counts, each);
  return new Map(
    [...counts].map(([connectorId, { groups, attributes, ...rest }]) => [
      connectorId,
      { ...rest, groups: commonFirst(groups), attributes: commonFirst(attributes) },
    ]),
  );
}

function count(counts: Map<string, Counts>, { identity, signedInAt }: LastSignIn): void {
  const { connectorId, groups, attributes } = identity;
  const of = counts.get(connectorId) ?? {
    people: 0,
    lastSignInAt: undefined,
    groups: new Map(),
    attributes: new Map(),
  };
  counts.set(connectorId, of);
  of.people += 1;
  if (of.lastSignInAt === undefined || signedInAt > of.lastSignInAt) of.lastSignInAt = signedInAt;
  for (const group of new Set(groups)) add(of.groups, group);
  for (const name of attributes.keys()) add(of.attributes, name);
}

function add(counts: Map<string, number>, value: string): void {
  const known = counts.get(value);
  if (known !== undefined || counts.size < KEPT) counts.set(value, (known ?? 0) + 1);
}

function commonFirst(counts: ReadonlyMap<string, number>): SeenValue[] {
  return [...counts]
    .map(([value, people]) => ({ value, people }))
    .toSorted((a, b) => b.people - a.people || (a.value < b.value ? -1 : 1));
}
