import { createHash } from 'node:crypto';
import { AwsError } from '../../wire/aws-error.ts';
import type { AwsState } from '../../aws-state.ts';
import { DocumentUnavailable } from '../document-fetcher.ts';
import type { ConditionKeys } from '../../access/request-context.ts';
import type { SamlProvider } from '../../organization/world.ts';
import { isRecipientOf } from './provider-id.ts';
import { type AssertionFacts, readAssertion } from './saml-assertion.ts';
import { checkAudience, checkConfirmation, checkNameId, checkTimes } from './saml-conditions.ts';
import { samlAttributeKeys } from './saml-condition-keys.ts';
import { decryptAssertion, NotDecrypted } from './saml-decryption.ts';
import { invalidAssertion, refusedResponse } from './saml-errors.ts';
import {
  type IdentityProviderEntity,
  type IdentityProviderMetadata,
  MetadataRefused,
} from './parse-metadata.ts';
import { issuersOf, type PostedResponse, readResponse } from './saml-response.ts';
import { signedAssertion, soleAssertion } from './saml-signature.ts';
import { XmlRefused } from './xml-document.ts';

/*
 * Is this an assertion that AWS would take, by this provider? What the assertion wants of STS is read in
 * saml-attributes.
 */

export interface VerifiedAssertion {
  readonly facts: AssertionFacts;
  readonly subject: string;
  readonly subjectType: string;
  readonly recipient: string;
  readonly nameQualifier: string;
  /** `saml:*` and `aws:FederatedProvider`, for the trust policy. */
  readonly keys: ConditionKeys;
}

export interface PresentedResponse {
  /** Base64 of the whole response. */
  readonly response: string;
  readonly now: Date;
  /** Addresses of the sandbox that an assertion may be for, beside AWS's own. */
  readonly endpoints: readonly string[];
}

export async function verifySamlResponse(
  aws: AwsState,
  provider: SamlProvider,
  { response, now, endpoints }: PresentedResponse,
): Promise<VerifiedAssertion> {
  const facts = readAssertion(await findSignedAssertion(aws, provider, readResponse(response), now));
  checkTimes(facts, now.getTime());
  checkAudience(facts);
  const isRecipient = (recipient: string): boolean => isRecipientOf(provider, recipient, endpoints);
  const recipient = checkConfirmation(facts, isRecipient, now.getTime());
  const { subject, subjectType } = checkNameId(facts);
  const nameQualifier = createHash('sha1')
    .update(`${facts.issuer}${provider.accountId}/${provider.name}`)
    .digest('base64');
  const keys: ConditionKeys = new Map([
    ...samlAttributeKeys(facts.attributes),
    ['saml:aud', [recipient]],
    ['saml:iss', [facts.issuer]],
    ['saml:sub', [subject]],
    ['saml:sub_type', [subjectType]],
    ['saml:namequalifier', [nameQualifier]],
    ['saml:doc', [`${provider.accountId}/${provider.name}`]],
    ['aws:FederatedProvider', [provider.arn]],
  ]);
  return { facts, subject, subjectType, recipient, nameQualifier, keys };
}

/** The assertion of a response as it says it is: nobody vouches for it yet. Undefined where there is not one. */
export function unverifiedAssertion(provider: SamlProvider, posted: PostedResponse): Element | undefined {
  return soleAssertion(posted, decryptFor(provider))?.element;
}

async function findSignedAssertion(
  aws: AwsState,
  provider: SamlProvider,
  posted: PostedResponse,
  now: Date,
): Promise<Element> {
  try {
    const claimed = unverifiedAssertion(provider, posted);
    if (claimed === undefined) {
      throw invalidAssertion('Response signature invalid', 'the response has not exactly one assertion');
    }
    return await checkedAssertion(aws, provider, { posted, claimed, now });
  } catch (error) {
    throw toldOf(error, provider);
  }
}

interface ClaimedAssertion {
  readonly posted: PostedResponse;
  /** The assertion as nobody vouched for it yet. */
  readonly claimed: Element;
  readonly now: Date;
}

async function checkedAssertion(
  aws: AwsState,
  provider: SamlProvider,
  { posted, claimed, now }: ClaimedAssertion,
): Promise<Element> {
  const [issuer, ...others] = [...issuersOf(claimed), ...issuersOf(posted.element)];
  const entityOf = ({ entities }: IdentityProviderMetadata): IdentityProviderEntity | undefined =>
    others.every((other) => other === issuer)
      ? entities.find(({ entityId }) => entityId === issuer)
      : undefined;
  const found = await aws.samlMetadata.find(provider, (metadata) => {
    const entity = entityOf(metadata);
    if (entity === undefined || entity.validUntil <= now.getTime()) return undefined;
    return signedAssertion(posted.xml, entity.signingKeys, decryptFor(provider));
  });
  if (found === undefined) throw unfitting(entityOf(await aws.samlMetadata.get(provider)), now);
  // What was signed may not be what was claimed: it has to be from the same issuer.
  const issuers = issuersOf(found.assertion);
  if (issuers.length !== 1 || issuers[0] !== issuer) throw invalidAssertion('Response signature invalid');
  if (provider.encryption === 'Required' && !found.encrypted) {
    throw invalidAssertion('SAML assertion must be encrypted', 'AssertionEncryptionMode is Required');
  }
  return found.assertion;
}

/** Why nothing that the provider knows verifies the response. */
function unfitting(entity: IdentityProviderEntity | undefined, now: Date): AwsError {
  if (entity === undefined) return refusedResponse('Issuer not present in specified provider');
  return entity.validUntil <= now.getTime()
    ? invalidAssertion('The metadata of the SAML provider has expired', 'validUntil')
    : invalidAssertion('Response signature invalid');
}

function decryptFor({ privateKeys = [] }: SamlProvider): (encrypted: Element) => string {
  return (encrypted) => decryptAssertion(encrypted, privateKeys);
}

function toldOf(error: unknown, provider: SamlProvider): unknown {
  if (error instanceof AwsError) return error;
  const detail = error instanceof Error ? error.message : undefined;
  if (error instanceof DocumentUnavailable) {
    return new AwsError(
      'IDPCommunicationError',
      `The metadata of ${provider.arn} cannot be read.`,
      400,
      detail,
    );
  }
  if (error instanceof MetadataRefused) return invalidAssertion('Unable to parse metadata', detail);
  if (error instanceof NotDecrypted || error instanceof XmlRefused) {
    return invalidAssertion('SAML assertion cannot be decrypted', detail);
  }
  return error;
}
