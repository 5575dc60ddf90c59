/** What happened, for the record. Names are `noun.past-verb`. Nothing here is ever a secret. */
export const AUDIT_EVENT_NAMES = [
  'sign-in.completed',
  'sign-in.denied',
  'sign-out.completed',
  'sign-out.denied',
  'session.revoked',
  'session.confirmed',
  'credentials.requested',
  'credentials.issued',
  'credentials.denied',
  'credentials.failed',
  'console-url.issued',
  'console-url.failed',
  'access-token.issued',
  'access-token.denied',
  'access-token.renewed',
  'access-token.revoked',
  'client.requested',
  'client.approved',
  'client.denied',
  'person.disabled',
  'person.enabled',
  'catalogue.changed',
  'change.proposed',
  'change.rejected',
  'change.withdrawn',
  'administration.denied',
  'first-run.started',
  'first-run.denied',
  'break-glass.used',
  'break-glass.denied',
  'role-check.requested',
  'role-check.completed',
  'connector.refresh-failed',
  'connector.certificate-expired',
  'connector.certificate-ends-soon',
  'signing-key.created',
  'signing-key.retired',
] as const;

export type AuditEventName = (typeof AUDIT_EVENT_NAMES)[number];

/** Where a request came from: which door, which request, which address. */
export interface Origin {
  readonly door: 'web' | 'api' | 'aws-client' | 'cli' | 'broker';
  readonly requestId: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
}

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface AuditEvent {
  readonly name: AuditEventName;
  readonly at: Date;
  /** `principalId()` of who acted; absent where nobody is known yet. */
  readonly principal?: string;
  readonly origin: Origin;
  readonly detail: { readonly [key: string]: JsonValue };
}
