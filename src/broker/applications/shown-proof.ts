/** What a caller shows for being an application, and what is known once it held. */
import type { JsonValue } from '../../core/audit-event.ts';
import type { RegisteredApplication } from '../../core/application-proofs.ts';
import { BrokerError } from '../../core/errors.ts';
import type { OneTimeValue } from '../../core/ports/stores.ts';

/** Each door reads it from its own kind of request. */
export type ShownProof =
  | { readonly kind: 'secret'; readonly clientId: string; readonly secret: string }
  /** A signed token: the application's own (`private_key_jwt`), or one of the platform that it runs on. */
  | { readonly kind: 'assertion'; readonly clientId?: string | undefined; readonly assertion: string }
  /** One of the platform's alone. */
  | { readonly kind: 'workload'; readonly clientId?: string | undefined; readonly assertion: string }
  /** In DER, from a proxy that has seen the caller use its key. */
  | { readonly kind: 'certificate'; readonly clientId: string; readonly certificate: Uint8Array };

export interface ProvenApplication {
  readonly application: RegisteredApplication;
  /** `proofId` of the entry of the catalogue by which it held. */
  readonly proof: string;
  /** To be spent in the transaction that hands something out for it. */
  readonly spend: readonly OneTimeValue[];
  /** When what was shown ends, where what comes of it may not outlive it. */
  readonly endsAt?: Date;
  /** For the record: by what. */
  readonly detail: Readonly<Record<string, JsonValue>>;
}

/** Whatever is wrong, the answer is one; the reason is for the record. */
export function notProven(detail: string): never {
  throw new BrokerError('client.invalid', { detail });
}
