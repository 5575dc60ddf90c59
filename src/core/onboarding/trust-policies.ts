/**
 * The trust policy that a role needs for its grant method: one trusted party, the conditions that AWS recommends for
 * it, the action itself, and the two beside it without which session tags or a source identity fail the whole call.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp.html
 */
import { AWS_SIGN_IN, WEB_IDENTITY_AUDIENCE } from '../aws-sign-in.ts';
import type { Account, Mapping, Role } from '../catalogue.ts';
import { issuerName, openidProviderArn, samlProviderArn } from '../provider-arns.ts';
import { supportOf } from '../role-limits.ts';
import { actionsFor, type SessionNeeds } from '../role-use.ts';
import {
  literal,
  oneOrMore,
  policyOf,
  type PolicyDocument,
  type PolicyStatement,
} from './policy-document.ts';

/** @param mappings those that give the role; of a role that nobody has yet, as if one did without settings of its own */
export function sessionNeedsOf(role: Role, mappings: readonly Mapping[]): SessionNeeds {
  const support = supportOf(role);
  const limits = mappings.map((mapping) => mapping.limits);
  return {
    sessionTags: support.sessionTags && limits.some(({ sessionTags }) => sessionTags.length > 0),
    sourceIdentity:
      support.sourceIdentity &&
      (limits.length === 0 || limits.some(({ sourceIdentity }) => sourceIdentity !== false)),
  };
}

const allow = (statement: Omit<PolicyStatement, 'Effect'>): PolicyStatement => ({
  Effect: 'Allow',
  ...statement,
});

export function samlTrust(account: Account, samlProviderName: string, needs: SessionNeeds): PolicyDocument {
  return policyOf(
    allow({
      Principal: { Federated: samlProviderArn(account, samlProviderName) },
      Action: oneOrMore(actionsFor('sts:AssumeRoleWithSAML', needs)),
      Condition: { StringEquals: { 'saml:aud': AWS_SIGN_IN[account.partition].recipient } },
    }),
  );
}

/** Daypass's own tokens name the one role they are for, which AWS checks before this policy. */
export function mintedTokenTrust(account: Account, issuer: string, needs: SessionNeeds): PolicyDocument {
  return policyOf(
    allow({
      Principal: { Federated: openidProviderArn(account, issuer) },
      Action: oneOrMore(actionsFor('sts:AssumeRoleWithWebIdentity', needs)),
      Condition: {
        StringEquals: { [`${issuerName(issuer)}:aud`]: WEB_IDENTITY_AUDIENCE },
        Bool: { 'sts:RoleAuthorizedByIdp': 'true' },
      },
    }),
  );
}

/** An identity provider of people, and who of its people may use the role. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly subjects: readonly string[];
}

/** Whoever holds a token may go to AWS without Daypass, so that only subjects by name keep the others out. */
export function ownTokenTrust(account: Account, issuers: readonly TrustedIssuer[]): PolicyDocument {
  return policyOf(
    ...issuers.map(({ issuer, clientId, subjects }) =>
      allow({
        Principal: { Federated: openidProviderArn(account, issuer) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuerName(issuer)}:aud`]: literal(clientId),
            [`${issuerName(issuer)}:sub`]: oneOrMore(subjects.map(literal)),
          },
        },
      }),
    ),
  );
}

export function callerTrust(
  principalArn: string,
  needs: SessionNeeds,
  externalId: string | undefined,
): PolicyDocument {
  return policyOf(
    allow({
      Principal: { AWS: principalArn },
      Action: oneOrMore(actionsFor('sts:AssumeRole', needs)),
      ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
    }),
  );
}

export function serviceTrust(services: readonly string[]): PolicyDocument {
  return policyOf(allow({ Principal: { Service: oneOrMore(services) }, Action: 'sts:AssumeRole' }));
}
