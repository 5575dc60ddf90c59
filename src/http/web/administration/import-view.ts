/** An import's proposal in words, and as the edits that its preview takes. */
import type { ImportProposal } from '../../../broker/import-entries.ts';
import type { CompiledCatalogue } from '../../../core/compile-catalogue.ts';
import type { EntryEdit } from '../../../core/edit-catalogue.ts';
import { planView } from './change-view.ts';
import { MAXIMUM_EDITS } from './editor/proposal.ts';
import type { ImportPage } from './setup-views.ts';

const LISTS = ['accounts', 'roles', 'mappings'] as const;
const SHOWN_NOTES = 200;
/** Of a form that may be two megabytes, with all that the preview sends beside. */
const MAXIMUM_FIELD = 1_900_000;

export function proposalView(
  { entries, notes, plan }: ImportProposal,
  compiled: CompiledCatalogue,
): NonNullable<ImportPage['proposal']> {
  const edits: EntryEdit[] = LISTS.flatMap((list) => entries[list].map((entry) => ({ list, entry })));
  const text = JSON.stringify(edits);
  const isTooMuch = edits.length > MAXIMUM_EDITS || encodeURIComponent(text).length > MAXIMUM_FIELD;
  return {
    found: LISTS.map((list) => counted(entries[list].length, list.slice(0, -1))).join(', '),
    entries: JSON.stringify(entries, null, 2),
    notes: notes.slice(0, SHOWN_NOTES).map(({ kind, file, place, message }) => ({
      isLeftOut: kind === 'left-out',
      place: `${file}, ${place}`,
      message,
    })),
    moreNotes: Math.max(0, notes.length - SHOWN_NOTES),
    plan: planView(plan, compiled),
    version: plan.version,
    edits: isTooMuch || edits.length === 0 ? undefined : text,
    isTooMuch,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
