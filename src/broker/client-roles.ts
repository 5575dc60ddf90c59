/**
 * A person's accounts and roles in the pages that Identity Center's clients read. What is worked out for a list of
 * entitlements is kept as long as that list, so that each page costs what is on it.
 */
import type { Account } from '../core/catalogue.ts';
import type { Entitlement } from '../core/entitlements.ts';
import { BrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { supportOf } from '../core/role-limits.ts';
import type { EntitlementSource } from './list-entitlements.ts';

export const MAXIMUM_PAGE = 100;

export interface PageWish {
  /** What the page before ended with. */
  readonly nextToken?: string;
  readonly size?: number;
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

export interface ClientRoles {
  /** @throws BrokerError `request.malformed` for a token of another list. */
  accounts(principal: Principal, wish: PageWish): Promise<PageOf<Account>>;
  roles(principal: Principal, accountId: string, wish: PageWish): Promise<PageOf<Entitlement>>;
  /** The id to decide about: the role's, if it is of that account; else what no role is called. */
  roleId(
    principal: Principal,
    asked: { readonly accountId: string; readonly roleName: string },
  ): Promise<string>;
}

export function createClientRoles(entitlements: EntitlementSource): ClientRoles {
  const indexes = new WeakMap<readonly Entitlement[], Index>();

  async function indexOf(principal: Principal): Promise<Index> {
    const list = await entitlements.list(principal);
    const index = indexes.get(list) ?? new Index(list.filter(isUsable));
    indexes.set(list, index);
    return index;
  }

  return {
    accounts: async (principal, wish) => (await indexOf(principal)).accounts.page(wish),
    roles: async (principal, accountId, wish) => (await indexOf(principal)).rolesOf(accountId).page(wish),
    async roleId(principal, { accountId, roleName }) {
      const found = await entitlements.find(principal, roleName);
      return found?.account.id === accountId ? roleName : `${accountId}/${roleName}`;
    },
  };
}

/** A client has nothing but the role's name to ask with: no MFA code and no session policy, and no service is one. */
function isUsable({ role, hasSessionPolicy }: Entitlement): boolean {
  const needsCode = role.grant.method === 'get-session-token' && role.grant.mfaSerialNumber !== undefined;
  const needsPolicy = supportOf(role).sessionPolicy === 'required' && !hasSessionPolicy;
  return role.reservedForServices.length === 0 && !needsCode && !needsPolicy;
}

class Index {
  readonly accounts: Listing<Account>;
  readonly #roles: ReadonlyMap<string, Listing<Entitlement>>;

  constructor(entitlements: readonly Entitlement[]) {
    const accounts = new Map<string, Account>();
    const roles = new Map<string, Entitlement[]>();
    for (const entitlement of entitlements) {
      const { account } = entitlement;
      accounts.set(account.id, account);
      const others = roles.get(account.id);
      if (others === undefined) roles.set(account.id, [entitlement]);
      else others.push(entitlement);
    }
    this.accounts = new Listing([...accounts.values()], ({ id }) => id);
    this.#roles = new Map([...roles].map(([id, list]) => [id, new Listing(list, ({ role }) => role.id)]));
  }

  rolesOf(accountId: string): Listing<Entitlement> {
    return this.#roles.get(accountId) ?? new Listing<Entitlement>([], () => '');
  }
}

/** A list whose pages go on behind the last item shown, wherever that stands by then. */
class Listing<Item> {
  readonly #items: readonly Item[];
  readonly #idOf: (item: Item) => string;
  readonly #positions: ReadonlyMap<string, number>;

  constructor(items: readonly Item[], idOf: (item: Item) => string) {
    this.#items = items;
    this.#idOf = idOf;
    this.#positions = new Map(items.map((item, position) => [tokenOf(idOf(item)), position]));
  }

  page({ nextToken, size = MAXIMUM_PAGE }: PageWish): PageOf<Item> {
    const start = nextToken === undefined ? 0 : this.#after(nextToken);
    const items = this.#items.slice(start, start + size);
    const last = start + size < this.#items.length ? items.at(-1) : undefined;
    return { items, nextToken: last === undefined ? undefined : tokenOf(this.#idOf(last)) };
  }

  #after(token: string): number {
    const position = this.#positions.get(token);
    if (position === undefined)
      throw new BrokerError('request.malformed', { hint: 'The next_token is of another list. Start again.' });
    return position + 1;
  }
}

function tokenOf(id: string): string {
  return Buffer.from(`after ${id}`).toString('base64url');
}
