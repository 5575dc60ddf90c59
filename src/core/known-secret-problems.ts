/** Where people work for real, an application whose secret stands in a manual is an open door. */
import { sha256Hex } from '../lib/hash.ts';
import type { Catalogue } from './catalogue.ts';
import type { CatalogueFacts, Problem } from './catalogue-problems.ts';

/** Of the sandbox's applications; a test holds them to the sandbox. A hash can only be compared. */
const KNOWN_HASHES: ReadonlySet<string> = new Set(
  ['sandbox-secret-of-billing-report', 'secret', 'password', 'changeme', ''].map(
    (text) => `sha256:${sha256Hex(text)}`,
  ),
);

export function isHashOfKnownSecret(hash: string): boolean {
  return KNOWN_HASHES.has(hash);
}

export function knownSecretProblems({ applications }: Catalogue, { allowHttp }: CatalogueFacts): Problem[] {
  if (allowHttp) return [];
  return applications.flatMap(({ secretHashes }, position) =>
    secretHashes.flatMap((hash, index) =>
      isHashOfKnownSecret(hash)
        ? [
            {
              path: ['applications', position, 'secretHashes', index],
              message: 'is the hash of a secret that everybody knows; run: daypass new-secret',
            },
          ]
        : [],
    ),
  );
}
