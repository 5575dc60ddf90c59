/** Edits of a response on its way, by text and by tree. Each fails where it finds nothing: an attack must attack. */
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';

export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';

/** Whom the attacker wants to be. */
export const EVIL = 'mallory-7c1e94';
export const EVIL_GROUP = 'aws-admins';

type Edit = (xml: string) => string;

export function replacing(from: string | RegExp, to: string): Edit {
  return (xml) =>
    changed(
      xml,
      xml.replace(from, () => to),
    );
}

/** For edits that reuse a part of what they find. */
export function replacingBy(from: RegExp, to: (...parts: string[]) => string): Edit {
  return (xml) => changed(xml, xml.replace(from, to));
}

export function editing(edit: (parts: Parts) => void): Edit {
  return (xml) => {
    const document = parse(xml);
    edit(partsOf(document));
    return changed(xml, new XMLSerializer().serializeToString(document));
  };
}

export function inOrder(...edits: readonly Edit[]): Edit {
  return (xml) => edits.reduce((text, edit) => edit(text), xml);
}

function changed(before: string, after: string): string {
  if (before === after) throw new Error('the edit found nothing to change');
  return after;
}

export interface Parts {
  readonly document: Document;
  readonly response: Element;
  readonly assertion: Element;
  /** The response's own signature, or else the assertion's: whichever counts most. */
  readonly signature: Element;
}

/** What an edit has broken is read as far as it can be, without a word about it. */
export function parse(xml: string): Document {
  const goOn = (): void => undefined;
  const stop = (): never => {
    throw new Error('cannot be read at all');
  };
  const errorHandler = { warning: goOn, error: goOn, fatalError: stop };
  return new DOMParser({ errorHandler }).parseFromString(xml, 'text/xml');
}

function partsOf(document: Document): Parts {
  const response = document.documentElement;
  return {
    document,
    response,
    get assertion() {
      return child(response, SAML, 'Assertion');
    },
    get signature() {
      return (
        [response, ...childrenOf(response)]
          .flatMap(childrenOf)
          .find((element) => element.namespaceURI === DS && element.localName === 'Signature') ??
        missing('Signature')
      );
    },
  };
}

export function childrenOf(parent: Element): Element[] {
  return Array.from(parent.childNodes).filter((node): node is Element => node.nodeType === 1);
}

export function childOrNone(parent: Element, namespace: string, name: string): Element | undefined {
  return childrenOf(parent).find(
    (element) => element.namespaceURI === namespace && element.localName === name,
  );
}

export function child(parent: Element, namespace: string, name: string): Element {
  return childOrNone(parent, namespace, name) ?? missing(name);
}

/** The first below an element, at any depth. */
export function below(parent: Element, namespace: string, name: string): Element {
  return parent.getElementsByTagNameNS(namespace, name)[0] ?? missing(name);
}

function missing(name: string): never {
  throw new Error(`there is no ${name}`);
}

export function copy(element: Element): Element {
  return element.cloneNode(true) as Element;
}

export function withoutSignature(element: Element): Element {
  const signature = childOrNone(element, DS, 'Signature');
  if (signature !== undefined) element.removeChild(signature);
  return element;
}

/** Turns a genuine assertion into the attacker's: another person, another group, another id. */
export function evil(assertion: Element, id = '_evil_assertion'): Element {
  assertion.setAttribute('ID', id);
  below(assertion, SAML, 'NameID').textContent = EVIL;
  below(assertion, SAML, 'AttributeValue').textContent = EVIL_GROUP;
  return assertion;
}

export function evilCopy(assertion: Element, id?: string): Element {
  return evil(withoutSignature(copy(assertion)), id);
}

export function make(parent: Element, namespace: string, name: string): Element {
  return parent.ownerDocument.createElementNS(namespace, name);
}

export function prepend(parent: Element, element: Element): void {
  parent.insertBefore(element, parent.firstChild);
}
