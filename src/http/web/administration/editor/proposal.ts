/** A change of one entry, or of several at once, on its way through the preview and back. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { EntryAdministration } from '../../../../broker/administer-entries.ts';
import type { EntryEdit } from '../../../../core/edit-catalogue.ts';
import { BrokerError } from '../../../../core/errors.ts';
import { editSchema } from '../../../change-fields.ts';
import { readField } from '../../../middleware/bodies.ts';
import { askerOf } from '../administrators-only.ts';
import { entryHref } from '../list-rows.ts';
import type { Proposal } from '../propose-change.ts';
import { sectionHref } from '../sections.ts';
import { fromJson, FieldMistake } from './texts.ts';

/** As many as are shown, made and told of at once. */
const MAXIMUM_EDITS = 1_000;

const editsSchema = z.array(editSchema).min(1).max(MAXIMUM_EDITS);

export function proposalOf(entries: EntryAdministration, edit: EntryEdit, response: Response): Proposal {
  const asker = askerOf(response);
  const { list, id, entry } = edit;
  return {
    section: list,
    title: entry === undefined ? `Remove ${id ?? ''}` : 'What this would change',
    action: '/admin/change',
    fields: [{ name: 'edit', value: JSON.stringify(edit) }],
    isEditable: entry !== undefined,
    leaveHref: id === undefined ? sectionHref(list) : entryHref(list, id),
    plan: () => entries.plan(asker, [edit]),
    apply: (change) => entries.apply(asker, [edit], change),
  };
}

/** Entries that belong together, as an import proposes them. */
export function proposalOfAll(
  entries: EntryAdministration,
  edits: readonly EntryEdit[],
  response: Response,
): Proposal {
  const asker = askerOf(response);
  return {
    section: 'import',
    title: 'What this would change',
    action: '/admin/change',
    fields: [{ name: 'edits', value: JSON.stringify(edits) }],
    isEditable: false,
    leaveHref: '/admin/import',
    plan: () => entries.plan(asker, edits),
    apply: (change) => entries.apply(asker, edits, change),
  };
}

/** Of a form that may be two megabytes, with all that the preview sends beside. */
const MAXIMUM_FIELD = 1_900_000;

/** As a form of ours sends them to the preview; undefined where they are none, or more than it takes. */
export function editsText(edits: readonly EntryEdit[]): string | undefined {
  const text = JSON.stringify(edits);
  const isTooMuch = edits.length > MAXIMUM_EDITS || encodeURIComponent(text).length > MAXIMUM_FIELD;
  return isTooMuch || edits.length === 0 ? undefined : text;
}

/** Undefined where one alone was sent. @throws BrokerError `request.malformed` */
export function allEditsIn(request: Request): EntryEdit[] | undefined {
  const text = readField(request, 'edits');
  if (text === undefined) return undefined;
  const parsed = editsSchema.safeParse(jsonIn(text));
  if (!parsed.success) throw new BrokerError('request.malformed', { detail: 'no edits' });
  return parsed.data;
}

/** What a preview of ours sent along. @throws BrokerError `request.malformed` */
export function editIn(request: Request): EntryEdit {
  const parsed = editSchema.safeParse(jsonIn(readField(request, 'edit') ?? ''));
  if (!parsed.success) throw new BrokerError('request.malformed', { detail: 'not an edit' });
  return parsed.data;
}

function jsonIn(text: string): unknown {
  try {
    return fromJson(text);
  } catch (error) {
    if (error instanceof FieldMistake) return undefined;
    throw error;
  }
}
