/** `daypass access import`: other people's files as entries of an access file. Needs no Daypass that runs. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { addToAccess } from '../config/add-to-access.ts';
import { readAccessFile } from '../config/load-access.ts';
import { printAccess } from '../config/print-access.ts';
import { printProblems } from '../config/problem.ts';
import { readText } from '../config/read-text.ts';
import { catalogueSchema } from '../core/catalogue.ts';
import { entriesOf, type ImportedEntries } from '../core/import/entries-of.ts';
import type { ImportFile, ImportNote } from '../core/import/findings.ts';
import { IMPORT_KINDS, READ_IMPORT, type ImportKind } from '../core/import/import-kinds.ts';
import type { Terminal } from './command.ts';

export const IMPORT_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  connector: { type: 'string' },
  'credential-source': { type: 'string' },
  into: { type: 'string' },
};

const USAGE = `write: daypass access import KIND FILE… [--connector ID] [--credential-source NAME] [--into ACCESS.yaml]; KIND is one of ${IMPORT_KINDS.join(', ')}`;

const MAXIMUM_BYTES = 16 * 1_048_576;

export function importAccess(
  [word, ...names]: readonly (string | undefined)[],
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
): number {
  const kind = IMPORT_KINDS.find((each) => each === word);
  if (kind === undefined || names.length === 0) return complain(terminal, USAGE);
  const files = names.map((name = '') => ({ name, read: readText(name, MAXIMUM_BYTES) }));
  const texts = files.flatMap(({ name, read }) => ('text' in read ? [{ name, text: read.text }] : []));
  for (const { name, read } of files) if ('mistake' in read) terminal.complain(`${name} ${read.mistake}`);
  if (texts.length < files.length) return 1;
  const { connector, 'credential-source': credentialSource, into } = options;
  const given = {
    kind,
    files: texts,
    connector: textOf(connector),
    credentialSource: textOf(credentialSource),
  };
  return typeof into === 'string' ? addTo(into, given, terminal) : print(given, terminal);
}

interface Given {
  readonly kind: ImportKind;
  readonly files: readonly ImportFile[];
  readonly connector: string | undefined;
  readonly credentialSource: string | undefined;
}

function print(given: Given, terminal: Terminal): number {
  const nothing = catalogueSchema.parse({});
  terminal.print(printAccess({ ...nothing, ...importedFrom(given, nothing, terminal) }).trimEnd());
  return 0;
}

function addTo(file: string, given: Given, terminal: Terminal): number {
  const { catalogue, problems } = readAccessFile(file);
  if (catalogue === undefined) return complain(terminal, printProblems(problems));
  const entries = importedFrom(given, catalogue, terminal);
  writeFileSync(file, addToAccess(readFileSync(file, 'utf8'), entries));
  const counts = Object.entries(entries).map(([list, added]) => `${added.length} ${list}`);
  terminal.print(`${file}: ${counts.join(', ')} added; look at them, then: daypass access plan ${file}`);
  return 0;
}

function importedFrom(
  { kind, files, connector, credentialSource }: Given,
  existing: ImportedEntries,
  terminal: Terminal,
): ImportedEntries {
  const findings = READ_IMPORT[kind](files, { credentialSource });
  const { entries, notes } = entriesOf({ findings, existing, connector });
  if (notes.length > 0) terminal.complain(notes.map(printNote).join('\n'));
  return entries;
}

function printNote({ kind, file, place, message }: ImportNote): string {
  return `${file}, ${place}: ${kind === 'left-out' ? 'left out' : 'check'}: ${message}`;
}

function textOf(option: unknown): string | undefined {
  return typeof option === 'string' ? option : undefined;
}

function complain(terminal: Terminal, why: string): number {
  terminal.complain(why);
  return 1;
}
