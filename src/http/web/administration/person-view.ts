/** A person as the administrators' pages show them. */
import type { PersonInFull } from '../../../broker/administer-people.ts';
import type { Asker } from '../../../broker/administrators.ts';
import type { KnownPerson } from '../../../core/ports/people.ts';
import { personId, principalId } from '../../../core/principal.ts';
import { authorizationView } from '../authorization-view.ts';
import { describeBrowser } from '../describe-browser.ts';
import type { PageContent } from '../pages.ts';
import { searchRoles, type searchOf } from '../search-roles.ts';
import { ago } from '../time-words.ts';
import type { adminFrame } from './sections.ts';
import type { PersonPage, PersonRowView } from './people-views.ts';

export interface PersonPageFacts {
  readonly now: Date;
  readonly search: ReturnType<typeof searchOf>;
  readonly asker: Asker;
}

export function personRow(known: KnownPerson, now: Date): PersonRowView {
  const { connectorId, subject, displayName, email } = known.person.identity;
  return {
    href: hrefOf(known),
    label: displayName ?? email ?? subject,
    subject,
    email,
    connectorId,
    signedInAt: known.signedInAt.toISOString(),
    signedInAgo: ago(known.signedInAt, now),
    state: stateOf(known),
  };
}

export function personView(
  { known, entitlements, sessions, authorizations, refusal }: PersonInFull,
  { now, search, asker }: PersonPageFacts,
): Omit<PageContent<PersonPage>, keyof ReturnType<typeof adminFrame>> {
  const { identity, authentication } = known.person;
  const href = hrefOf(known);
  const row = personRow(known, now);
  const isSelf = principalId(asker.principal) === personId(identity);
  return {
    ...row,
    title: row.label,
    principal: personId(identity),
    groups: identity.groups,
    attributes: [...identity.attributes].map(([name, values]) => ({ name, values })),
    contexts: authentication.contexts,
    disabled: known.disabled && { ...known.disabled, at: known.disabled.at.toISOString() },
    roles: searchRoles(entitlements, search.query, search),
    explainHref: `/admin/explain?${new URLSearchParams({ person: known.id }).toString()}`,
    sessions: sessions.map(({ id, session }) => ({
      browser: describeBrowser(session.userAgent),
      address: session.sourceIp,
      signedInAgo: ago(session.createdAt, now),
      lastUsedAgo: ago(session.seenAt, now),
      endAction: `${href}/sessions/${id}/end`,
    })),
    tokens: authorizations.map((each) => ({
      ...authorizationView(each, now),
      endAction: `${href}/tokens/${encodeURIComponent(each.id)}/end`,
    })),
    endAllAction: `${href}/sessions/end`,
    switchAction: `${href}/${known.disabled === undefined ? 'disable' : 'enable'}`,
    refusal:
      refusal ?? (isSelf ? 'This is you: you may end your sessions, and not disable yourself.' : undefined),
    mayEnd: refusal === undefined,
    maySwitch: refusal === undefined && !isSelf,
  };
}

function hrefOf({ id }: KnownPerson): string {
  return `/admin/people/${encodeURIComponent(id)}`;
}

function stateOf({ disabled, refusedAt }: KnownPerson): PersonRowView['state'] {
  if (disabled !== undefined) return 'disabled';
  return refusedAt === undefined ? 'active' : 'refused';
}
