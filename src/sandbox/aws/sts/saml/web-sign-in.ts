import type { AwsState } from '../../aws-state.ts';
import type { Role, SamlProvider } from '../../organization/world.ts';
import type { FederatedCall } from '../federated-assumption.ts';
import type { SessionClaims } from '../sessions.ts';
import { readAssertion } from './saml-assertion.ts';
import { readAwsAttributes, readRoles, type WantedBySaml } from './saml-attributes.ts';
import { invalidAssertion, unknownProvider } from './saml-errors.ts';
import { type PostedResponse, readResponse } from './saml-response.ts';
import { assumeWithSaml, secondsUntilSessionEnd } from './saml-session.ts';
import { unverifiedAssertion, type VerifiedAssertion, verifySamlResponse } from './saml-verifier.ts';

/** One role that a person may choose, and who vouches for it. */
export interface WebRoleChoice {
  readonly roleArn: string;
  readonly provider: SamlProvider;
  readonly verified: VerifiedAssertion;
}

export interface WebSignIn {
  /** In the order of the assertion; at least one. Whether a role can be assumed is not asked yet. */
  readonly choices: readonly WebRoleChoice[];
  readonly wanted: WantedBySaml;
  readonly subject: string;
}

const DEFAULT_CONSOLE_SECONDS = 3_600;

/**
 * A response that a browser posted to the sign-in endpoint, as https://signin.aws.amazon.com/saml takes it: the
 * assertion itself says which providers (of whichever accounts) and which roles it is for. Everything that
 * AssumeRoleWithSAML checks of an assertion is checked for every provider that it names; roles of a provider
 * that does not vouch for it are left out. Nothing is kept: the same response may be read again, for the page
 * on which the person chooses, until it is five minutes old.
 *
 * @param recipients addresses of the sandbox's own endpoint that the assertion may be for, beside AWS's, e.g.
 *   `http://localhost:4566/saml`. Of `/saml/acs/{providerIdOf(provider)}` only the part before `/acs` is given:
 *   a provider's own place is taken for that provider alone.
 * @throws AwsError with AWS's code and text: `InvalidIdentityToken`, `ExpiredTokenException`, `AccessDenied` (no
 *   NameID), `IDPRejectedClaim`, `IDPCommunicationError`
 */
export async function readWebSignIn(
  aws: AwsState,
  samlResponse: string,
  recipients: readonly string[],
  now: Date,
): Promise<WebSignIn> {
  const posted = readResponse(samlResponse);
  const providers = namedProviders(aws, posted);
  if (providers.length === 0) throw unknownProvider();
  const presented = { response: samlResponse, now, endpoints: recipients };
  const results = await Promise.allSettled(
    providers.map(async (provider) => ({
      provider,
      verified: await verifySamlResponse(aws, provider, presented),
    })),
  );
  const vouching = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [first] = vouching;
  if (first === undefined) throw results.find((result) => result.status === 'rejected')?.reason;
  const wanted = readAwsAttributes(first.verified.facts.attributes);
  const choices = wanted.roles.flatMap(({ roleArn, providerArn }) => {
    const found = vouching.find(({ provider }) => provider.arn === providerArn);
    return found === undefined ? [] : [{ roleArn, ...found }];
  });
  // What is signed may offer something else than what stood there in the open.
  if (choices.length === 0) throw invalidAssertion('Response signature invalid', 'no role of what is signed');
  return { choices, wanted, subject: first.verified.subject };
}

/**
 * The session behind the console, for the role that was chosen: authorized, journaled and bounded like
 * AssumeRoleWithSAML, but that SessionDuration says how long and an hour is its default. Asking for more than
 * the role's maximum is refused with AWS's ValidationError.
 *
 * @throws AwsError
 */
export function assumeChosenRole(
  call: FederatedCall,
  { wanted }: WebSignIn,
  { roleArn, provider, verified }: WebRoleChoice,
): { readonly role: Role; readonly claims: SessionClaims } {
  return assumeWithSaml(call, {
    roleArn,
    provider,
    verified,
    wanted,
    durationSeconds: wanted.sessionDurationSeconds ?? DEFAULT_CONSOLE_SECONDS,
    longestSeconds: secondsUntilSessionEnd(verified, call.request.receivedAt),
    policies: { policy: undefined, policyArns: [] },
  });
}

/** The providers that the assertion, verified by nobody yet, says its roles go with. */
function namedProviders(aws: AwsState, posted: PostedResponse): readonly SamlProvider[] {
  return aws.world.accounts
    .flatMap(({ samlProviders }) => samlProviders)
    .filter((provider) => offersRoleBy(provider, posted));
}

function offersRoleBy(provider: SamlProvider, posted: PostedResponse): boolean {
  try {
    const assertion = unverifiedAssertion(provider, posted);
    if (assertion === undefined) return false;
    const { attributes } = readAssertion(assertion);
    return readRoles(attributes).some(({ providerArn }) => providerArn === provider.arn);
  } catch {
    // Encrypted for another provider, most likely; verification says what is wrong with the others.
    return false;
  }
}
