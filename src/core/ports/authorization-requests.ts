/**
 * A client that waits for a person's word (RFC 8628 device code), or that has it and comes for its tokens (RFC 6749
 * authorization code). Every method throws BrokerError `store.unavailable` when the database cannot do it.
 */
import type { AuditEvent } from '../audit-event.ts';

export type AuthorizationRequestKind = 'identity-center-device' | 'identity-center-code' | 'aws-login';
export type AuthorizationRequestState = 'pending' | 'approved' | 'denied' | 'spent';

export interface AuthorizationRequest {
  /** SHA-256 of the device code or authorization code, hex. */
  readonly idHash: string;
  readonly kind: AuthorizationRequestKind;
  /** What the person compares or types; kept as a hash, so never read back. */
  readonly userCode?: string;
  readonly state: AuthorizationRequestState;
  /** Client, redirect URI, challenge, chosen role, address of who asked: whatever its kind needs. */
  readonly facts: Readonly<Record<string, string>>;
  /** `idHash` of the sign-in session in which it was approved. */
  readonly sessionIdHash?: string;
  /** Once spent: the authorization that came of it, so that a second use can end it. */
  readonly authorizationId?: string;
  readonly createdAt: Date;
  readonly polledAt?: Date;
  readonly expiresAt: Date;
}

export interface AuthorizationRequestStore {
  /** @returns false if the user code is another live request's: choose another. */
  create(request: AuthorizationRequest, event?: AuditEvent): Promise<boolean>;
  /** Whatever its state, while it lives. */
  find(idHash: string, now: Date): Promise<AuthorizationRequest | undefined>;
  findByUserCode(userCode: string, now: Date): Promise<AuthorizationRequest | undefined>;
  /** @returns false if somebody decided before, or it has expired: nothing happened. */
  decide(
    idHash: string,
    decision: {
      readonly state: 'approved' | 'denied';
      readonly sessionIdHash: string;
      /** Added to those it has. */
      readonly facts?: Readonly<Record<string, string>>;
    },
    event: AuditEvent,
  ): Promise<boolean>;
  /** Notes when the client last asked. */
  polled(idHash: string, at: Date): Promise<void>;
}
