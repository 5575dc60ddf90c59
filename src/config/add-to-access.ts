import { isSeq, parseDocument } from 'yaml';
import type { Catalogue } from '../core/catalogue.ts';
import { ACCESS_STYLE, shortestForm } from './print-access.ts';

/** The text of an access file that was read without a mistake, with more entries at the end of its lists. */
export function addToAccess(text: string, entries: Partial<Catalogue>): string {
  const document = parseDocument(text);
  for (const [list, added] of Object.entries(shortestForm(entries))) {
    const present = document.get(list);
    if (isSeq(present)) for (const entry of added) present.add(document.createNode(entry));
    else document.set(list, document.createNode(added));
  }
  return document.toString(ACCESS_STYLE);
}
