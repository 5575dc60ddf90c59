/**
 * The organization while the sandbox runs: what it is, and how it becomes another. A change is checked as a
 * whole and then takes its place at once, or nothing happens. It owns the document; services look things up in
 * the World.
 */
import { randomBytes } from 'node:crypto';
import { documentOf } from './document-of.ts';
import { entityArn } from './entities.ts';
import { issuerName } from './identifiers.ts';
import { type Identities, identify } from './identities.ts';
import type { AccountDocument, OrganizationDocument } from './organization-schema.ts';
import { OrganizationError } from './problem.ts';
import { prepareOrganization, type Preparation, type Prepared } from './prepare-organization.ts';
import { type ReadText, readYaml } from './read-text.ts';
import { World } from './world.ts';
import type { WorldData } from './world-data.ts';

/** What an account consists of, each by its name; an OpenID provider's is its issuer, an instance's its id. */
export const ENTITY_LISTS = [
  'users',
  'groups',
  'roles',
  'samlProviders',
  'oidcProviders',
  'managedPolicies',
  'serviceControlPolicies',
  'instances',
  'buckets',
] as const;
export type EntityList = (typeof ENTITY_LISTS)[number];
export type EntityOf<L extends EntityList> = NonNullable<AccountDocument[L]>[number];

type Surroundings = Pick<Preparation, 'key' | 'origins'>;

/** What mistakes are said to be in, where no file is. */
const SOURCE = 'the organization';

export class Organization {
  readonly world: World;
  readonly #around: Surroundings;
  /** Of this process: a version of an earlier one is no version of this one. */
  readonly #series = randomBytes(6).toString('hex');
  #changes = 0;
  #document: OrganizationDocument;
  #identities: Identities;

  /** @throws OrganizationError */
  static fromText(text: string, source: string, preparation: Preparation): Organization {
    return Organization.#prepared(prepareOrganization(readYaml(text), source, preparation), preparation);
  }

  /** @throws OrganizationError */
  static fromDocument(document: unknown, around: Surroundings): Organization {
    return Organization.#prepared(prepareOrganization(withoutLines(document), SOURCE, around), around);
  }

  /** Of data that code has made. It is taken as it is; what is changed later is checked. */
  static fromData(data: WorldData, around: Surroundings): Organization {
    const state = { document: documentOf(data), identities: identify(data).identities };
    return new Organization(new World(data), state, around);
  }

