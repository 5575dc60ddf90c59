import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Organization } from './organization.ts';
import type { Preparation } from './prepare-organization.ts';
import { OrganizationError } from './problem.ts';
import { MAXIMUM_TEXT_BYTES } from './read-text.ts';

/** A file, or what would stand in one. */
export type OrganizationSource = { readonly file: string } | { readonly document: unknown };

/** What the sandbox starts with where nobody names another. */
export function exampleOrganizationFile(rootDir: string): string {
  return join(rootDir, 'src', 'sandbox', 'organization.yaml');
}

/** @throws OrganizationError with every mistake, each with its line */
export function openOrganization(
  source: OrganizationSource,
  around: Pick<Preparation, 'key' | 'origins'>,
): Organization {
  if ('document' in source) return Organization.fromDocument(source.document, around);
  const { file } = source;
  const read = readSmallFile(file);
  if ('mistake' in read) throw new OrganizationError([{ path: '', message: read.mistake }], file);
  const readBeside = (name: string) => readSmallFile(resolve(dirname(file), name));
  return Organization.fromText(read.text, file, { ...around, readBeside });
}

function readSmallFile(file: string): { readonly text: string } | { readonly mistake: string } {
  try {
    const facts = statSync(file);
    if (!facts.isFile()) return { mistake: 'is not a file' };
    if (facts.size > MAXIMUM_TEXT_BYTES) return { mistake: `is larger than ${MAXIMUM_TEXT_BYTES} bytes` };
    return { text: readFileSync(file, 'utf8') };
  } catch (error) {
    // The system's own message repeats the path and names a call that says no more.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { mistake: `cannot be read (${code})` };
  }
}
