import { assumedRoleUser } from '../../access/caller.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { credentialsOf, issueSession, tokenPercent, tokenSizes } from '../issue-session.ts';
import { checkArnForm, ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import { readAwsAttributes } from '../saml/saml-attributes.ts';
import { unknownProvider } from '../saml/saml-errors.ts';
import { assumeWithSaml, secondsUntilSessionEnd } from '../saml/saml-session.ts';
import { verifySamlResponse } from '../saml/saml-verifier.ts';
import type { StsCall } from '../sts-call.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
export async function assumeRoleWithSaml(call: StsCall): Promise<ResultTree> {
  const asked = readParameters(call);
  const provider = call.aws.world.findSamlProvider(asked.principalArn);
  if (provider === undefined) throw unknownProvider();
  const now = call.request.receivedAt;
  const endpoints = [call.aws.samlEndpoint];
  const verified = await verifySamlResponse(call.aws, provider, {
    response: asked.assertion,
    now,
    endpoints,
  });
  const wanted = readAwsAttributes(verified.facts.attributes);
  call.note({ ...asked, assertion: undefined, ...wanted, roles: undefined, subject: verified.subject });
  const { role, claims } = assumeWithSaml(call, {
    roleArn: asked.roleArn,
    provider,
    verified,
    wanted,
    durationSeconds: asked.durationSeconds,
    // For a call to STS the assertion can only shorten a session.
    longestSeconds: Math.min(
      secondsUntilSessionEnd(verified, now),
      wanted.sessionDurationSeconds ?? Infinity,
    ),
    policies: asked,
  });
  const issued = issueSession(call.aws, claims, asked.minimumTokenSize);
  return {
    Issuer: verified.facts.issuer,
    AssumedRoleUser: assumedRoleUser(role, wanted.roleSessionName),
    Credentials: credentialsOf(issued),
    Audience: verified.recipient,
    SubjectType: verified.subjectType,
    PackedPolicySize: tokenPercent(issued),
    NameQualifier: verified.nameQualifier,
    Subject: verified.subject,
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
