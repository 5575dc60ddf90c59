/** A person as the API tells of them. */
import { z } from 'zod';
import type { PersonInFull } from '../../../broker/administer-people.ts';
import type { ShownSession } from '../../../broker/own-sessions.ts';
import { AUTHORIZATION_KINDS, type Authorization } from '../../../core/ports/authorizations.ts';
import type { KnownPerson } from '../../../core/ports/people.ts';
import { personId } from '../../../core/principal.ts';

const summary = {
  id: z.string().describe('Names them in addresses.'),
  principal: z.string().describe('As in the audit record.'),
  connector: z.string(),
  subject: z.string(),
  displayName: z.string().optional(),
  email: z.string().optional(),
  signedInAt: z.iso.datetime().describe('Their last sign-in.'),
  refusedAt: z.iso
    .datetime()
    .optional()
    .describe('When their identity provider refused to confirm them, if they have not signed in since.'),
  disabled: z.strictObject({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).optional(),
};

export const summarySchema = z.strictObject(summary);

const sessionSchema = z.strictObject({
  id: z.string(),
  signedInAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  sourceIp: z.string().optional(),
  userAgent: z.string().optional(),
});

const authorizationSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(AUTHORIZATION_KINDS),
  label: z.string(),
  roles: z.array(z.string()).optional().describe('The only roles it is for; absent for all of theirs.'),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

export const personInFullSchema = z.strictObject({
  ...summary,
  groups: z.array(z.string()).describe('Exactly as they arrived.'),
  attributes: z.record(z.string(), z.array(z.string())),
  authentication: z.strictObject({ at: z.iso.datetime(), contexts: z.array(z.string()) }),
  rolesCount: z.int(),
  sessions: z.array(sessionSchema).describe('Live ones, newest first, a hundred at most.'),
  tokens: z.array(authorizationSchema).describe('Whatever else may act for them.'),
  refusal: z.string().optional().describe('Why you may end nothing of it.'),
});

export function summaryOf({
  id,
  person,
  signedInAt,
  refusedAt,
  disabled,
}: KnownPerson): z.input<typeof summarySchema> {
  const { connectorId, subject, displayName, email } = person.identity;
  return {
    id,
    principal: personId(person.identity),
    connector: connectorId,
    subject,
    displayName,
    email,
    signedInAt: signedInAt.toISOString(),
    refusedAt: refusedAt?.toISOString(),
    disabled: disabled === undefined ? undefined : { ...disabled, at: disabled.at.toISOString() },
  };
}

export function personInFullOf({
  known,
  entitlements,
  sessions,
  authorizations,
  refusal,
}: PersonInFull): z.input<typeof personInFullSchema> {
  const { identity, authentication } = known.person;
  return {
    ...summaryOf(known),
    groups: [...identity.groups],
    attributes: Object.fromEntries([...identity.attributes].map(([name, values]) => [name, [...values]])),
    authentication: { at: authentication.at.toISOString(), contexts: [...authentication.contexts] },
    rolesCount: entitlements.length,
    sessions: sessions.map(sessionOf),
    tokens: authorizations.map(authorizationOf),
    refusal,
  };
}

function sessionOf({ id, session }: ShownSession) {
  return {
    id,
    signedInAt: session.createdAt.toISOString(),
    lastUsedAt: session.seenAt.toISOString(),
    expiresAt: session.absoluteExpiresAt.toISOString(),
    sourceIp: session.sourceIp,
    userAgent: session.userAgent,
  };
}

function authorizationOf({ id, kind, label, facts, createdAt, usedAt, expiresAt }: Authorization) {
  return {
    id,
    kind,
    label,
    roles: facts.roles === undefined ? undefined : [...facts.roles],
    createdAt: createdAt.toISOString(),
    lastUsedAt: usedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
