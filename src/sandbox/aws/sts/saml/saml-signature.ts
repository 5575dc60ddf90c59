import { SignedXml } from 'xml-crypto';
import { attributeOf, childElements, childrenNamed, isNamed, parseXml } from './xml-document.ts';

export const SAML_PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const SAML_ASSERTION_NS = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** The algorithms that are taken. SHA-1 and anything with a shared secret are not among them. */
const SIGNATURES = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
]);
const DIGESTS = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const TRANSFORMS = new Set([ENVELOPED, EXCLUSIVE, `${EXCLUSIVE}WithComments`]);

/**
 * The assertion of a response as somebody really signed it: alone, or within a signed response. It is
 * parsed again from the very bytes that the signature covers, so whatever was put around or beside
 * them (signature wrapping) is not even looked at. Undefined where no signature by one of the keys holds.
 */
export function signedAssertion(xml: string, keys: readonly string[]): Element | undefined {
  const response = parseXml(xml);
  if (!hasUniqueIds(response)) return undefined;
  const assertions = childrenNamed(response, SAML_ASSERTION_NS, 'Assertion');
  const [assertion] = assertions;
  if (assertion === undefined || assertions.length > 1) return undefined;
  for (const element of [response, assertion]) {
    const signed = signedContent(xml, element, keys);
    if (signed === undefined) continue;
    if (isNamed(signed, SAML_ASSERTION_NS, 'Assertion')) return signed;
    return childrenNamed(signed, SAML_ASSERTION_NS, 'Assertion')[0];
  }
  return undefined;
}

/** An id that two elements have could mean one to the signature and the other to the reader. */
function hasUniqueIds(root: Element): boolean {
  const seen = new Set<string>();
  const waiting = [root];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    for (const name of ['ID', 'Id', 'id']) {
      const id = attributeOf(element, name);
      if (id === undefined) continue;
      if (seen.has(id)) return false;
      seen.add(id);
    }
    waiting.push(...childElements(element));
  }
  return true;
}

function signedContent(xml: string, element: Element, keys: readonly string[]): Element | undefined {
  const signatures = childrenNamed(element, SIGNATURE, 'Signature');
  const [signature] = signatures;
  const id = attributeOf(element, 'ID');
  if (signature === undefined || signatures.length > 1 || id === undefined) return undefined;
  if (!hasPlainForm(signature, id)) return undefined;
  for (const key of keys) {
    const content = verifiedContent(xml, signature, key);
    const signed = content === undefined ? undefined : parseXml(content);
    if (signed === undefined) continue;
    const isIt = signed.localName === element.localName && signed.namespaceURI === element.namespaceURI;
    return isIt && attributeOf(signed, 'ID') === id ? signed : undefined;
  }
  return undefined;
}

/** One reference, to the element the signature stands in, by the algorithms we take; no objects. */
function hasPlainForm(signature: Element, id: string): boolean {
  const infos = childrenNamed(signature, SIGNATURE, 'SignedInfo');
  const references = infos.flatMap((info) => childrenNamed(info, SIGNATURE, 'Reference'));
  const [info] = infos;
  const [reference] = references;
  if (info === undefined || reference === undefined || infos.length > 1 || references.length > 1)
    return false;
  const transforms = childrenNamed(reference, SIGNATURE, 'Transforms').flatMap((list) =>
    childrenNamed(list, SIGNATURE, 'Transform'),
  );
  return (
    attributeOf(reference, 'URI') === `#${id}` &&
    childrenNamed(signature, SIGNATURE, 'Object').length === 0 &&
    usesOnly(childrenNamed(info, SIGNATURE, 'CanonicalizationMethod'), TRANSFORMS) &&
    usesOnly(childrenNamed(info, SIGNATURE, 'SignatureMethod'), SIGNATURES) &&
    usesOnly(childrenNamed(reference, SIGNATURE, 'DigestMethod'), DIGESTS) &&
    transforms.length === 2 &&
    transforms.every((transform) => TRANSFORMS.has(attributeOf(transform, 'Algorithm') ?? ''))
  );
}

function usesOnly(methods: readonly Element[], allowed: ReadonlySet<string>): boolean {
  return methods.length === 1 && allowed.has(attributeOf(methods[0] as Element, 'Algorithm') ?? '');
}

function verifiedContent(xml: string, signature: Element, key: string): string | undefined {
  // A key of the message's own choice proves nothing: KeyInfo is not looked at.
  const verifier = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  try {
    verifier.loadSignature(signature);
    if (!verifier.checkSignature(xml)) return undefined;
  } catch {
    return undefined;
  }
  const contents = verifier.getSignedReferences();
  return contents.length === 1 ? contents[0] : undefined;
}
