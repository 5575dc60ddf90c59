import { SignedXml } from 'xml-crypto';
import { PARAGRAPH_SEPARATOR } from '../../../../lib/xml-lines.ts';
import { SAML_ASSERTION_NS } from './saml-names.ts';
import {
  attributeOf,
  childElements,
  childrenNamed,
  hasProcessingInstruction,
  parseXml,
} from './xml-document.ts';

const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = new Set(['http://www.w3.org/2000/09/xmldsig#enveloped-signature']);

/** The algorithms that are taken. SHA-1 and anything with a shared secret are not among them. */
const SIGNATURES = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
]);
const DIGESTS = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const CANONICALIZATIONS = new Set([EXCLUSIVE, `${EXCLUSIVE}WithComments`]);

/** An assertion that one of the keys vouches for, and how it came. */
interface SignedAssertion {
  readonly assertion: Element;
  readonly encrypted: boolean;
}

/** How to open what is encrypted: a document whose root holds nothing but the assertion. */
type Decrypt = (encrypted: Element) => string;

/**
 * The assertion of a response as somebody really signed it: alone, or within a signed response. It is
 * parsed again from the very bytes that the signature covers, so whatever was put around or beside
 * them (signature wrapping) is not even looked at. Undefined where nobody signed it with one of the keys, and
 * where any signature of the two does not hold.
 */
export function signedAssertion(
  xml: string,
  keys: readonly string[],
  decrypt: Decrypt,
): SignedAssertion | undefined {
  const response = parseXml(xml);
  if (!isUnambiguous(response)) return undefined;
  const whole = signedContent(xml, response, keys);
  if (whole === BROKEN) return undefined;
  const found = soleAssertion(whole ?? { xml, element: response }, decrypt);
  if (found === undefined || !isUnambiguous(found.element)) return undefined;
  const alone = signedContent(found.xml, found.element, keys);
  if (alone === BROKEN) return undefined;
  if (alone === undefined && whole === undefined) return undefined;
  return { assertion: (alone ?? found).element, encrypted: found.encrypted };
}

/** An element, and the document that it was found in: signatures are checked on texts. */
interface Placed {
  readonly xml: string;
  readonly element: Element;
}

/** A response for AWS has one assertion, readable or encrypted. */
export function soleAssertion(
  { xml, element: response }: Placed,
  decrypt: Decrypt,
): (Placed & { readonly encrypted: boolean }) | undefined {
  const plain = childrenNamed(response, SAML_ASSERTION_NS, 'Assertion');
  const [element, encrypted, ...more] = [
    ...plain,
    ...childrenNamed(response, SAML_ASSERTION_NS, 'EncryptedAssertion'),
  ];
  if (element === undefined || encrypted !== undefined || more.length > 0) return undefined;
  if (plain.length === 1) return { xml, element, encrypted: false };
  const opened = decrypt(element);
  const [assertion] = childElements(parseXml(opened));
  return assertion && { xml: opened, element: assertion, encrypted: true };
}

/**
 * An id that two elements have could mean one to the signature and the other to the reader. A processing
 * instruction is to the canonicalization that we use the same as its text, which it is to nobody else.
 */
function isUnambiguous(root: Element): boolean {
  const seen = new Set<string>();
  const waiting = [root];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    for (const name of ['ID', 'Id', 'id']) {
      const id = attributeOf(element, name);
      if (id === undefined) continue;
      if (seen.has(id)) return false;
      seen.add(id);
    }
    if (hasProcessingInstruction(element)) return false;
    waiting.push(...childElements(element));
  }
  return true;
}

const BROKEN = Symbol('a signature that does not hold');

/** What the element's own signature covers, parsed from those bytes; undefined where it has none. */
function signedContent(
  xml: string,
  element: Element,
  keys: readonly string[],
): Placed | undefined | typeof BROKEN {
  const signatures = childrenNamed(element, SIGNATURE, 'Signature');
  const [signature] = signatures;
  if (signature === undefined) return undefined;
  const id = attributeOf(element, 'ID');
  if (signatures.length > 1 || id === undefined || !hasPlainForm(signature, id)) return BROKEN;
  for (const key of keys) {
    const content = verifiedContent(xml, signature, key);
    if (content === undefined) continue;
    const signed = parseXml(content);
    const isIt = signed.localName === element.localName && signed.namespaceURI === element.namespaceURI;
    return isIt && attributeOf(signed, 'ID') === id ? { xml: content, element: signed } : BROKEN;
  }
  return BROKEN;
}

/** One reference, to the element the signature stands in, by the algorithms we take; no objects. */
function hasPlainForm(signature: Element, id: string): boolean {
  const infos = childrenNamed(signature, SIGNATURE, 'SignedInfo');
  const references = infos.flatMap((info) => childrenNamed(info, SIGNATURE, 'Reference'));
  const [info] = infos;
  const [reference] = references;
  if (info === undefined || reference === undefined || infos.length > 1 || references.length > 1)
    return false;
  if (PARAGRAPH_SEPARATOR.test(info.textContent)) return false;
  const transforms = childrenNamed(reference, SIGNATURE, 'Transforms').flatMap((list) =>
    childrenNamed(list, SIGNATURE, 'Transform'),
  );
  return (
    attributeOf(reference, 'URI') === `#${id}` &&
    childrenNamed(signature, SIGNATURE, 'Object').length === 0 &&
    usesOnly(childrenNamed(info, SIGNATURE, 'CanonicalizationMethod'), CANONICALIZATIONS) &&
    usesOnly(childrenNamed(info, SIGNATURE, 'SignatureMethod'), SIGNATURES) &&
    usesOnly(childrenNamed(reference, SIGNATURE, 'DigestMethod'), DIGESTS) &&
    transforms.length === 2 &&
    usesOnly(transforms.slice(0, 1), ENVELOPED) &&
    usesOnly(transforms.slice(1), CANONICALIZATIONS)
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
