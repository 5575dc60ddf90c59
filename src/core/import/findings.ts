/**
 * What somebody else's files say about accounts, roles and who may use them, before it is part of a catalogue. Each
 * finding knows where it stood; what cannot be carried over is a note, so that nothing is lost or guessed in silence.
 */
import type { z } from 'zod';
import type { Partition, roleSchema } from '../catalogue.ts';

export interface ImportFile {
  readonly name: string;
  readonly text: string;
}

export interface Place {
  readonly file: string;
  /** `line 12`, or a line with what is in it: `line 1: AccountAssignments[3]`. */
  readonly place: string;
}

export interface ImportNote extends Place {
  /** `left-out` is not in the entries; `check` is, on an assumption that somebody should look at. */
  readonly kind: 'left-out' | 'check';
  readonly message: string;
}

export interface FoundAccount {
  readonly id: string;
  readonly name: string;
  readonly at: Place;
}

type RoleInput = z.input<typeof roleSchema>;

export interface FoundRole {
  readonly settings: Omit<RoleInput, 'id'>;
  readonly partition: Partition;
  /** What its id is made of, should that be free. */
  readonly called: string;
  readonly at: Place;
}

/** Somebody who may use a role. */
export interface FoundAccess {
  readonly who: 'groups' | 'users';
  readonly value: string;
  readonly role: Pick<RoleInput, 'accountId' | 'roleName'>;
  /** What the mapping's id is made of; findings of one name and one person or group are one mapping. */
  readonly called: string;
  readonly at: Place;
}

export interface Findings {
  readonly accounts: FoundAccount[];
  readonly roles: FoundRole[];
  readonly access: FoundAccess[];
  readonly notes: ImportNote[];
}

export function noFindings(): Findings {
  return { accounts: [], roles: [], access: [], notes: [] };
}

/** More than anybody reads. */
const MAXIMUM_NOTES = 1_000;

export function leftOut(findings: Findings, at: Place, message: string): void {
  tell(findings, { ...at, kind: 'left-out', message });
}

export function toCheck(findings: Findings, at: Place, message: string): void {
  tell(findings, { ...at, kind: 'check', message });
}

function tell({ notes }: Findings, note: ImportNote): void {
  if (notes.length < MAXIMUM_NOTES) notes.push(note);
  else if (notes.length === MAXIMUM_NOTES)
    notes.push({
      ...note,
      kind: 'left-out',
      message: `and more: only the first ${MAXIMUM_NOTES} notes are here`,
    });
}

/** The first of what was found, and a note where there is more than a catalogue is made for. */
export function firstOf<Found extends { readonly at: Place }>(
  found: readonly Found[],
  maximum: number,
  findings: Findings,
): readonly Found[] {
  const beyond = found[maximum];
  if (beyond === undefined) return found;
  leftOut(findings, beyond.at, `from here on: no more than ${maximum} are taken at once`);
  return found.slice(0, maximum);
}

/** Somebody else's word inside a sentence of ours: short, in quotes, on one line. */
export function quoted(value: string): string {
  const plain = value.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80)}…` : plain);
}
