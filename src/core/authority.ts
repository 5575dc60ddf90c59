/**
 * Who may administer, and what of it: exact connectors, groups and subjects, and nothing where no entry says so.
 * Everything that a narrower administrator may not do is refused here, whichever door it comes by.
 */
import type { CatalogueDifference, EntryChange } from './catalogue-difference.ts';
import type { Catalogue, Mapping, Role } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { isOwnAdministrator } from './own-administrators.ts';
import type { Principal } from './principal.ts';

export interface Authority {
  readonly may: 'all' | 'read';
  /** The only accounts whose roles and mappings may be changed; absent for everything. */
  readonly accounts?: ReadonlySet<string>;
}

/** Without one a catalogue is changed by nobody. */
export function hasFullAdministrator({ administrators }: Catalogue): boolean {
  return administrators.some(({ may, accounts }) => may === 'all' && accounts === undefined);
}

/** The widest that the catalogue gives; undefined for everybody else. */
export function authorityOf(catalogue: Catalogue, principal: Principal): Authority | undefined {
  if (isOwnAdministrator('break-glass', principal)) return { may: 'all' };
  // Over as soon as there is somebody else.
  if (isOwnAdministrator('first-run', principal) && !hasFullAdministrator(catalogue)) return { may: 'all' };
  return namedAuthority(catalogue, principal);
}

function namedAuthority({ administrators }: Catalogue, principal: Principal): Authority | undefined {
  // An application that acts for somebody, or a token for some roles alone, was allowed for less than this.
  if (principal.kind !== 'user' || principal.actor !== undefined || principal.onlyRoles !== undefined)
    return undefined;
  const { connectorId, subject, groups } = principal.identity;
  const entries = administrators.filter(
    ({ connector, users, groups: named }) =>
      connector === connectorId && (users.includes(subject) || named.some((group) => groups.includes(group))),
  );
  if (entries.length === 0) return undefined;
  const changing = entries.filter(({ may }) => may === 'all');
  if (changing.length === 0) return { may: 'read' };
  if (changing.some(({ accounts }) => accounts === undefined)) return { may: 'all' };
  return { may: 'all', accounts: new Set(changing.flatMap(({ accounts }) => accounts ?? [])) };
}

/**
 * Why this administrator may not end what acts for people, in a sentence; undefined where they may. People use roles
 * of every account, so that whoever may change some accounts alone may only look.
 */
export function whatForbidsEnding({ may, accounts }: Authority): string | undefined {
  if (may === 'read') return 'You may look at everything and change nothing.';
  if (accounts === undefined) return undefined;
  return 'You may see people, and not sign them out or disable them: that reaches beyond the accounts you may change.';
}

/** A catalogue as it is or would be. */
export interface CatalogueSide {
  readonly catalogue: Catalogue;
  readonly compiled: CompiledCatalogue;
}

export const READ_ONLY = 'You may look at everything and change nothing.';

export interface ProposedChange {
  readonly before: CatalogueSide;
  readonly after: CatalogueSide;
  readonly difference: CatalogueDifference;
}

/** Why this administrator may not make the change, in a sentence; undefined where they may. */
export function whatForbids({ may, accounts }: Authority, change: ProposedChange): string | undefined {
  if (may === 'read') return READ_ONLY;
  if (accounts === undefined) return undefined;
  const { entries, reordered } = change.difference;
  const [list] = reordered.filter((each) => each !== 'roles' && each !== 'mappings');
  if (list !== undefined) return `You may not change ${list}.`;
  for (const entry of entries) {
    const why = forbidsEntry(accounts, change, entry);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Why an entry that is there is not this administrator's to change; undefined where it is. */
export function whatForbidsEntry(
  { may, accounts }: Authority,
  side: CatalogueSide,
  entry: Pick<EntryChange, 'list' | 'id'>,
): string | undefined {
  if (may === 'read') return READ_ONLY;
  return accounts === undefined ? undefined : forbidsEntry(accounts, { before: side, after: side }, entry);
}

type Accounts = ReadonlySet<string>;

function forbidsEntry(
  accounts: Accounts,
  { before, after }: Pick<ProposedChange, 'before' | 'after'>,
  { list, id }: Pick<EntryChange, 'list' | 'id'>,
): string | undefined {
  if (list === 'roles') {
    const [old, now] = [before, after].map(({ compiled }) => compiled.roles.get(id)?.role);
    return forbidsRole(accounts, id, { old, now });
  }
  if (list !== 'mappings') return `You may not change ${list}.`;
  for (const { compiled } of [before, after]) {
    const outside = [...(compiled.mappings.get(id)?.roleIds ?? [])].find(
      (roleId) => !accounts.has(compiled.roles.get(roleId)?.account.id ?? ''),
    );
    if (outside !== undefined)
      return `Mapping "${id}" gives role "${outside}", which is outside the accounts you may change.`;
  }
  return forbidsSelector(after.compiled.mappings.get(id)?.mapping);
}

/** A pattern or a tag would also choose what others add later, in accounts that are not this administrator's. */
function forbidsSelector(mapping: Mapping | undefined): string | undefined {
  if (mapping?.roles.pattern === undefined && mapping?.roles.tags === undefined) return undefined;
  return `Mapping "${mapping.id}" chooses roles by pattern or tags, which reaches beyond the accounts you may change; name ids or accounts.`;
}

function forbidsRole(
  accounts: Accounts,
  id: string,
  { old, now }: { readonly old: Role | undefined; readonly now: Role | undefined },
): string | undefined {
  const sides = [old, now].filter((role) => role !== undefined);
  if (sides.some(({ accountId }) => !accounts.has(accountId)))
    return `Role "${id}" is outside the accounts you may change.`;
  // With them one has what the key's owner has, whichever account the entry names.
  const signs = now !== undefined && 'credentialSource' in now.grant;
  if (signs && JSON.stringify(now.grant) !== JSON.stringify(old?.grant))
    return `Role "${id}" would use credentials of Daypass’s own, which you may not hand out.`;
  return undefined;
}
