/**
 * What AWS must allow before STS gives what is asked for a role, computed from the catalogue alone: explanations and
 * the documents for an account's owner read this one answer.
 */
import { AWS_SIGN_IN, WEB_IDENTITY_AUDIENCE } from './aws-sign-in.ts';
import { roleArnOf, type RoleGrant } from './catalogue.ts';
import type { CatalogueRole } from './compile-catalogue.ts';
import { issuerName, openidProviderArn, samlProviderArn } from './provider-arns.ts';
import { actionsFor, type RoleUse } from './role-use.ts';

/** What only this installation knows. */
export interface TrustFacts {
  /** The broker's issuer as OpenID provider towards AWS. */
  readonly issuer: string;
  /** ARN of the user or role whose credentials a CredentialSource holds, where that is known. */
  readonly sourceArns?: ReadonlyMap<string, string>;
}

export type TrustedPrincipal =
  | { readonly kind: 'saml-provider'; readonly arn: string }
  | { readonly kind: 'openid-provider'; readonly arn: string; readonly issuer: string }
  /** Whoever signs the call; the ARN is absent where nobody has said whose key the source holds. */
  | { readonly kind: 'aws'; readonly credentialSource: string; readonly arn?: string }
  | { readonly kind: 'services'; readonly services: readonly string[] };

/** Of a trust policy's `Condition`: `StringEquals` on one key. */
export interface TrustCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** One statement that a role's trust policy needs. */
export interface NeededTrust {
  readonly roleArn: string;
  readonly principal: TrustedPrincipal;
  readonly actions: readonly string[];
  readonly conditions: readonly TrustCondition[];
}

/** What the policies of whoever signs a call must allow. */
export interface NeededPermission {
  readonly credentialSource: string;
  /** Set where not the source itself but this role's session signs. */
  readonly hubRoleArn?: string;
  readonly actions: readonly string[];
  readonly resource: string;
}

export interface TrustNeeds {
  /** Empty where no role is assumed. */
  readonly trust: readonly NeededTrust[];
  readonly permissions: readonly NeededPermission[];
}

export function trustNeeds(entry: CatalogueRole, use: RoleUse, facts: TrustFacts): TrustNeeds {
  const { role, account } = entry;
  const { grant, reservedForServices: services } = role;
  const roleArn = roleArnOf(account, role);
  if (services.length > 0) {
    const principal = { kind: 'services', services } as const;
    return trusting([{ roleArn, principal, actions: ['sts:AssumeRole'], conditions: [] }]);
  }
  switch (grant.method) {
    case 'assume-role-with-saml':
      return trusting([
        { roleArn, ...samlTrust(entry, grant), actions: actionsFor('sts:AssumeRoleWithSAML', use) },
      ]);
    case 'assume-role-with-web-identity': {
      const clients =
        grant.token === 'user'
          ? use.openidClients
          : [{ issuer: facts.issuer, clientIds: [WEB_IDENTITY_AUDIENCE] }];
      const actions = actionsFor('sts:AssumeRoleWithWebIdentity', use);
      return trusting(clients.map((client) => ({ roleArn, ...openidTrust(entry, client), actions })));
    }
    case 'assume-role':
      return assumeRoleNeeds(entry, grant, { use, facts });
    case 'get-federation-token':
      return { trust: [], permissions: [federationPermission(entry, grant, use)] };
    case 'get-session-token':
      return { trust: [], permissions: [] };
  }
}

type GrantOf<Method extends RoleGrant['method']> = Extract<RoleGrant, { readonly method: Method }>;
type Trusted = Pick<NeededTrust, 'principal' | 'conditions'>;

function trusting(trust: readonly NeededTrust[]): TrustNeeds {
  return { trust, permissions: [] };
}

function samlTrust({ account }: CatalogueRole, grant: GrantOf<'assume-role-with-saml'>): Trusted {
  const arn = samlProviderArn(account, grant.samlProviderName);
  return {
    principal: { kind: 'saml-provider', arn },
    conditions: [{ key: 'SAML:aud', values: [AWS_SIGN_IN[account.partition].recipient] }],
  };
}

function openidTrust(
  { account }: CatalogueRole,
  { issuer, clientIds }: RoleUse['openidClients'][number],
): Trusted {
  const arn = openidProviderArn(account, issuer);
  return {
    principal: { kind: 'openid-provider', arn, issuer },
    conditions: [{ key: `${issuerName(issuer)}:aud`, values: clientIds }],
  };
}

function assumeRoleNeeds(
  { role, account }: CatalogueRole,
  { credentialSource, hubRoleArn, externalId }: GrantOf<'assume-role'>,
  { use, facts }: { readonly use: RoleUse; readonly facts: TrustFacts },
): TrustNeeds {
  const sourceArn = facts.sourceArns?.get(credentialSource);
  const signedBy = (arn: string | undefined): TrustedPrincipal => ({
    kind: 'aws',
    credentialSource,
    ...(arn === undefined ? {} : { arn }),
  });
  const actions = actionsFor('sts:AssumeRole', use);
  const conditions = externalId === undefined ? [] : [{ key: 'sts:ExternalId', values: [externalId] }];
  const roleArn = roleArnOf(account, role);
  const needed = { roleArn, actions, conditions };
  const permission = { credentialSource, actions, resource: roleArn };
  if (hubRoleArn === undefined) {
    return { trust: [{ ...needed, principal: signedBy(sourceArn) }], permissions: [permission] };
  }
  const toHub = ['sts:AssumeRole'];
  return {
    trust: [
      { ...needed, principal: signedBy(hubRoleArn) },
      { roleArn: hubRoleArn, principal: signedBy(sourceArn), actions: toHub, conditions: [] },
    ],
    permissions: [
      { ...permission, hubRoleArn },
      { credentialSource, actions: toHub, resource: hubRoleArn },
    ],
  };
}

function federationPermission(
  { account }: CatalogueRole,
  { credentialSource }: GrantOf<'get-federation-token'>,
  { sessionTags }: RoleUse,
): NeededPermission {
  return {
    credentialSource,
    actions: ['sts:GetFederationToken', ...(sessionTags ? ['sts:TagSession'] : [])],
    resource: `arn:${account.partition}:sts::${account.id}:federated-user/*`,
  };
}
