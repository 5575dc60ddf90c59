/** The catalogue changed entry by entry, as the screens do. */
import { z } from 'zod';
import type { EntryAdministration } from '../../../broker/administer-entries.ts';
import { editSchema, reasonSchema } from '../../change-fields.ts';
import type { Operation } from '../../operation.ts';
import { changeOperation, planOperation } from './change-operations.ts';

const edits = z.array(editSchema).min(1).max(1_000);
const example: z.input<typeof edits> = [
  { list: 'mappings', entry: { id: 'x', connector: 'corp', groups: ['x'], roles: { ids: ['x'] } } },
  { list: 'mappings', id: 'y' },
];
/** Room for an identity provider's metadata. */
const LIMIT = '4mb';

export function entryOperations(entries: EntryAdministration): Operation[] {
  return [planEntries(entries), applyEntries(entries)];
}

function planEntries(entries: EntryAdministration): Operation {
  return planOperation({
    id: 'planEntries',
    path: '/api/v1/admin/entries/plan',
    summary: 'What a change of some entries would change, and for whom',
    body: z.strictObject({ edits }),
    example: { edits: example },
    bodyLimit: LIMIT,
    errors: ['catalogue.stale'],
    plan: (asker, body) => entries.plan(asker, body.edits),
  });
}

function applyEntries(entries: EntryAdministration): Operation {
  return changeOperation({
    id: 'applyEntries',
    path: '/api/v1/admin/entries',
    summary: 'Add, change and remove entries',
    description: 'All of them or none. Where nothing differs, no version is made.',
    body: z.strictObject({ edits, reason: reasonSchema }),
    example: { edits: example, reason: 'CHG-1234: x is y now' },
    bodyLimit: LIMIT,
    change: (asker, { body }, change) => entries.apply(asker, body.edits, change),
  });
}
