/**
 * Names for what the catalogue says of an application, entry by entry. A token remembers those that it came from: as
 * soon as one is changed or gone (a secret that was rotated away, a branch that is trusted no more), so is the token.
 */
import { sha256Hex } from '../lib/hash.ts';
import type { Application } from './application-schema.ts';

export type ProofKind = 'secret' | 'key' | 'key-set' | 'workload' | 'certificate' | 'on-behalf-of';

export interface RegisteredApplication extends Application {
  /** `proofId` of everything that it may show. */
  readonly proofs: ReadonlySet<string>;
}

export function proofId(kind: ProofKind, entry: unknown): string {
  return sha256Hex(JSON.stringify([kind, entry]));
}

export function registerApplication(application: Application): RegisteredApplication {
  const { secretHashes, keys, jwksUrl, workloads, certificates, onBehalfOf } = application;
  const ids = (kind: ProofKind, entries: readonly unknown[]): string[] =>
    entries.map((entry) => proofId(kind, entry));
  const proofs = new Set([
    ...ids('secret', secretHashes),
    ...ids('key', keys),
    ...ids('key-set', jwksUrl === undefined ? [] : [jwksUrl]),
    ...ids('workload', workloads),
    ...ids('certificate', certificates),
    ...ids('on-behalf-of', onBehalfOf),
  ]);
  return { ...application, proofs };
}
