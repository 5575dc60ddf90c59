/** The pieces of an onboarding in every form in which owners of accounts apply them. */
import type { Account, Catalogue, Role } from '../catalogue.ts';
import type { AccountPieces, IamPiece, Onboarding } from './onboarding.ts';
import { printCli, type Existing } from './print-cli.ts';
import { cloudFormation, stackSet, type StackSet, type StackSetMember } from './print-cloudformation.ts';
import { printTerraform } from './print-terraform.ts';

export interface PrintedAccount extends AccountPieces {
  readonly cli: string;
  /** What is not theirs to make is in neither of these; absent where nothing is left. */
  readonly cloudFormation?: object;
  readonly terraform?: string;
}

export interface PrintedOnboarding {
  readonly accounts: readonly PrintedAccount[];
  /** For the role in every account that has one like it. */
  readonly stackSet?: StackSet;
}

export interface PrintOptions {
  readonly role: Role;
  readonly account: Account;
  readonly existing: Existing;
  /** Accounts with the same role, this one among them. */
  readonly members: readonly StackSetMember[];
}

export function printOnboarding(
  { accounts }: Onboarding,
  { role, account, existing, members }: PrintOptions,
): PrintedOnboarding {
  const own = accounts.find(({ accountId }) => accountId === account.id);
  const made = own === undefined ? undefined : madeHere(own, existing);
  return {
    accounts: accounts.map((each) => printAccount(each, existing)),
    ...(made?.pieces.some(({ kind }) => kind === 'role') === true
      ? { stackSet: stackSet(made, `daypass-${role.id}`, members) }
      : {}),
  };
}

function printAccount(account: AccountPieces, existing: Existing): PrintedAccount {
  const cli = printCli(account, existing);
  const made = madeHere(account, existing);
  if (made.pieces.length === 0) return { ...account, cli };
  return { ...account, cli, cloudFormation: cloudFormation(made), terraform: printTerraform(made) };
}

/** A template changes only what one of its own made. */
function madeHere(account: AccountPieces, existing: Existing): AccountPieces {
  const isThere = ({ kind }: IamPiece): boolean =>
    kind === 'role' ? existing.role : kind !== 'permission' && existing.provider;
  return { ...account, pieces: account.pieces.filter((piece) => !isThere(piece)) };
}

/** Where the same role stands with the same provider or principal: those a StackSet can set up alike. */
export function rolesLike({ roles, accounts }: Catalogue, role: Role, account: Account): StackSetMember[] {
  const partitions = new Map(accounts.map(({ id, partition }) => [id, partition]));
  const alike = roles.filter(
    (each) =>
      partitions.get(each.accountId) === account.partition &&
      each.roleName === role.roleName &&
      sameButForId(each) === sameButForId(role),
  );
  const members = new Map<string, StackSetMember>();
  for (const { accountId, grant } of [role, ...alike]) {
    const externalId = 'externalId' in grant ? grant.externalId : undefined;
    if (!members.has(accountId))
      members.set(accountId, { accountId, ...(externalId === undefined ? {} : { externalId }) });
  }
  return [...members.values()];
}

function sameButForId({ grant, reservedForServices }: Role): string {
  const asked =
    'externalId' in grant && grant.externalId !== undefined ? { ...grant, externalId: '' } : grant;
  return JSON.stringify([Object.entries(asked).toSorted(), reservedForServices]);
}
