/**
 * The shape a signed response may have, checked before anything is verified: one assertion in one response,
 * a signature only as a child of what it signs, over nothing else, by an algorithm on the list. What
 * signature wrapping needs (a second assertion, a moved signature, objects inside it, doubled ids) has no place here.
 */
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import { PARAGRAPH_SEPARATOR } from '../../lib/xml-lines.ts';
import {
  SAML_ASSERTION,
  XML_SIGNATURE,
  allElements,
  attribute,
  childElements,
  childrenNamed,
  isNamed,
  plainText,
} from './xml.ts';

const SIGNATURE_METHODS = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
]);
const DIGEST_METHODS = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const CANONICALIZATIONS = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
]);

export interface SignedParts {
  readonly response: Element;
  /** The assertion is an EncryptedAssertion; what is signed inside it is not seen yet. */
  readonly encrypted: boolean;
  readonly responseSigned: boolean;
  readonly assertionSigned: boolean;
}

/** @throws BrokerError `saml.malformed`, `saml.assertion_count`, `saml.signature_invalid`, `saml.weak_algorithm` */
export function guardSignatures(response: Element): SignedParts {
  const elements = allElements(response);
  const assertion = soleAssertion(response, elements);
  const encrypted = isNamed(assertion, SAML_ASSERTION, 'EncryptedAssertion');
  guardPlaces(elements, encrypted ? [response] : [response, assertion]);
  return {
    response,
    encrypted,
    responseSigned: isSigned(response),
    assertionSigned: !encrypted && isSigned(assertion),
  };
}

/** The same for an assertion that arrived encrypted. @returns whether it is signed. */
export function guardOpenedAssertion(assertion: Element): boolean {
  const elements = allElements(assertion);
  if (!isNamed(assertion, SAML_ASSERTION, 'Assertion') || countAssertions(elements) !== 1) {
    refuse('saml.assertion_count', 'not one assertion inside the encrypted one');
  }
  guardPlaces(elements, [assertion]);
  return isSigned(assertion);
}

/** A signature is a child of what it may sign, and no two elements can be meant by one id. */
function guardPlaces(elements: readonly Element[], owners: readonly Element[]): void {
  assertUniqueIds(elements);
  // The parser lets a prefix pass that nobody declared; in another place it could come to mean something.
  const stray = elements.some(({ nodeName, namespaceURI }) => nodeName.includes(':') && !namespaceURI);
  if (stray) refuse('saml.malformed', 'a prefix that is not declared');
  const allowed = owners.flatMap((owner) => childrenNamed(owner, XML_SIGNATURE, 'Signature'));
  const all = elements.filter((element) => isNamed(element, XML_SIGNATURE, 'Signature'));
  if (all.length !== allowed.length) invalid('a signature stands where none belongs');
}

/** The response's only assertion, plain or encrypted, counted over the whole message: decoys may stand anywhere. */
export function soleAssertion(
  response: Element,
  elements: readonly Element[] = allElements(response),
): Element {
  const count = countAssertions(elements);
  const [assertion] = childElements(response).filter(
    (child) =>
      isNamed(child, SAML_ASSERTION, 'Assertion') || isNamed(child, SAML_ASSERTION, 'EncryptedAssertion'),
  );
  if (assertion === undefined || count !== 1) refuse('saml.assertion_count', `${count} assertions`);
  return assertion;
}

function countAssertions(elements: readonly Element[]): number {
  return elements.filter((element) => /^(?:Encrypted)?Assertion$/i.test(element.localName)).length;
}

/** Ids by any spelling: verifiers resolve `Id` and `id` too, in any namespace. */
export function assertUniqueIds(elements: readonly Element[]): void {
  const seen = new Set<string>();
  for (const element of elements) {
    for (const { localName, value } of Array.from(element.attributes)) {
      if (localName.toLowerCase() !== 'id') continue;
      if (seen.has(value)) invalid('an id stands twice');
      seen.add(value);
    }
  }
}

export function isSigned(owner: Element): boolean {
  const [signature, ...more] = childrenNamed(owner, XML_SIGNATURE, 'Signature');
  if (signature === undefined) return false;
  if (more.length > 0) invalid('two signatures on one element');
  const [info, value, keyInfo, ...rest] = childElements(signature);
  const complete =
    isDs(info, 'SignedInfo') &&
    isDs(value, 'SignatureValue') &&
    (keyInfo === undefined || isDs(keyInfo, 'KeyInfo')) &&
    rest.length === 0;
  if (!complete) invalid('a signature with unexpected parts');
  if ((plainText(value)?.trim() ?? '') === '') invalid('an empty signature value');
  checkSignedInfo(info, owner);
  return true;
}

function checkSignedInfo(info: Element, owner: Element): void {
  const [canonicalization, method, reference, ...rest] = childElements(info);
  const complete =
    isDs(canonicalization, 'CanonicalizationMethod') &&
    isDs(method, 'SignatureMethod') &&
    isDs(reference, 'Reference') &&
    rest.length === 0;
  if (!complete) invalid('SignedInfo must hold exactly one reference');
  if (PARAGRAPH_SEPARATOR.test(info.textContent)) invalid('a paragraph separator in SignedInfo');
  assertListed(SIGNATURE_METHODS, method);
  assertListed(CANONICALIZATIONS, canonicalization);
  const id = attribute(owner, 'ID');
  if (id === undefined || !/^[A-Za-z_][\w.-]{0,255}$/.test(id))
    invalid('a signed element without a usable ID');
  if (attribute(reference, 'URI') !== `#${id}`) invalid('a reference to something else');
  checkReference(reference);
}

function checkReference(reference: Element): void {
  const [transforms, digestMethod, digestValue, ...rest] = childElements(reference);
  const complete =
    isDs(transforms, 'Transforms') &&
    isDs(digestMethod, 'DigestMethod') &&
    isDs(digestValue, 'DigestValue') &&
    rest.length === 0;
  if (!complete) invalid('a reference with unexpected parts');
  assertListed(DIGEST_METHODS, digestMethod);
  const [first, second, ...more] = childElements(transforms);
  const usual =
    isDs(first, 'Transform') &&
    attribute(first, 'Algorithm') === ENVELOPED &&
    isDs(second, 'Transform') &&
    more.length === 0;
  if (!usual) invalid('other transforms than the enveloped signature and a canonicalization');
  assertListed(CANONICALIZATIONS, second);
  if (plainText(digestValue) === undefined) invalid('a digest value with markup');
}

function assertListed(list: ReadonlySet<string>, element: Element): void {
  if (list.has(attribute(element, 'Algorithm') ?? '')) return;
  refuse('saml.weak_algorithm', `${element.localName} is not on the list`);
}

function isDs(element: Element | undefined, name: string): element is Element {
  return element !== undefined && isNamed(element, XML_SIGNATURE, name);
}

function invalid(detail: string): never {
  refuse('saml.signature_invalid', detail);
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