  static #prepared(prepared: Prepared, around: Surroundings): Organization {
    const world = new World({ accounts: [] });
    world.replace(prepared.index);
    return new Organization(world, prepared, around);
  }

  private constructor(
    world: World,
    { document, identities }: Omit<Prepared, 'index'>,
    { key, origins }: Surroundings,
  ) {
    this.world = world;
    this.#document = document;
    this.#identities = identities;
    this.#around = { key, origins };
  }

  /** A copy: changing it changes nothing here. */
  get document(): OrganizationDocument {
    return structuredClone(this.#document);
  }

  /** Another after every change. */
  get version(): string {
    return `${this.#series}-${this.#changes}`;
  }

  /** A copy of an account, or of one entity of it. */
  find(accountId: string): AccountDocument | undefined;
  find<L extends EntityList>(accountId: string, list: L, name: string): EntityOf<L> | undefined;
  find(accountId: string, list?: EntityList, name = ''): object | undefined {
    const account = this.#document.accounts.find(({ id }) => id === accountId);
    const found =
      list === undefined
        ? account
        : (account?.[list] ?? []).find((entity) => nameOf(entity) === keyOf(list, name));
    return structuredClone(found);
  }

  /** Puts another organization in the place of this one. What is the same in both stays what it is. */
  replace(document: unknown): void {
    this.#swap(withoutLines(document));
  }

  /** As `replace`, of a text whose lines are named in what is thrown. */
  replaceWith(read: ReadText): void {
    this.#swap(read);
  }

  putAccount(account: unknown, accountId: string): void {
    const { accounts } = this.#document;
    this.#swapAccounts(withEntry(accounts, ({ id }) => id === accountId, account));
  }

  removeAccount(accountId: string): void {
    if (this.find(accountId) === undefined) throw notFound('account', accountId);
    this.#swapAccounts(this.#document.accounts.filter(({ id }) => id !== accountId));
  }

  /** Creates it, or changes it; a role's or bucket's policy is saved with that, changed or not. */
  put(accountId: string, list: EntityList, entity: unknown): void {
    const name = nameOf(entity);
    this.#changeList(
      accountId,
      list,
      (entries) => withEntry<unknown>(entries, (entry) => nameOf(entry) === name, entity),
      savedArn(accountId, list, entity),
    );
  }

  remove(accountId: string, list: EntityList, name: string): void {
    if (!this.#has(accountId, list, name)) throw notFound(list, name);
    this.#changeList(accountId, list, (entries) =>
      entries.filter((entry) => nameOf(entry) !== keyOf(list, name)),
    );
  }

  #has(accountId: string, list: EntityList, name: string): boolean {
    return this.find(accountId, list, name) !== undefined;
  }

  #changeList(
    accountId: string,
    list: EntityList,
    change: (entries: readonly unknown[]) => readonly unknown[],
    savedAgain?: string,
  ): void {
    const account = this.#document.accounts.find(({ id }) => id === accountId);
    if (account === undefined) throw notFound('account', accountId);
    const changed = { ...account, [list]: change(account[list] ?? []) };
    const { accounts } = this.#document;
    this.#swapAccounts(
      withEntry<unknown>(accounts, (entry) => entry === account, changed),
      savedAgain,
    );
  }

  #swapAccounts(accounts: readonly unknown[], savedAgain?: string): void {
    this.#swap(withoutLines({ ...this.#document, accounts }), savedAgain);
  }

  #swap(read: ReadText, savedAgain?: string): void {
    const prepared = prepareOrganization(read, SOURCE, {
      ...this.#around,
      previous: this.#identities,
      ...(savedAgain === undefined ? {} : { savedAgain }),
    });
    this.#document = structuredClone(prepared.document);
    this.#identities = prepared.identities;
    this.#changes += 1;
    this.world.replace(prepared.index);
  }
}

function withoutLines(value: unknown): ReadText {
  return { value, findings: [], locate: () => ({}) };
}

/** In its old place, or at the end. */
function withEntry<T>(entries: readonly T[], isIt: (entry: T) => boolean, entry: unknown): unknown[] {
  const index = entries.findIndex(isIt);
  return index < 0 ? [...entries, entry] : entries.with(index, entry as T);
}

function nameOf(entity: unknown): string | undefined {
  if (typeof entity !== 'object' || entity === null) return undefined;
  const { name, issuer, id } = entity as Readonly<Record<string, unknown>>;
  if (typeof issuer === 'string') return issuerName(issuer);
  // An instance has both, and its name is only a tag.
  return [id, name].find((candidate) => typeof candidate === 'string');
}

function keyOf(list: EntityList, name: string): string {
  return list === 'oidcProviders' ? issuerName(name) : name;
}

function savedArn(accountId: string, list: EntityList, entity: unknown): string | undefined {
  const name = nameOf(entity);
  if (name === undefined) return undefined;
  if (list === 'buckets') return `arn:aws:s3:::${name}`;
  const { path } = entity as { readonly path?: unknown };
  return list === 'roles'
    ? entityArn(accountId, 'role', { name, ...(typeof path === 'string' ? { path } : {}) })
    : undefined;
}

const CALLED: Readonly<Partial<Record<EntityList, string>>> = {
  users: 'user',
  groups: 'group',
  roles: 'role',
};

function notFound(list: EntityList | 'account', name: string): OrganizationError {
  const kind = list === 'account' ? 'account' : (CALLED[list] ?? `entry of ${list}`);
  const message = `The ${kind} with name ${name} cannot be found.`;
  return new OrganizationError([{ path: '', message, code: 'NoSuchEntity', status: 404 }]);
}
