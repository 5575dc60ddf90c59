/**
 * What the owners of accounts have to set up so that a role works, and nothing beyond: pieces of IAM, each in its
 * account. Pure: whoever signs, what is published and who is known come in from outside.
 */
import { WEB_IDENTITY_AUDIENCE } from '../aws-sign-in.ts';
import { roleArnOf, type Account, type Mapping, type Role } from '../catalogue.ts';
import { actionsFor, type SessionNeeds } from '../role-use.ts';
import { ROLE_NOTES, type OnboardingNote } from './notes.ts';
import { policyOf, oneOrMore, type PolicyDocument } from './policy-document.ts';
import { signerPrincipal, type SignerPrincipal } from './signer-principal.ts';
import {
  callerTrust,
  mintedTokenTrust,
  ownTokenTrust,
  samlTrust,
  serviceTrust,
  sessionNeedsOf,
  type TrustedIssuer,
} from './trust-policies.ts';

/** One thing of IAM, in the words of its API. */
export type IamPiece =
  | { readonly kind: 'saml-provider'; readonly name: string; readonly metadata: string }
  | { readonly kind: 'openid-provider'; readonly issuer: string; readonly clientIds: readonly string[] }
  | {
      readonly kind: 'role';
      readonly name: string;
      /** `/` or `/teams/payments/`. */
      readonly path: string;
      readonly maximumSeconds: number;
      readonly trustPolicy: PolicyDocument;
    }
  | {
      readonly kind: 'permission';
      readonly of: 'user' | 'role';
      readonly principalName: string;
      readonly policyName: string;
      readonly document: PolicyDocument;
    };

export interface AccountPieces {
  readonly accountId: string;
  readonly partition: Account['partition'];
  readonly pieces: readonly IamPiece[];
}

export interface Onboarding {
  /** In the order to apply them: a trust policy can name only who is there. */
  readonly accounts: readonly AccountPieces[];
  readonly notes: readonly OnboardingNote[];
}

export interface OnboardingFacts {
  readonly account: Account;
  readonly role: Role;
  /** Those that give the role. */
  readonly mappings: readonly Mapping[];
  /** Daypass's own as OpenID provider. */
  readonly issuer: string;
  readonly samlMetadata: string;
  /** Of the role's credential source, as GetCallerIdentity tells it; absent where the grant method uses none. */
  readonly signerArn?: string;
  /** Whose tokens the role takes, where it takes people's own. */
  readonly trustedIssuers: readonly TrustedIssuer[];
}

interface Placed {
  readonly accountId: string;
  readonly piece: IamPiece;
}

interface Pieces {
  readonly placed: readonly Placed[];
  readonly notes: readonly OnboardingNote[];
}

export function onboardingOf(facts: OnboardingFacts): Onboarding {
  const { placed, notes } = piecesOf(facts);
  const accountIds = [...new Set(placed.map(({ accountId }) => accountId))];
  return {
    accounts: accountIds.map((accountId) => ({
      accountId,
      partition: facts.account.partition,
      pieces: placed.filter((each) => each.accountId === accountId).map(({ piece }) => piece),
    })),
    notes,
  };
}

function piecesOf(facts: OnboardingFacts): Pieces {
  const { account, role } = facts;
  const here = (...pieces: readonly IamPiece[]): readonly Placed[] =>
    pieces.map((piece) => ({ accountId: account.id, piece }));
  if (role.reservedForServices.length > 0) {
    return { placed: here(roleOf(role, serviceTrust(role.reservedForServices))), notes: [] };
  }
  const needs = sessionNeedsOf(role, facts.mappings);
  const { grant } = role;
  switch (grant.method) {
    case 'assume-role-with-saml': {
      const name = grant.samlProviderName;
      const trust = samlTrust(account, name, needs);
      return {
        placed: here({ kind: 'saml-provider', name, metadata: facts.samlMetadata }, roleOf(role, trust)),
        notes: [],
      };
    }
    case 'assume-role-with-web-identity': {
      if (grant.token === 'user') return ofOwnTokens(facts, here);
      const { issuer } = facts;
      const provider = { kind: 'openid-provider', issuer, clientIds: [WEB_IDENTITY_AUDIENCE] } as const;
      return {
        placed: here(provider, roleOf(role, mintedTokenTrust(account, issuer, needs))),
        notes: isPublic(issuer) ? [] : [ROLE_NOTES.issuerNotPublic],
      };
    }
    case 'get-session-token':
      return { placed: [], notes: [ROLE_NOTES.nothingNeeded, ROLE_NOTES.wholeUser] };
    case 'get-federation-token':
    case 'assume-role':
      return ofSigner(facts, needs);
  }
}

function ofOwnTokens(
  { account, role, trustedIssuers }: OnboardingFacts,
  here: (...pieces: readonly IamPiece[]) => readonly Placed[],
): Pieces {
  const issuers = trustedIssuers.filter(({ subjects }) => subjects.length > 0);
  const providers = trustedIssuers.map(({ issuer, clientId }): IamPiece => ({
    kind: 'openid-provider',
    issuer,
    clientIds: [clientId],
  }));
  if (issuers.length === 0) return { placed: here(...providers), notes: [ROLE_NOTES.nobodyYet] };
  const trust = ownTokenTrust(account, issuers);
  return { placed: here(...providers, roleOf(role, trust)), notes: [ROLE_NOTES.namedPeople] };
}

