import type { JsonValue } from '../core/audit-event.ts';
import type { CatalogueDifference, EntryChange } from '../core/catalogue-difference.ts';

/** The record says which entries; what they said is in the versions themselves. */
const NAMED = 50;

export function summaryOf({ entries, reordered }: CatalogueDifference): Readonly<Record<string, JsonValue>> {
  const ofKind = (kind: EntryChange['kind']): EntryChange[] => entries.filter((entry) => entry.kind === kind);
  return {
    added: ofKind('added').length,
    removed: ofKind('removed').length,
    changed: ofKind('changed').length,
    entries: entries.slice(0, NAMED).map(({ list, id, kind, fields }) => ({
      list,
      id: id.slice(0, 256),
      kind,
      fields: fields.slice(0, NAMED).map(({ path }) => path.slice(0, 256)),
    })),
    reordered,
  };
}
