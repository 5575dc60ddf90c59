/**
 * What stands behind a sign-in by SAML: the roles that a response offers, and the one that is assumed, by
 * the rules of AssumeRoleWithSAML and with its line in the journal, since that is what AWS does and records.
 */
import type { SandboxAws } from '../aws-server.ts';
import type { CallRecord } from '../journal.ts';
import { issueSession } from '../sts/issue-session.ts';
import { providerIdOf } from '../sts/saml/provider-id.ts';
import { readAssertion } from '../sts/saml/saml-assertion.ts';
import { readRoles } from '../sts/saml/saml-attributes.ts';
import { readResponse } from '../sts/saml/saml-response.ts';
import { soleAssertion } from '../sts/saml/saml-signature.ts';
import { assumeChosenRole, readWebSignIn, type WebSignIn } from '../sts/saml/web-sign-in.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import type { AwsRequest } from '../wire/aws-request.ts';
import { invalidSamlResponse } from './sign-in-refusal.ts';

/** What a browser brought from an identity provider. */
export interface PostedSignIn {
  readonly samlResponse: string;
  /** The provider whose own place it was posted to, `/saml/acs/{id}`. */
  readonly providerId: string | undefined;
  /** The page of the console that RelayState asks for. A path. */
  readonly landingPath: string;
}

/** Longer ones AssumeRoleWithSAML does not take either. */
const LONGEST_RESPONSE = 100_000;

/** Verifies the response. @throws AwsError */
export async function readOffer(
  aws: SandboxAws,
  { samlResponse, providerId }: PostedSignIn,
  now: Date,
): Promise<WebSignIn> {
  if (samlResponse === '') throw invalidSamlResponse('there is no SAMLResponse');
  if (samlResponse.length > LONGEST_RESPONSE) {
    throw invalidSamlResponse(`the SAMLResponse has more than ${LONGEST_RESPONSE} characters`);
  }
  if (namesNoRole(samlResponse)) {
    throw invalidSamlResponse('the assertion has no Role attribute with a pair of role and provider');
  }
  const signIn = await readWebSignIn(aws, samlResponse, [aws.samlEndpoint], now);
  const choices = signIn.choices.filter(
    ({ provider }) => providerId === undefined || providerIdOf(provider) === providerId,
  );
  if (choices.length === 0) throw invalidSamlResponse('no role of it goes with the provider of this address');
  return { ...signIn, choices };
}

/** Seen before anybody vouches for it, which is enough to refuse. What is encrypted is not looked into. */
function namesNoRole(samlResponse: string): boolean {
  const posted = readResponse(samlResponse);
  try {
    const assertion = soleAssertion(posted, () => {
      throw new Error('encrypted');
    });
    return assertion !== undefined && readRoles(readAssertion(assertion.element).attributes).length === 0;
  } catch {
    return false;
  }
}

/** @throws AwsError as STS says it */
export function assumeOffered(
  aws: SandboxAws,
  { awsRequest, record }: { readonly awsRequest: AwsRequest; readonly record: CallRecord },
  signIn: WebSignIn,
  roleArn: string,
): SessionClaims {
  const choice = signIn.choices.find((candidate) => candidate.roleArn === roleArn);
  if (choice === undefined) throw invalidSamlResponse('the response does not offer the chosen role');
  const { roles, ...wanted } = signIn.wanted;
  record.note({
    roleArn,
    principalArn: choice.provider.arn,
    ...wanted,
    subject: signIn.subject,
    offeredRoles: roles.length,
  });
  const call = {
    aws,
    request: awsRequest,
    region: 'us-east-1',
    decided: (decision: Parameters<CallRecord['decided']>[0]) => {
      record.decided(decision);
    },
  };
  const { claims } = assumeChosenRole(call, signIn, choice);
  // For its limit alone: a session whose credentials could not be issued has no console either.
  issueSession(aws, claims);
  return claims;
}
