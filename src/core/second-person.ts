/**
 * Whether somebody else has to approve a change. By the operator's setting, which no administrator can change: it is
 * none of the catalogue's.
 */
import { conditionsHold, keysOf } from './applicable-mappings.ts';
import type { CatalogueSide, ProposedChange } from './authority.ts';
import type { CatalogueDifference } from './catalogue-difference.ts';
import type { CatalogueList } from './catalogue.ts';
import { whoKeysOf } from './mapping-index.ts';
import { isOwnAdministrator } from './own-administrators.ts';
import type { Principal } from './principal.ts';
import { termsUnder } from './role-terms.ts';

/** `own-access`: what gives its author a role, or could make them somebody else who has it. */
export const SECOND_PERSON = ['never', 'own-access', 'every-change'] as const;
export type SecondPerson = (typeof SECOND_PERSON)[number];

/** By these one person can become another, or an application, to Daypass. */
const IDENTITIES: ReadonlySet<CatalogueList> = new Set(['administrators', 'connectors', 'applications']);

/** Why the change has to be approved by somebody else than its author, in a sentence; undefined where it has not. */
export function whyASecondPerson(
  setting: SecondPerson,
  author: Principal,
  change: ProposedChange,
): string | undefined {
  if (setting === 'never' || isAlone(author)) return undefined;
  if (setting === 'every-change') return 'Every change needs somebody else’s approval here.';
  const named = change.difference.entries.find(({ list }) => IDENTITIES.has(list));
  if (named !== undefined) return `Changes of ${named.list} need somebody else’s approval here.`;
  const roleId = roleGained(author, change);
  if (roleId === undefined) return undefined;
  return `Whoever proposes it gets role “${roleId}” by it, or gets it on other terms. That needs somebody else’s approval here.`;
}

/** During the first run, and by break-glass, nobody else can be there. */
export function isAlone(principal: Principal): boolean {
  return isOwnAdministrator('first-run', principal) || isOwnAdministrator('break-glass', principal);
}

/** The first that the author would have by a mapping or on terms by which they do not have it yet. */
function roleGained(author: Principal, { before, after, difference }: ProposedChange): string | undefined {
  const isTouched = touchedBy(difference);
  const had = new Set([...waysToRoles(before, author, isTouched)].map(({ way }) => way));
  for (const { roleId, way } of waysToRoles(after, author, isTouched)) {
    if (!had.has(way)) return roleId;
  }
  return undefined;
}

interface Grant {
  readonly mappingId: string;
  readonly roleId: string;
  readonly accountId: string;
}

/** Of all others both sides say the same. */
function touchedBy({ entries }: CatalogueDifference): (grant: Grant) => boolean {
  const touched = (wanted: CatalogueList): ReadonlySet<string> =>
    new Set(entries.filter(({ list }) => list === wanted).map(({ id }) => id));
  const [mappings, roles, accounts] = [touched('mappings'), touched('roles'), touched('accounts')];
  return ({ mappingId, roleId, accountId }) =>
    mappings.has(mappingId) || roles.has(roleId) || accounts.has(accountId);
}

/** Also by mappings that are not in force yet, or no more: else one’s own could begin in a minute. */
function* waysToRoles(
  { compiled }: CatalogueSide,
  author: Principal,
  isTouched: (grant: Grant) => boolean,
): Iterable<{ readonly roleId: string; readonly way: string }> {
  const keys = new Set(keysOf(author).map(({ key }) => key));
  for (const each of compiled.mappings.values()) {
    const { id: mappingId, validFrom, validUntil } = each.mapping;
    if (!whoKeysOf(each.mapping).some((key) => keys.has(key)) || !conditionsHold(each.mapping, author))
      continue;
    for (const roleId of each.roleIds) {
      const entry = compiled.roles.get(roleId);
      if (entry === undefined || !isTouched({ mappingId, roleId, accountId: entry.account.id })) continue;
      const terms = termsUnder(compiled, entry, each);
      yield { roleId, way: JSON.stringify([roleId, mappingId, validFrom, validUntil, terms]) };
    }
  }
}
