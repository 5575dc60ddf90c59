/** The catalogue changed entry by entry, as the screens do. */
import { z } from 'zod';
import type { EntryAdministration } from '../../../broker/administer-entries.ts';
import { editSchema, reasonSchema } from '../../change-fields.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import {
  CHANGE_ERRORS,
  changedAnswer,
  changedSchema,
  changeOf,
  ifMatch,
  plannedAnswer,
  plannedSchema,
} from './change.ts';

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
  return jsonOperation({
    id: 'planEntries',
    path: '/api/v1/admin/entries/plan',
    summary: 'What a change of some entries would change, and for whom',
    description: 'Stores nothing.',
    access: 'caller',
    body: z.strictObject({ edits }),
    example: { edits: example },
    bodyLimit: LIMIT,
    answer: plannedSchema,
    answerDescription: 'What differs, and who would gain, lose or keep which role on other terms.',
    errors: ['administration.forbidden', 'catalogue.refused', 'catalogue.stale'],
    async handle({ body, response }) {
      return plannedAnswer(response, await entries.plan(askerOf(response), body.edits));
    },
  });
}

function applyEntries(entries: EntryAdministration): Operation {
  return jsonOperation({
    id: 'applyEntries',
    path: '/api/v1/admin/entries',
    summary: 'Add, change and remove entries',
    description: 'All of them or none. Where nothing differs, no version is made.',
    access: 'caller',
    parameters: [ifMatch],
    body: z.strictObject({ edits, reason: reasonSchema }),
    example: { edits: example, reason: 'CHG-1234: x is y now' },
    bodyLimit: LIMIT,
    answer: changedSchema,
    answerDescription: 'The new version, and what differs from the one before.',
    errors: CHANGE_ERRORS,
    async handle({ body, request, response }) {
      const change = changeOf(request, body);
      return changedAnswer(response, await entries.apply(askerOf(response), body.edits, change));
    },
  });
}
