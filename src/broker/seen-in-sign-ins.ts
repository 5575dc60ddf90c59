/** What identity providers really sent, as everybody last signed in: what mappings can be written with. */
import type { Clock } from '../core/ports/clock.ts';
import type { LastSignIn, PeopleStore } from '../core/ports/people.ts';

export interface SeenValue {
  readonly value: string;
  readonly people: number;
}

export interface SeenAttribute extends SeenValue {
  /** What somebody's was, shortened. */
  readonly example: string;
}

/** Of one connector. */
export interface SeenInSignIns {
  readonly people: number;
  readonly lastSignInAt: Date | undefined;
  /** The most common first. */
  readonly groups: readonly SeenValue[];
  /** By their names. */
  readonly attributes: readonly SeenAttribute[];
}

/** By connector, as of a minute ago at most. */
export type ReadSeenInSignIns = () => Promise<ReadonlyMap<string, SeenInSignIns>>;

/** A provider may send names without end. */
const KEPT = 20_000;
const KNOWN_FOR_MS = 60_000;
const EXAMPLE_LENGTH = 80;

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
  readonly examples: Map<string, string>;
}

async function readAll(people: Pick<PeopleStore, 'pages'>): ReturnType<ReadSeenInSignIns> {
  const counts = new Map<string, Counts>();
  for await (const page of people.pages()) for (const each of page) count(counts, each);
  return new Map(
    [...counts].map(([connectorId, { groups, attributes, examples, ...rest }]) => {
      const named = commonFirst(attributes).map((each) => ({
        ...each,
        example: examples.get(each.value) ?? '',
      }));
      return [connectorId, { ...rest, groups: commonFirst(groups), attributes: named }];
    }),
  );
}

function count(counts: Map<string, Counts>, { identity, signedInAt }: LastSignIn): void {
  const { connectorId, groups, attributes } = identity;
  const of = counts.get(connectorId) ?? {
    people: 0,
    lastSignInAt: undefined,
    groups: new Map(),
    attributes: new Map(),
    examples: new Map(),
  };
  counts.set(connectorId, of);
  of.people += 1;
  if (of.lastSignInAt === undefined || signedInAt > of.lastSignInAt) of.lastSignInAt = signedInAt;
  for (const group of new Set(groups)) add(of.groups, group);
  for (const [name, values] of attributes) {
    add(of.attributes, name);
    if (!of.examples.has(name) && of.attributes.has(name))
      of.examples.set(name, shortened(values.join(', ')));
  }
}

function add(counts: Map<string, number>, value: string): void {
  const known = counts.get(value);
  if (known !== undefined || counts.size < KEPT) counts.set(value, (known ?? 0) + 1);
}

function shortened(text: string): string {
  return text.length <= EXAMPLE_LENGTH ? text : `${text.slice(0, EXAMPLE_LENGTH)}…`;
}

function commonFirst(counts: ReadonlyMap<string, number>): SeenValue[] {
  return [...counts]
    .map(([value, people]) => ({ value, people }))
    .toSorted((a, b) => b.people - a.people || (a.value < b.value ? -1 : 1));
}
