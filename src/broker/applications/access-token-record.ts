/** What is kept and told of an access token of an application's. */
import type { AuditEvent, Origin } from '../../core/audit-event.ts';
import type { Authorization } from '../../core/ports/authorizations.ts';
import { principalId } from '../../core/principal.ts';
import { randomToken } from '../../lib/hash.ts';
import type { DecidedGrant } from './decide-grant.ts';
import type { ProvenApplication } from './shown-proof.ts';

interface Told {
  readonly proven: ProvenApplication;
  readonly origin: Origin;
  readonly now: Date;
}

export function recordOf(
  grant: DecidedGrant,
  told: Told,
): { readonly authorization: Authorization; readonly event: AuditEvent } {
  return { authorization: authorizationOf(grant, told), event: eventOf(grant, told) };
}

function authorizationOf(
  { person, proofs, roles, lifeSeconds }: DecidedGrant,
  { proven: { application }, origin: { sourceIp, userAgent }, now }: Told,
): Authorization {
  return {
    id: randomToken(),
    kind: person === undefined ? 'application' : 'on-behalf-of',
    applicationId: application.id,
    ...(person === undefined ? {} : { owner: ownerOf(person.identity), person }),
    label: application.name,
    facts: {
      proofs,
      ...(roles === undefined ? {} : { roles }),
      ...(sourceIp === undefined ? {} : { sourceIp }),
      ...(userAgent === undefined ? {} : { userAgent }),
    },
    createdAt: now,
    usedAt: now,
    expiresAt: new Date(now.getTime() + lifeSeconds * 1_000),
  };
}

function ownerOf({
  connectorId,
  subject,
}: NonNullable<DecidedGrant['person']>['identity']): NonNullable<Authorization['owner']> {
  return { connectorId, subject };
}

/** Who acts, where it is not the person, is RFC 8693's `act`. */
function eventOf(
  { principal, person, roles, lifeSeconds }: DecidedGrant,
  { proven: { application, detail }, origin, now }: Told,
): AuditEvent {
  return {
    name: 'access-token.issued',
    at: now,
    principal: principalId(principal),
    origin,
    detail: {
      kind: person === undefined ? 'application' : 'on-behalf-of',
      ...(person === undefined ? {} : { actor: `application:${application.id}` }),
      ...detail,
      ...(roles === undefined ? {} : { roles }),
      expiresInSeconds: lifeSeconds,
    },
  };
}
