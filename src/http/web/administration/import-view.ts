/** An import's proposal in words, and as the edits that its preview takes. */
import type { ImportProposal } from '../../../broker/import-entries.ts';
import type { CompiledCatalogue } from '../../../core/compile-catalogue.ts';
import type { EntryEdit } from '../../../core/edit-catalogue.ts';
import { planView } from './change-view.ts';
import { editsText } from './editor/proposal.ts';
import type { ImportPage } from './setup-views.ts';

const LISTS = ['accounts', 'roles', 'mappings'] as const;
const SHOWN_NOTES = 200;

export function proposalView(
  { entries, notes, plan }: ImportProposal,
  compiled: CompiledCatalogue,
): NonNullable<ImportPage['proposal']> {
  const edits: EntryEdit[] = LISTS.flatMap((list) => entries[list].map((entry) => ({ list, entry })));
  const text = editsText(edits);
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
    edits: text,
    isTooMuch: text === undefined && edits.length > 0,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
