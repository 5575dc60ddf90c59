/**
 * Who asks, and how exactly a policy's Principal element names them. How exactly decides what else has to
 * allow the request: naming an account only delegates to it, naming a role is still narrowed by its session.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { PrincipalEntry, PrincipalsElement } from './policy.ts';

/** What every caller of an account has. */
interface OfAccount {
  readonly accountId: string;
  /** The 64 hex digits by which S3 knows the account. */
  readonly canonicalUserId?: string;
}

export interface UserCaller extends OfAccount {
  readonly kind: 'user';
  readonly userArn: string;
  readonly uniqueId?: string;
}

export interface RoleSessionCaller extends OfAccount {
  readonly kind: 'role-session';
  /** With its path, as IAM has it. */
  readonly roleArn: string;
  readonly sessionArn: string;
  /** The role's. */
  readonly uniqueId?: string;
}

export interface FederatedUserCaller extends OfAccount {
  readonly kind: 'federated-user';
  /** The IAM user who called GetFederationToken, or the root user. */
  readonly userArn: string;
  readonly sessionArn: string;
  /** The user's. */
  readonly uniqueId?: string;
}

export interface RootCaller extends OfAccount {
  readonly kind: 'root';
}

export interface ServiceCaller {
  readonly kind: 'service';
  /** E.g. `lambda.amazonaws.com`. */
  readonly service: string;
}

/** Holders of an assertion or token, before they have a session. */
export interface FederatedCaller {
  readonly kind: 'saml' | 'web-identity';
  /** The provider's ARN, or the host name of one that AWS has built in. */
  readonly provider: string;
}

/** Who asks, as IAM knows it. */
export type Caller =
  UserCaller | RoleSessionCaller | FederatedUserCaller | RootCaller | ServiceCaller | FederatedCaller;

/**
 * - `itself`: exactly this caller, or everyone. Nothing the caller's account says narrows that within the account.
 * - `source`: the role or user that the session comes from.
 * - `account`: the account, which decides by its own policies.
 */
export type Naming = 'itself' | 'source' | 'account';

const STRENGTH: Readonly<Record<Naming, number>> = { itself: 3, source: 2, account: 1 };

/** The stronger of two. */
export function strongerNaming(a: Naming | undefined, b: Naming | undefined): Naming | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}

/** How the element names the caller; undefined where it does not. */
export function namingOf(element: PrincipalsElement, caller: Caller): Naming | undefined {
  const namings = identitiesOf(caller).map(({ naming, isNamedBy }) =>
    element.entries.some((entry) => entry.kind === 'anyone' || isNamedBy(entry)) ? naming : undefined,
  );
  if (!element.negated) {
    const everyone = element.entries.some(({ kind }) => kind === 'anyone') ? 'itself' : undefined;
    return namings.reduce(strongerNaming, everyone);
  }
  // NotPrincipal comes with Deny alone: who is to escape it has to be listed with session, role and account.
  return namings.includes(undefined) ? 'itself' : undefined;
}

interface CallerIdentity {
  readonly naming: Naming;
  readonly isNamedBy: (entry: PrincipalEntry) => boolean;
}

/** Everything a caller can be called, each with what that name is worth. */
function identitiesOf(caller: Caller): CallerIdentity[] {
  switch (caller.kind) {
    case 'user':
      return [byArn('itself', caller.userArn, caller.uniqueId), byAccount('account', caller)];
    case 'role-session':
      return [
        byArn('itself', caller.sessionArn),
        byArn('source', caller.roleArn, caller.uniqueId),
        byAccount('account', caller),
      ];
    case 'federated-user':
      return [
        byArn('itself', caller.sessionArn),
        byArn('source', caller.userArn, caller.uniqueId),
        byAccount('account', caller),
      ];
    case 'root':
      return [byAccount('itself', caller)];
    case 'service':
      return [
        {
          naming: 'itself',
          isNamedBy: (entry) => entry.kind === 'service' && entry.service === caller.service,
        },
      ];
    case 'saml':
    case 'web-identity':
      return [
        {
          naming: 'itself',
          isNamedBy: (entry) => entry.kind === 'federated' && entry.provider === caller.provider,
        },
      ];
  }
}

function byArn(naming: Naming, arn: string, uniqueId?: string): CallerIdentity {
  return {
    naming,
    isNamedBy: (entry) =>
      (entry.kind === 'arn' && entry.arn === arn) ||
      (entry.kind === 'unique-id' && entry.uniqueId === uniqueId),
  };
}

function byAccount(naming: Naming, { accountId, canonicalUserId }: OfAccount): CallerIdentity {
  return {
    naming,
    isNamedBy: (entry) =>
      (entry.kind === 'account' && entry.accountId === accountId) ||
      (entry.kind === 'canonical-user' && entry.canonicalId === canonicalUserId),
  };
}
