import { DOMParser } from '@xmldom/xmldom';
import { holdsParagraphSeparator, withPlainLines } from '../../../../lib/xml-lines.ts';

/** XML that is not taken: malformed, too deep, or with markup that no SAML document needs. */
export class XmlRefused extends Error {}

const ELEMENT = 1;
const PROCESSING_INSTRUCTION = 7;
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 20_000;
const MAX_COMMENTS = 100;

/** Quoted values hold no `<`, so that an unclosed quote costs no more than the way to the next tag. */
const TAG_OR_COMMENT = /<!--[^]*?-->|<[^!?](?:"[^"<]*"|'[^'<]*'|[^<>"'])*>/g;

/**
 * Parses foreign XML. A document type or CDATA is refused before the parser sees it, and so is a depth
 * that would exhaust the stack of the recursive canonicalization that follows.
 */
export function parseXml(text: string): Element {
  checkMarkup(text);
  const fail = (message: unknown): never => {
    throw new XmlRefused(String(message));
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  // Canonical form shows each character as itself again.
  const document = parser.parseFromString(withPlainLines(text), 'text/xml') as unknown as Element;
  const [root, ...more] = childElements(document);
  if (root === undefined || more.length > 0) throw new XmlRefused('not one element');
  return root;
}

function checkMarkup(text: string): void {
  if (/<!(?!--)/.test(text)) throw new XmlRefused('a document type or CDATA');
  if (text.split('<!--').length > MAX_COMMENTS) throw new XmlRefused('too many comments');
  let depth = 0;
  let elements = 0;
  for (const [tag] of text.matchAll(TAG_OR_COMMENT)) {
    if (tag.startsWith('<!--')) continue;
    if (holdsParagraphSeparator(tag)) throw new XmlRefused('a paragraph separator in a tag');
    if (tag.startsWith('</')) depth -= 1;
    else elements += 1;
    if (!tag.startsWith('</') && !tag.endsWith('/>')) depth += 1;
    if (depth > MAX_DEPTH || elements > MAX_ELEMENTS) throw new XmlRefused('too deep or too many elements');
  }
}

export function childElements(parent: Element): readonly Element[] {
  return childNodes(parent).filter((node): node is Element => node.nodeType === ELEMENT);
}

export function hasProcessingInstruction(parent: Element): boolean {
  return childNodes(parent).some(({ nodeType }) => nodeType === PROCESSING_INSTRUCTION);
}

function childNodes(parent: Element): readonly Node[] {
  return Array.from({ length: parent.childNodes.length }, (_, index) => parent.childNodes.item(index));
}

export function childrenNamed(parent: Element, namespace: string, name: string): readonly Element[] {
  return childElements(parent).filter((child) => isNamed(child, namespace, name));
}

export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

/** All text below, comments left out, so that nothing is cut short at one. */
export function textOf(element: Element): string {
  return element.textContent.trim();
}

/** Undefined where the attribute is missing: xmldom itself says it is empty. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.getAttributeNode(name)?.value;
}