function ofSigner(facts: OnboardingFacts, needs: SessionNeeds): Pieces {
  const signer = signerPrincipal(facts.signerArn ?? '');
  if (signer === undefined) return { placed: [], notes: [ROLE_NOTES.unusableSigner] };
  const { placed, notes } =
    facts.role.grant.method === 'get-federation-token'
      ? ofFederation(facts, signer, needs)
      : ofCaller(facts, signer, needs);
  return { placed, notes: [...notes, ...(signer.pathUnknown ? [ROLE_NOTES.pathUnknown] : [])] };
}

function ofFederation(
  { account, role }: OnboardingFacts,
  signer: SignerPrincipal,
  needs: SessionNeeds,
): Pieces {
  if (signer.kind !== 'user') return { placed: [], notes: [ROLE_NOTES.unusableSigner] };
  const resource = `arn:${account.partition}:sts::${signer.accountId}:federated-user/*`;
  const actions = actionsFor('sts:GetFederationToken', needs);
  return {
    placed: [permission(signer, { policyName: policyNameOf(role), actions, resource })],
    notes: [ROLE_NOTES.userRights],
  };
}

/** The role trusts the signer, or a hub role between them, which trusts the signer. */
function ofCaller({ account, role }: OnboardingFacts, signer: SignerPrincipal, needs: SessionNeeds): Pieces {
  if (role.grant.method !== 'assume-role') return { placed: [], notes: [] };
  const { hubRoleArn, externalId } = role.grant;
  const hub = hubRoleArn === undefined ? undefined : signerPrincipal(hubRoleArn);
  const caller = hub ?? signer;
  if (isSession(signer, account, role)) return { placed: [], notes: [ROLE_NOTES.ownRole] };
  const isForeign = caller.accountId !== account.id;
  return {
    placed: [
      ...(hub === undefined ? [] : hubPieces(hub, signer)),
      ...permissionUnlessNamed(caller, {
        policyName: policyNameOf(role),
        actions: actionsFor('sts:AssumeRole', needs),
        resource: roleArnOf(account, role),
      }),
      { accountId: account.id, piece: roleOf(role, callerTrust(caller.arn, needs, externalId)) },
    ],
    notes: isForeign && externalId === undefined ? [ROLE_NOTES.noExternalId] : [],
  };
}

/** A session's ARN tells the role's name without its path, and no account has a name twice. */
function isSession({ kind, accountId, name }: SignerPrincipal, account: Account, role: Role): boolean {
  return kind === 'role' && accountId === account.id && name === role.roleName.split('/').at(-1);
}

function policyNameOf({ id }: Role): string {
  return `daypass-${id}`;
}

/** Daypass gives the hub's session nothing but a name: what the role needs is asked of the hub's own permission. */
function hubPieces(hub: SignerPrincipal, signer: SignerPrincipal): readonly Placed[] {
  const plain: SessionNeeds = { sessionTags: false, sourceIdentity: false };
  return [
    { accountId: hub.accountId, piece: hubOf(hub.arn, callerTrust(signer.arn, plain, undefined)) },
    ...permissionUnlessNamed(signer, {
      policyName: `daypass-hub-${hub.name}`,
      actions: ['sts:AssumeRole'],
      resource: hub.arn,
    }),
  ];
}

interface Permission {
  readonly policyName: string;
  readonly actions: readonly string[];
  readonly resource: string;
}

/** In one account a trust policy that names the caller is enough: a permission beside it would add nothing. */
function permissionUnlessNamed(caller: SignerPrincipal, allowed: Permission): readonly Placed[] {
  return allowed.resource.split(':')[4] === caller.accountId ? [] : [permission(caller, allowed)];
}

function permission(caller: SignerPrincipal, { policyName, actions, resource }: Permission): Placed {
  return {
    accountId: caller.accountId,
    piece: {
      kind: 'permission',
      of: caller.kind,
      principalName: caller.name,
      policyName,
      document: policyOf({ Effect: 'Allow', Action: oneOrMore(actions), Resource: resource }),
    },
  };
}

/** AWS's shortest MaxSessionDuration, which is also what a role has where nobody says more. */
const SHORTEST_MAXIMUM = 3_600;

function roleOf(
  { roleName, maximumDurationSeconds = SHORTEST_MAXIMUM }: Role,
  trust: PolicyDocument,
): IamPiece {
  return {
    kind: 'role',
    ...pathAndName(roleName),
    maximumSeconds: Math.max(maximumDurationSeconds, SHORTEST_MAXIMUM),
    trustPolicy: trust,
  };
}

function hubOf(arn: string, trust: PolicyDocument): IamPiece {
  const fullName = arn.slice(arn.indexOf(':role/') + ':role/'.length);
  return { kind: 'role', ...pathAndName(fullName), maximumSeconds: SHORTEST_MAXIMUM, trustPolicy: trust };
}

function pathAndName(fullName: string): { path: string; name: string } {
  const at = fullName.lastIndexOf('/') + 1;
  return { path: `/${fullName.slice(0, at)}`, name: fullName.slice(at) };
}

/** AWS reads the keys itself, over https. */
function isPublic(issuer: string): boolean {
  return issuer.startsWith('https://');
}
