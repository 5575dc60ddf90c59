/** An entry's form: as it is, as it was typed, or with its mistakes, each at its field. */
import type { Response } from 'express';
import type { ReadSeenInSignIns } from '../../../../broker/seen-in-sign-ins.ts';
import { whatForbidsEntry, type Authority } from '../../../../core/authority.ts';
import type { CatalogueList } from '../../../../core/catalogue.ts';
import type { ErrorProblem } from '../../../../core/errors.ts';
import type { Clock } from '../../../../core/ports/clock.ts';
import type { PageContent } from '../../pages.ts';
import { admittedOf } from '../administrators-only.ts';
import { factsOf } from '../entry-facts.ts';
import { entryHref } from '../list-rows.ts';
import { adminFrame, sectionHref } from '../sections.ts';
import type { EntryPage, FormSectionView } from '../views.ts';
import { fieldView, idOfField, type ShownEntry } from './field-view.ts';
import type { Field } from './fields.ts';
import { settingOf } from './read-entry.ts';
import { formOf, type FormSection } from './sections.ts';

export interface EntryForm {
  readonly list: CatalogueList;
  /** Undefined for a new one. */
  readonly id: string | undefined;
  readonly entry: unknown;
  readonly texts?: ShownEntry['texts'];
  readonly problems?: readonly ErrorProblem[];
  readonly find?: string;
  readonly isStale?: boolean;
}

export interface EntryPageParts {
  readonly fields: Readonly<Record<CatalogueList, readonly Field[]>>;
  readonly seenInSignIns: ReadSeenInSignIns;
  readonly baseUrl: string;
  readonly clock: Clock;
}

export async function entryPage(
  { fields, seenInSignIns, baseUrl, clock }: EntryPageParts,
  form: EntryForm,
  response: Response,
): Promise<PageContent<EntryPage>> {
  const { list, id, entry, texts = new Map(), problems = [], find = '', isStale = false } = form;
  const { authority, current } = admittedOf(response);
  const seen = await seenInSignIns();
  const placed = problems.map((problem) => placeOf(problem, fields[list]));
  const shown: ShownEntry = {
    list,
    isNew: id === undefined,
    entry,
    texts,
    mistakes: new Map(placed.flatMap(({ at, text }) => (at === undefined ? [] : [[at, text]]))),
    sources: { side: current, authority, seen, find, connectorId: connectorIn(texts, entry) },
  };
  const parts = partsOf(fields[list], shown);
  const { noun } = formOf(list);
  return {
    ...adminFrame(response, list),
    title: id === undefined ? `New ${noun}` : `${capital(noun)} ${id}`,
    noun,
    list,
    listHref: sectionHref(list),
    isNew: id === undefined,
    readOnly:
      id === undefined ? forbidsNew(authority, list) : whatForbidsEntry(authority, current, { list, id }),
    action: id === undefined ? `/admin/new/${list}` : entryHref(list, id),
    version: current.version,
    isStale,
    mistakes: placed.map(({ at, text, label }) => ({
      text: `${label}: ${text}`,
      fieldId: at === undefined ? undefined : idOfField(at),
    })),
    facts: id === undefined ? [] : factsOf(list, id, { side: current, seen, now: clock.now(), baseUrl }),
    parts,
    find,
    hasSuggestions:
      find !== '' || parts.some((part) => part.fields.some((each) => each.suggestions.length > 0)),
  };
}

function forbidsNew({ may, accounts }: Authority, list: CatalogueList): string | undefined {
  if (may === 'read') return 'You may look at everything and change nothing.';
  if (accounts === undefined || list === 'roles' || list === 'mappings') return undefined;
  return `You may not change ${list}.`;
}

function connectorIn(texts: ShownEntry['texts'], entry: unknown): string {
  const connector = texts.get('connector')?.[0] ?? settingOf(entry, 'connector');
  return typeof connector === 'string' ? connector : '';
}

function partsOf(fields: readonly Field[], shown: ShownEntry): FormSectionView[] {
  const { sections } = formOf(shown.list);
  const known = new Set(sections.flatMap((section) => Object.keys(section.fields)));
  const others = fields
    .filter(({ path }) => !known.has(path))
    .map(({ path }) => [path, { label: path }] as const);
  const rest: FormSection = { title: 'More settings', fields: Object.fromEntries(others), folded: true };
  return [...sections, ...(others.length === 0 ? [] : [rest])].map(({ title, fields: words, folded }) => {
    const views = Object.entries(words).flatMap(([path, word]) => {
      const field = fields.find((each) => each.path === path);
      return field === undefined ? [] : [fieldView(field, word, shown)];
    });
    return {
      title,
      fields: views,
      isFolded: folded === true && views.every(({ mistake }) => mistake === undefined),
    };
  });
}

interface Placed {
  /** The field's path. */
  readonly at: string | undefined;
  readonly label: string;
  readonly text: string;
}

/** A problem belongs to the field that holds its place. */
function placeOf({ path, message }: ErrorProblem, fields: readonly Field[]): Placed {
  const [edits, , entry, ...rest] = path;
  const inner = edits === 'edits' && entry === 'entry' ? rest : path;
  const text = message.startsWith('Invalid input: expected') ? 'is needed here' : message;
  for (let length = inner.length; length > 0; length -= 1) {
    const at = inner.slice(0, length).join('.');
    if (fields.some((field) => field.path === at)) return { at, label: at, text };
  }
  const prefix = `${inner.join('.')}.`;
  const at = inner.length === 0 ? undefined : fields.find((field) => field.path.startsWith(prefix))?.path;
  return { at, label: inner.length === 0 ? 'This entry' : inner.join('.'), text };
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
