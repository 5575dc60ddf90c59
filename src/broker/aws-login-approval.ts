/** A person's word on `aws login`: which of their roles the client gets, or that it gets none. */
import { randomBytes } from 'node:crypto';
import type { AuditEvent, AuditEventName, JsonValue, Origin } from '../core/audit-event.ts';
import type { Account, Role } from '../core/catalogue.ts';
import { decideAccess } from '../core/decide-access.ts';
import { denialError } from '../core/denial.ts';
import { BrokerError } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { AuthorizationRequestStore } from '../core/ports/authorization-requests.ts';
import type { Clock } from '../core/ports/clock.ts';
import { principalId } from '../core/principal.ts';
import { supportOf } from '../core/role-limits.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { CatalogueSource } from './catalogue-source.ts';
import { after, type SignedIn } from './sign-in-session.ts';

/** As long as somebody needs to carry a code from one device to another. */
export const LOGIN_CODE_SECONDS = 300;
/** STS's minimum: clients renew by themselves, and what is taken back ends the sooner. */
export const LOGIN_CREDENTIALS_SECONDS = 900;

/** What the client sent the browser with, checked by the door. */
export interface LoginRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  /** base64url of the SHA-256 of what only the client knows (RFC 7636). */
  readonly codeChallenge: string;
}

export interface AwsLoginApproval {
  /**
   * @returns with the role a code for it, of letters and digits alone.
   * @throws BrokerError what a use of the role would be refused for; `role.no_session`
   */
  approve(
    signedIn: SignedIn,
    asked: { readonly request: LoginRequest; readonly roleId: string },
    origin: Origin,
  ): Promise<{ readonly code: string; readonly role: Role; readonly account: Account }>;
  decline(signedIn: SignedIn, request: LoginRequest, origin: Origin): Promise<void>;
}

export interface ApprovalDependencies {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly authorizationRequests: Pick<AuthorizationRequestStore, 'create'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

/** Whether credentials of the role can say whose they are, and nobody has to be asked for each of them. */
export function canBeLoggedInTo(role: Role): boolean {
  return role.reservedForServices.length === 0 && supportOf(role).sessionName !== undefined;
}

export function approvalOf(dependencies: ApprovalDependencies): AwsLoginApproval {
  const { catalogue, authorizationRequests, audit, clock } = dependencies;

  const event = (
    name: AuditEventName,
    { principal }: SignedIn,
    { origin, detail }: { readonly origin: Origin; readonly detail: Readonly<Record<string, JsonValue>> },
  ): AuditEvent => ({
    name,
    at: clock.now(),
    principal: principalId(principal),
    origin,
    detail: { kind: 'aws-login', ...detail },
  });

  return {
    async approve(signedIn, { request, roleId }, origin) {
      const { principal, session } = signedIn;
      const now = clock.now();
      const { compiled } = await catalogue.current();
      // Decided here as well, so that a refusal is told where a person can read it.
      const wish = {
        roleId,
        durationSeconds: LOGIN_CREDENTIALS_SECONDS,
        purpose: 'credentials',
        at: now,
      } as const;
      const decision = decideAccess(compiled, principal, wish);
      if (!decision.permitted) throw denialError(decision);
      if (!canBeLoggedInTo(decision.role)) throw new BrokerError('role.no_session');
      const code = randomBytes(32).toString('hex');
      const { clientId, redirectUri, codeChallenge } = request;
      await authorizationRequests.create(
        {
          idHash: sha256Hex(code),
          kind: 'aws-login',
          state: 'approved',
          facts: { clientId, redirectUri, codeChallenge, role: roleId },
          sessionIdHash: session.idHash,
          createdAt: now,
          expiresAt: after(now, LOGIN_CODE_SECONDS),
        },
        event('client.approved', signedIn, { origin, detail: { client: clientId, role: roleId } }),
      );
      return { code, role: decision.role, account: decision.account };
    },

    async decline(signedIn, { clientId }, origin) {
      const detail = { client: clientId, reason: 'person' };
      await audit.record(event('client.denied', signedIn, { origin, detail }), signedIn.principal.standing);
    },
  };
}
