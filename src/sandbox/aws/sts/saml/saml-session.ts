import type { Role, SamlProvider } from '../../organization/world.ts';
import { accessDenied } from '../../wire/aws-error.ts';
import { authorizeFederated, federatedClaims, type FederatedCall } from '../federated-assumption.ts';
import { checkSessionPolicies, type PassedPolicies } from '../issue-session.ts';
import { sessionSeconds } from '../role-assumption.ts';
import type { SessionClaims } from '../sessions.ts';
import { checkPassedTags } from '../session-tags.ts';
import type { WantedBySaml } from './saml-attributes.ts';
import type { VerifiedAssertion } from './saml-verifier.ts';

/** One role that somebody wants by an assertion that was verified. */
export interface SamlAssumption {
  readonly roleArn: string;
  readonly provider: SamlProvider;
  readonly verified: VerifiedAssertion;
  readonly wanted: WantedBySaml;
  /** What is asked for; the role's maximum bounds it. STS's default where undefined. */
  readonly durationSeconds: number | undefined;
  /** What the assertion allows at most; it may cut the session short, and is no mistake. */
  readonly longestSeconds: number;
  readonly policies: PassedPolicies;
}

/** The session that AssumeRoleWithSAML and the sign-in page both make. @throws AwsError */
export function assumeWithSaml(
  call: FederatedCall,
  assumption: SamlAssumption,
): { readonly role: Role; readonly claims: SessionClaims } {
  const { wanted, verified, provider, roleArn, policies } = assumption;
  checkPassedTags(wanted);
  checkRolePair(wanted, roleArn, provider);
  const role = authorizeFederated(call, {
    action: 'sts:AssumeRoleWithSAML',
    roleArn,
    principal: { kind: 'saml', provider: provider.arn },
    providerAccountId: provider.accountId,
    keys: verified.keys,
    wanted,
  });
  const allowed = sessionSeconds(role, assumption.durationSeconds, false);
  checkSessionPolicies(call.aws, role.accountId, policies);
  const claims = federatedClaims(call, role, {
    origin: 'saml',
    name: wanted.roleSessionName,
    seconds: Math.min(allowed, assumption.longestSeconds),
    policies,
    wanted,
    federatedProvider: provider.arn,
    federation: {
      'saml:namequalifier': verified.nameQualifier,
      'saml:sub': verified.subject,
      'saml:sub_type': verified.subjectType,
    },
  });
  return { role, claims };
}

/** Until when AuthnStatement allows a session. */
export function secondsUntilSessionEnd({ facts }: VerifiedAssertion, now: Date): number {
  const seconds = ((facts.sessionNotOnOrAfter ?? Infinity) - now.getTime()) / 1000;
  return Math.max(1, Math.floor(seconds));
}

/** The assertion has to offer this very role by this very provider. */
function checkRolePair(wanted: WantedBySaml, wantedRoleArn: string, provider: SamlProvider): void {
  const isOffered = wanted.roles.some(
    ({ roleArn, providerArn }) => roleArn === wantedRoleArn && providerArn === provider.arn,
  );
  if (!isOffered) {
    throw accessDenied(
      'Not authorized to perform sts:AssumeRoleWithSAML',
      'the assertion does not offer this pair of role and provider',
    );
  }
}
