import { readFileSync, statSync } from 'node:fs';

const MAXIMUM_BYTES = 65_536;

type SecretFile = { readonly value: string } | { readonly mistake: string };

/** A secret in a file of its own, as Docker and Kubernetes mount them. One line end at the end is not part of it. */
export function readSecretFile(file: string): SecretFile {
  try {
    const facts = statSync(file);
    if (!facts.isFile()) return { mistake: `${file} is not a file` };
    if (facts.size > MAXIMUM_BYTES) return { mistake: `${file} is larger than ${MAXIMUM_BYTES} bytes` };
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { mistake: `${file} is empty` } : { value };
  } catch (error) {
    return { mistake: `${file} cannot be read (${codeOf(error)})` };
  }
}

/** `ENOENT` and its like; messages of the system repeat paths and call names that say no more. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
