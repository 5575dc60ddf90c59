/** Mutations that are one edit of the signed answer on its way. */
import { editing, replacing, type Parts } from './edit-xml.ts';
import type { Codes, Mutation } from './mutation.ts';

export const INVALID: Codes = ['saml.signature_invalid'];
export const MARKUP: Codes = ['saml.forbidden_markup'];
export const WEAK: Codes = ['saml.weak_algorithm'];

export const text = (
  row: Mutation['row'],
  name: string,
  [from, to]: readonly [from: string | RegExp, to: string],
  codes = INVALID,
): Mutation => ({ row, name, recipe: { afterSigning: replacing(from, to) }, codes });
export const tree = (
  row: Mutation['row'],
  name: string,
  edit: (parts: Parts) => void,
  codes = INVALID,
): Mutation => ({
  row,
  name,
  recipe: { afterSigning: editing(edit) },
  codes,
});
