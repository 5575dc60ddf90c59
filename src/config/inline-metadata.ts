/** `metadataFile` of access.yaml becomes the text of the file it names, so that the catalogue holds all it needs. */
import { dirname, resolve } from 'node:path';
import type { Path } from './problem.ts';
import { readText } from './read-text.ts';

const MAXIMUM_BYTES = 1_048_576;

interface Inlined {
  readonly value: unknown;
  readonly mistakes: readonly { readonly path: Path; readonly message: string }[];
}

/**
 * @param value access.yaml as it was parsed; whatever in it is no connector is left for the schema to judge.
 * @param file access.yaml's own path: the others are relative to it.
 */
export function inlineMetadata(value: unknown, file: string): Inlined {
  const connectors: unknown = Reflect.get(Object(value), 'connectors');
  if (!Array.isArray(connectors)) return { value, mistakes: [] };
  const mistakes: { path: Path; message: string }[] = [];
  const inlined = connectors.map((connector: unknown, position) => {
    const metadataFile: unknown = Reflect.get(Object(connector), 'metadataFile');
    if (typeof metadataFile !== 'string') return connector;
    const rest = withoutKey(connector as Record<string, unknown>, 'metadataFile');
    const read = Object.hasOwn(rest, 'metadata')
      ? { mistake: 'stands beside metadata: give one of the two' }
      : readMetadata(resolve(dirname(file), metadataFile));
    if ('text' in read) return { ...rest, metadata: read.text };
    mistakes.push({ path: ['connectors', position, 'metadataFile'], message: read.mistake });
    return { ...rest, metadata: UNREAD };
  });
  return { value: { ...(value as object), connectors: inlined }, mistakes };
}

function withoutKey(entry: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== key));
}

/** Stands in for what could not be read, so that the rest of the entry is looked at as well. */
const UNREAD = '<unread/>';

function readMetadata(file: string): ReturnType<typeof readText> {
  const read = readText(file, MAXIMUM_BYTES);
  if ('mistake' in read) return { mistake: `the file ${read.mistake}` };
  // The connector judges it for good: this is for whoever names another file.
  const isMetadata = /^\s*</.test(read.text) && /<(?:[\w.-]+:)?Entit(?:y|ies)Descriptor[\s>]/.test(read.text);
  return isMetadata ? read : { mistake: 'the file is not a SAML metadata document' };
}
