/**
 * Opens an encrypted assertion (XML Encryption 1.1). Exactly one shape in exactly one place is understood:
 * one EncryptedData with one EncryptedKey, inside its KeyInfo or right behind it. Looking elements up by name
 * or by reference, as libraries do, would let whoever wrote the message choose what is opened.
 */
import type { KeyObject } from 'node:crypto';
import { BrokerError } from '../../core/errors.ts';
import { OAEP, CONTENT_CIPHERS, decryptContent, type OaepHash, type Sealed } from './decrypt-content.ts';
import { decodeUtf8, decodeXmlBase64 } from './decode-message.ts';
import { MESSAGE_LIMITS, guardMarkup } from './guard-markup.ts';
import { guardOpenedAssertion } from './guard-signatures.ts';
import {
  SAML_ASSERTION,
  XML_SIGNATURE,
  attribute,
  childElements,
  isNamed,
  parseXml,
  plainText,
} from './xml.ts';

const XML_ENCRYPTION = 'http://www.w3.org/2001/04/xmlenc#';
const XML_ENCRYPTION_11 = 'http://www.w3.org/2009/xmlenc11#';

export interface OpenedAssertion {
  readonly xml: string;
  readonly assertion: Element;
  readonly signed: boolean;
}

/**
 * @param keys All are tried, so that the time tells nothing of which one fits.
 * @throws BrokerError `saml.encryption` for whatever cannot be opened; the usual codes for what came out
 */
export function openEncryptedAssertion(encrypted: Element, keys: readonly KeyObject[]): OpenedAssertion {
  const bytes = decryptContent(sealedIn(encrypted), keys);
  if (bytes === undefined) refuse('no key opens it');
  const xml = decodeUtf8(bytes);
  // What was encrypted is as hostile as what was not; it has to make sense by itself, without namespaces from outside.
  guardMarkup(xml, MESSAGE_LIMITS);
  const assertion = parseXml(xml);
  return { xml: xml.trim(), assertion, signed: guardOpenedAssertion(assertion) };
}

function sealedIn(encrypted: Element): Sealed {
  if (!isNamed(encrypted, SAML_ASSERTION, 'EncryptedAssertion')) refuse('not an EncryptedAssertion');
  const [data, besides, ...others] = childElements(encrypted);
  if (!isXenc(data, 'EncryptedData') || others.length > 0) refuse('not exactly one EncryptedData');
  const [method, keyInfo, cipherData, ...rest] = childElements(data);
  if (!isXenc(method, 'EncryptionMethod') || !isDs(keyInfo, 'KeyInfo') || rest.length > 0) {
    refuse('EncryptedData with unexpected parts');
  }
  const cipher = CONTENT_CIPHERS.get(algorithmOf(method));
  if (cipher === undefined) refuse('the content’s cipher is not on the list');
  const inside = childElements(keyInfo).filter((child) => isXenc(child, 'EncryptedKey'));
  const [key, ...more] = besides === undefined ? inside : [...inside, besides];
  if (!isXenc(key, 'EncryptedKey') || more.length > 0) refuse('not exactly one EncryptedKey');
  return { cipher, content: cipherValue(cipherData), ...wrappedKeyIn(key) };
}

function wrappedKeyIn(key: Element): Pick<Sealed, 'wrappedKey' | 'oaepHash'> {
  const [method, ...parts] = childElements(key);
  if (!isXenc(method, 'EncryptionMethod')) refuse('EncryptedKey without a method');
  const data = parts.filter((part) => isXenc(part, 'CipherData'));
  if (data.length !== 1) refuse('EncryptedKey with not exactly one CipherData');
  return { oaepHash: oaepHashOf(method), wrappedKey: cipherValue(data[0]) };
}

/** RSA-OAEP whose mask generator uses the digest's own hash: what OpenSSL does, and nothing else is done by hand. */
function oaepHashOf(method: Element): OaepHash {
  const children = childElements(method);
  const [digest, ...digests] = children.filter((child) => isDs(child, 'DigestMethod'));
  const [mask, ...masks] = children.filter((child) => isNamed(child, XML_ENCRYPTION_11, 'MGF'));
  const known = (digest === undefined ? 0 : 1) + (mask === undefined ? 0 : 1);
  // OAEPparams too: nobody sends a label, so it is only another thing to get wrong.
  if (digests.length > 0 || masks.length > 0 || known !== children.length)
    refuse('unexpected parts of the method');
  const hash = OAEP.digests.get(digest === undefined ? OAEP.defaultDigest : algorithmOf(digest));
  const maskHash = OAEP.maskGenerators.get(
    mask === undefined ? OAEP.defaultMaskGenerator : algorithmOf(mask),
  );
  const algorithm = algorithmOf(method);
  const fits = algorithm === OAEP.newer || (algorithm === OAEP.older && mask === undefined);
  if (!fits || hash === undefined || hash !== maskHash) refuse('the key’s cipher is not on the list');
  return hash;
}

function cipherValue(data: Element | undefined): Buffer {
  if (!isXenc(data, 'CipherData')) refuse('no CipherData');
  const [value, ...rest] = childElements(data);
  // A CipherReference would have us fetch.
  if (!isXenc(value, 'CipherValue') || rest.length > 0) refuse('not exactly one CipherValue');
  return decodeXmlBase64(plainText(value) ?? '') ?? refuse('the CipherValue is not base64');
}

function algorithmOf(element: Element): string {
  return attribute(element, 'Algorithm') ?? '';
}

function isXenc(element: Element | undefined, name: string): element is Element {
  return element !== undefined && isNamed(element, XML_ENCRYPTION, name);
}

function isDs(element: Element | undefined, name: string): element is Element {
  return element !== undefined && isNamed(element, XML_SIGNATURE, name);
}

function refuse(detail: string): never {
  throw new BrokerError('saml.encryption', { detail });
}
