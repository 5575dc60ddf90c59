/** What may be ticked instead of typed: what there is, and what providers really sent. */
import type { SeenInSignIns } from '../../../../broker/seen-in-sign-ins.ts';
import type { Authority, CatalogueSide } from '../../../../core/authority.ts';
import type { Suggestion } from '../views.ts';
import { roleLabel } from '../../role-view.ts';

export interface SuggestionSources {
  readonly side: CatalogueSide;
  readonly authority: Authority;
  readonly seen: ReadonlyMap<string, SeenInSignIns>;
  /** The connector that the form names, if it does. */
  readonly connectorId: string;
  /** Each word must be found. */
  readonly find: string;
  /** What the form says of the field by now. */
  readonly has: ReadonlySet<string>;
}

/** As many ticks as anybody looks through; a search finds the others. */
const SHOWN = 20;

type Candidate = Pick<Suggestion, 'value' | 'note'>;

const SOURCES: Readonly<Record<string, (sources: SuggestionSources) => Iterable<Candidate>>> = {
  groups: groupsSeen,
  applications: ({ side }) => side.catalogue.applications.map(({ id, name }) => ({ value: id, note: name })),
  accounts: accountsThere,
  'roles.accounts': accountsThere,
  'roles.ids': rolesThere,
};

export function suggestionsFor(path: string, sources: SuggestionSources): Suggestion[] {
  const words = sources.find.toLowerCase().split(/\s+/).filter(Boolean);
  const suggestions: Suggestion[] = [];
  for (const { value, note } of SOURCES[path]?.(sources) ?? []) {
    if (suggestions.length === SHOWN) break;
    // A box for it would send another value than the one that arrived.
    if (sources.has.has(value) || /[\r\n]/.test(value)) continue;
    const text = `${value} ${note}`.toLowerCase();
    if (words.every((word) => text.includes(word))) suggestions.push({ value, note, isTicked: false });
  }
  return suggestions;
}

/** Fields that have something to tick. */
export function isSuggested(path: string): boolean {
  return Object.hasOwn(SOURCES, path);
}

function* groupsSeen({ seen, connectorId }: SuggestionSources): Iterable<Candidate> {
  for (const [connector, { groups }] of seen) {
    if (connectorId !== '' && connector !== connectorId) continue;
    for (const { value, people } of groups) {
      const count = `${people} ${people === 1 ? 'person' : 'people'}`;
      yield { value, note: connectorId === '' ? `${count}, from ${connector}` : count };
    }
  }
}

function* accountsThere({ side, authority }: SuggestionSources): Iterable<Candidate> {
  for (const { id, name } of side.catalogue.accounts) {
    if (authority.accounts?.has(id) !== false) yield { value: id, note: name };
  }
}

function* rolesThere({ side, authority }: SuggestionSources): Iterable<Candidate> {
  for (const [id, { role, account }] of side.compiled.roles) {
    if (authority.accounts?.has(account.id) === false) continue;
    yield { value: id, note: `${roleLabel(role)} in ${account.name}` };
  }
}
