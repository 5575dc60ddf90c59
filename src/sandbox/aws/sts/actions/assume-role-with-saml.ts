import { accessDenied, AwsError } from '../../wire/aws-error.ts';
import { assumedRoleArn } from '../../access/caller.ts';
import { authorizeFederated, federatedClaims } from '../federated-assumption.ts';
import {
  checkSessionPolicies,
  credentialsOf,
  issueSession,
  tokenPercent,
  tokenSizes,
} from '../issue-session.ts';
import { checkArnForm, ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { sessionSeconds } from '../role-assumption.ts';
import { readAwsAttributes, type WantedBySaml } from '../saml/saml-attributes.ts';
import { type VerifiedAssertion, verifySamlResponse } from '../saml/saml-verifier.ts';
import { checkPassedTags } from '../session-tags.ts';
import type { StsCall } from '../sts-call.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
export async function assumeRoleWithSaml(call: StsCall): Promise<ResultTree> {
  const asked = readParameters(call);
  const provider = call.aws.world.findSamlProvider(asked.principalArn);
  if (provider === undefined) throw new AwsError('InvalidIdentityToken', "Specified provider doesn't exist");
  const now = call.request.receivedAt;
  const verified = await verifySamlResponse(call.aws, provider, asked.assertion, now);
  const wanted = readAwsAttributes(verified.facts.attributes);
  call.note({ ...asked, assertion: undefined, ...wanted, roles: undefined, subject: verified.facts.nameId });
  checkPassedTags(wanted);
  checkRolePair(wanted, asked);
  const role = authorizeFederated(call, {
    action: 'sts:AssumeRoleWithSAML',
    roleArn: asked.roleArn,
    principal: { kind: 'saml', provider: provider.arn },
    keys: verified.keys,
    wanted,
  });
  const seconds = Math.min(
    sessionSeconds(role, asked.durationSeconds, false),
    longest(verified, wanted, now),
  );
  checkSessionPolicies(call.aws, role.accountId, asked);
  const { nameQualifier, subjectType, recipient, facts } = verified;
  const subject = facts.nameId ?? '';
  const claims = federatedClaims(call, role, {
    origin: 'saml',
    name: wanted.roleSessionName,
    seconds,
    policies: asked,
    wanted,
    federatedProvider: provider.arn,
    federation: { 'saml:namequalifier': nameQualifier, 'saml:sub': subject, 'saml:sub_type': subjectType },
  });
  const issued = issueSession(call.aws, claims, asked.minimumTokenSize);
  return {
    Issuer: facts.issuer,
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${wanted.roleSessionName}`,
      Arn: assumedRoleArn(role, wanted.roleSessionName),
    },
    Credentials: credentialsOf(issued),
    Audience: recipient,
    SubjectType: subjectType,
    PackedPolicySize: tokenPercent(issued),
    NameQualifier: nameQualifier,
    Subject: subject,
    SourceIdentity: wanted.sourceIdentity,
    ...tokenSizes(issued),
  };
}

function readParameters(call: StsCall) {
  const read = new ParameterReader(call.parameters);
  const asked = {
    roleArn: read.requiredText('RoleArn', rules.ROLE_ARN),
    principalArn: read.requiredText('PrincipalArn', rules.ROLE_ARN),
    assertion: read.requiredText('SAMLAssertion', rules.SAML_ASSERTION),
    policyArns: read.policyArns('PolicyArns'),
    policy: read.text('Policy', rules.POLICY),
    durationSeconds: read.integer('DurationSeconds', rules.ROLE_DURATION),
    minimumTokenSize: read.integer('MinimumSessionTokenSize', rules.MINIMUM_TOKEN_SIZE),
  };
  call.note({ ...asked, assertion: undefined });
  read.finish();
  checkArnForm(asked.roleArn);
  checkArnForm(asked.principalArn);
  return asked;
}

/** The assertion has to offer this very role by this very provider. */
function checkRolePair(
  wanted: WantedBySaml,
  asked: { readonly roleArn: string; readonly principalArn: string },
): void {
  const isOffered = wanted.roles.some(
    ({ roleArn, providerArn }) => roleArn === asked.roleArn && providerArn === asked.principalArn,
  );
  if (!isOffered) {
    throw accessDenied(
      'Not authorized to perform sts:AssumeRoleWithSAML',
      'the assertion does not offer this pair of role and provider',
    );
  }
}

/** What the assertion says can only shorten a session. */
function longest({ facts }: VerifiedAssertion, wanted: WantedBySaml, now: Date): number {
  const untilEnd = ((facts.sessionNotOnOrAfter ?? Infinity) - now.getTime()) / 1000;
  if (untilEnd < 1) {
    throw new AwsError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance');
  }
  return Math.min(Math.floor(untilEnd), wanted.sessionDurationSeconds ?? Infinity);
}
