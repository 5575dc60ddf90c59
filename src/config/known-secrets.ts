/** Secrets that everybody knows: the sandbox's own (each starts with its name) and what templates put there. */
import { sha256Hex } from '../lib/hash.ts';

const PLACEHOLDER = /^(?:sandbox-|change-?me|replace-?me|example|placeholder|password|secret|default|test)/i;

/** Of the sandbox's applications; a test holds them to the sandbox. A hash can only be compared. */
const KNOWN_HASHES: ReadonlySet<string> = new Set(
  ['sandbox-secret-of-billing-report', 'secret', 'password', 'changeme', ''].map(
    (text) => `sha256:${sha256Hex(text)}`,
  ),
);

export function isKnownSecret(value: string): boolean {
  return PLACEHOLDER.test(value);
}

export function isHashOfKnownSecret(hash: string): boolean {
  return KNOWN_HASHES.has(hash);
}
