/** What the profiles in a person's `~/.aws/config` are called: by a template, in characters that every tool takes. */
import type { Account, Role } from './catalogue.ts';

export interface RoleInAccount {
  readonly role: Role;
  readonly account: Account;
}

const PLACEHOLDERS: Readonly<Record<string, (entry: RoleInAccount) => string>> = {
  account: ({ account }) => account.name,
  accountId: ({ account }) => account.id,
  environment: ({ account }) => account.environment ?? '',
  role: ({ role }) => role.roleName.slice(role.roleName.lastIndexOf('/') + 1),
  roleId: ({ role }) => role.id,
};

export const PROFILE_NAME_HINT =
  'use {account}, {accountId}, {environment}, {role}, {roleId}, and letters, digits and ._@+- between them';

/** Whoever types a name does not want more; each placeholder's value counts as far as it fits. */
const LONGEST_NAME = 100;
const TEMPLATE = new RegExp(`^(?:[A-Za-z0-9_.@+-]|\\{(?:${Object.keys(PLACEHOLDERS).join('|')})\\}){1,64}$`);

export function isProfileNameTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/**
 * One name each, in order; no two are the same, whatever their case. All roles that would share a name have their id
 * behind it, the first one too: a name must not come to mean another role when somebody is given one more.
 */
export function profileNames(entries: readonly RoleInAccount[], template: string): string[] {
  const names = entries.map((entry) => nameOf(entry, template));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(keyOf(name), (counts.get(keyOf(name)) ?? 0) + 1);
  const isAlone = (name: string): boolean =>
    name !== '' && keyOf(name) !== RESERVED && counts.get(keyOf(name)) === 1;
  const taken = new Set([RESERVED, ...names.filter(isAlone).map(keyOf)]);
  return entries.map(({ role }, index) => {
    const name = names[index] ?? '';
    if (isAlone(name)) return name;
    const free = firstFree(name === '' ? role.id : `${name}-${role.id}`, taken);
    taken.add(keyOf(free));
    return free;
  });
}

/** `[profile default]` would be `[default]`. */
const RESERVED = 'default';

const keyOf = (name: string): string => name.toLowerCase();

function firstFree(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(keyOf(free)); number += 1) free = `${name}-${number}`;
  return free;
}

function nameOf(entry: RoleInAccount, template: string): string {
  return template
    .replace(/\{([A-Za-z]+)\}/g, (_all, placeholder: string) => PLACEHOLDERS[placeholder]?.(entry) ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.@+]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replace(/^[^A-Za-z0-9_]+|-$/g, '');
}
