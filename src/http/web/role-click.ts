/**
 * What somebody pressed on a role, and with which choices: kept in an address of ours while they are away to
 * sign in. An MFA code is never kept: it is a secret, and used up in half a minute.
 */
import type { Request } from 'express';

export interface RoleClick extends RoleChoices {
  readonly roleId: string;
  readonly purpose: 'console' | 'credentials';
  /** There was a session policy, and no address is long enough for it. */
  readonly policyLeftOut: boolean;
}

/** As they stand in the fields of the role's form: only text, judged by whoever uses it. */
interface RoleChoices {
  readonly mapping?: string;
  readonly durationSeconds?: string;
  readonly sessionPolicy?: string;
}

/** What `localPath` takes as a place to go back to. */
const LONGEST_ADDRESS = 2_048;

/** The press that this request is; undefined for every other request. */
export function clickOf(request: Request): RoleClick | undefined {
  const [, roleId, purpose] = /^\/roles\/([a-z0-9-]{1,63})\/(console|credentials)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || roleId === undefined || !isPurpose(purpose)) return undefined;
  const choices = choicesOf((name) => fieldOf(request, name));
  return { roleId, purpose, policyLeftOut: false, ...choices };
}

/** Whether the page pressed by itself, right after a sign-in. */
export function pressedItself(request: Request): boolean {
  return fieldOf(request, 'again') !== undefined;
}

/** What is not one text is nothing: a refusal is being answered already, and may not become another one. */
function fieldOf({ body }: Request, name: string): string | undefined {
  const fields: unknown = body;
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name)) return undefined;
  return textOf((fields as Record<string, unknown>)[name]);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The press that an address keeps for the role whose page it is. */
export function keptClick(roleId: string, query: Request['query']): RoleClick | undefined {
  const { purpose, policy } = query;
  if (!isPurpose(purpose)) return undefined;
  const choices = choicesOf((name) => textOf(query[name]));
  return { roleId, purpose, policyLeftOut: policy === 'left-out', ...choices };
}

/** The page of the role with everything as it was. The same press always has the same address. */
export function addressOf(click: RoleClick): string {
  const { mapping, durationSeconds, sessionPolicy, policyLeftOut } = click;
  const whole = address(click, { mapping, durationSeconds, sessionPolicy });
  if (whole.length <= LONGEST_ADDRESS && !policyLeftOut) return whole;
  return address(click, { mapping, durationSeconds, policy: 'left-out' });
}

function address(
  { roleId, purpose }: RoleClick,
  choices: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams({ purpose });
  for (const [name, value] of Object.entries(choices)) if (value !== undefined) query.set(name, value);
  return `/roles/${roleId}?${query.toString()}`;
}

/** What no real value looks like is left out: it would have led to a refusal. */
function choicesOf(read: (name: string) => string | undefined): RoleChoices {
  const mapping = read('mapping');
  const durationSeconds = read('durationSeconds');
  const sessionPolicy = read('sessionPolicy');
  return {
    ...(mapping === undefined || mapping.length > 63 ? {} : { mapping }),
    ...(durationSeconds === undefined || !/^[0-9]{1,9}$/.test(durationSeconds) ? {} : { durationSeconds }),
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
  };
}

function isPurpose(value: unknown): value is RoleClick['purpose'] {
  return value === 'console' || value === 'credentials';
}
