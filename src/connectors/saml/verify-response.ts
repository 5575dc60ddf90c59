/**
 * What a SAML response proves: a function over plain data, so that it can run in a thread of its own. Only
 * bytes that a signature covers are read for the identity; all else of the message can refuse, never prove.
 */
import type { KeyObject } from 'node:crypto';
import { BrokerError } from '../../core/errors.ts';
import type { SignInDemand } from '../../core/ports/stores.ts';
import type { ProvenSignIn } from '../connector.ts';
import { runStrategy } from '../run-strategy.ts';
import { checkAssertion } from './check-assertion.ts';
import { checkAuthentication } from './check-authentication.ts';
import { checkResponse, checkStatus, type Expectations } from './check-response.ts';
import { guardSignatures, soleAssertion, type SignedParts } from './guard-signatures.ts';
import type { IdpFacts } from './idp-metadata.ts';
import { identityOf, type IdentitySettings } from './identity-of.ts';
import { openEncryptedAssertion } from './open-encrypted-assertion.ts';
import { connectorStateOf, providerSessionOf } from './provider-session.ts';
import type { SamlSettings } from './saml-settings.ts';
import { SamlStrategy, type SignedContent } from './saml-strategy.ts';
import { verifyRootSignature } from './verify-root-signature.ts';
import { SAML_ASSERTION, isNamed, parseXml } from './xml.ts';

/** Everything that the verdict on one message hangs on. It is copied between threads, so it holds data alone. */
export interface ResponseToVerify {
  /** Has passed the markup guard. */
  readonly xml: string;
  readonly settings: VerificationSettings;
  readonly idp: IdpFacts;
  readonly expected: Expectations;
  /** What this sign-in must be beyond the settings. */
  readonly demand?: SignInDemand | undefined;
  /** Every key by which the provider may encrypt for us. */
  readonly decryptionKeys: readonly KeyObject[];
}

export type VerificationSettings = IdentitySettings &
  Pick<SamlSettings, 'signed' | 'encryption' | 'requiredContexts' | 'maximumAuthenticationAgeSeconds'>;

/** @throws BrokerError `saml.*` */
export async function verifyResponse(given: ResponseToVerify): Promise<ProvenSignIn> {
  const { xml, settings, expected } = given;
  const response = parseXml(xml);
  checkStatus(response);
  const parts = guardSignatures(response);
  if (settings.encryption === 'required' && !parts.encrypted) {
    throw new BrokerError('saml.encryption', { detail: 'the assertion is not encrypted' });
  }
  assertSigned(parts, settings.signed);
  checkResponse(response, expected);
  const assertion = parts.encrypted
    ? await encryptedAssertionOf(given, parts)
    : await assertionOf(given, parts);
  return proven(given, assertion);
}

function assertSigned(parts: SignedParts, signed: SamlSettings['signed']): void {
  // The signature of an encrypted assertion is seen when it has been opened.
  const assertionMissing = signed !== 'response' && !parts.encrypted && !parts.assertionSigned;
  if (assertionMissing || (signed !== 'assertion' && !parts.responseSigned)) {
    throw new BrokerError('saml.signature_invalid', { detail: 'a required signature is missing' });
  }
}

/** The assertion among the signed bytes; the wrapper is checked again where it is signed too. */
async function assertionOf(given: ResponseToVerify, parts: SignedParts): Promise<Element> {
  const signed = parseXml(await signedPartOf(given, given.xml));
  if (isNamed(signed, SAML_ASSERTION, 'Assertion')) {
    // A signature that is there must hold, also where the settings do not ask for it.
    if (!parts.responseSigned) return signed;
    throw new BrokerError('saml.signature_invalid', { detail: 'the signature of the response' });
  }
  checkResponse(signed, given.expected);
  return soleAssertion(signed);
}

/**
 * A signature of the response covers the encrypted form: it is verified first, and what it covers is what is
 * opened. The library would open whatever it finds, by ciphers that may not be used, so opening is ours.
 */
async function encryptedAssertionOf(given: ResponseToVerify, parts: SignedParts): Promise<Element> {
  const { idp, settings, decryptionKeys, expected } = given;
  let response = parts.response;
  if (parts.responseSigned) {
    response = parseXml(verifyRootSignature({ xml: given.xml, root: parts.response }, idp.certificates));
    checkResponse(response, expected);
  }
  const opened = openEncryptedAssertion(soleAssertion(response), decryptionKeys);
  if (opened.signed) return parseXml(await signedPartOf(given, inResponse(opened.xml), 'assertion'));
  if (settings.signed === 'response') return opened.assertion;
  throw new BrokerError('saml.signature_invalid', { detail: 'the encrypted assertion is not signed' });
}

/** The library verifies assertions in responses only. The canonical form of what is signed leaves the wrapper out. */
function inResponse(assertion: string): string {
  return `<r:Response xmlns:r="urn:oasis:names:tc:SAML:2.0:protocol">${assertion}</r:Response>`;
}

/** What one of the provider's certificates has signed, of exactly the text that was checked before. */
async function signedPartOf(
  { settings, idp, expected }: ResponseToVerify,
  xml: string,
  signed = settings.signed,
): Promise<string> {
  const strategy = new SamlStrategy({ signed, idp, entityId: expected.audience, acsUrl: expected.acsUrl });
  const body = { SAMLResponse: Buffer.from(xml, 'utf8').toString('base64') };
  // Whatever the library throws says nothing that may be repeated: it quotes the message.
  const outcome = await runStrategy<SignedContent>({ strategy, request: {}, body }).catch(() => undefined);
  if (outcome?.kind === 'user' && outcome.user.signedXml !== '') return outcome.user.signedXml;
  throw new BrokerError('saml.signature_invalid', { detail: 'no certificate of the provider fits' });
}

function proven({ settings, expected, demand }: ResponseToVerify, assertion: Element): ProvenSignIn {
  const checked = checkAssertion(assertion, expected);
  checkAuthentication(checked.authentication, { settings, demand, window: expected });
  const providerSession = providerSessionOf(settings, checked);
  const connectorState = connectorStateOf(checked);
  const { sessionNotOnOrAfter } = checked;
  const skewed = (time: Date): Date => new Date(time.getTime() + expected.skewMilliseconds);
  return {
    identity: identityOf(assertion, checked, settings),
    authentication: checked.authentication,
    ...(providerSession === undefined ? {} : { providerSession }),
    ...(connectorState === undefined ? {} : { connectorState }),
    ...(sessionNotOnOrAfter === undefined ? {} : { endsAt: skewed(sessionNotOnOrAfter) }),
    spend: [
      {
        scope: `saml-assertion ${expected.issuer}`,
        value: checked.id,
        expiresAt: skewed(checked.notOnOrAfter),
      },
    ],
  };
}
