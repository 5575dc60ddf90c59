/** Reading of XML that has passed `guard-markup`, by namespace and local name, never by prefix. */
import { DOMParser } from '@xmldom/xmldom';
import { BrokerError } from '../../core/errors.ts';
import { withPlainLines } from '../../lib/xml-lines.ts';

export const SAML_PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const SAML_ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const SAML_METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
export const XML_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;

/** The root element. @throws BrokerError `saml.malformed` */
export function parseXml(xml: string): Element {
  const fail = (): never => {
    throw new BrokerError('saml.malformed', { detail: 'not well-formed XML' });
  };
  try {
    const errorHandler = { warning: fail, error: fail, fatalError: fail };
    // Canonical form shows each character as itself again.
    const text = withPlainLines(xml);
    const document = new DOMParser({ errorHandler }).parseFromString(text, 'text/xml') as Partial<Document>;
    return document.documentElement ?? fail();
  } catch {
    return fail();
  }
}

export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

export function childElements(parent: Element): Element[] {
  const children: Element[] = [];
  for (let node: Node | null = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === ELEMENT_NODE) children.push(node as Element);
  }
  return children;
}

export function childrenNamed(parent: Element, namespace: string, name: string): Element[] {
  return childElements(parent).filter((child) => isNamed(child, namespace, name));
}

/** Every element below and including the root, in document order. */
export function allElements(root: Element): Element[] {
  return [root, ...childElements(root).flatMap(allElements)];
}

/** The text of an element that holds text alone; undefined when it holds anything else. */
export function plainText(element: Element): string | undefined {
  let text = '';
  for (let node: Node | null = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType !== TEXT_NODE) return undefined;
    text += node.nodeValue ?? '';
  }
  return text;
}

/** An attribute without a namespace; undefined when it is absent. */
export function attribute(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;
}
