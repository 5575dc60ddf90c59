import { DOMParser } from '@xmldom/xmldom';

/** A message of ours, as a strict stranger reads it. */
export interface PlainSaml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the only element of that name. */
  text(name: string): string;
  attribute(element: string, name: string): string | undefined;
  count(name: string): number;
}

/** @throws when the text is not well-formed */
export function readPlain(xml: string): PlainSaml {
  const fail = (message: string): never => {
    throw new Error(message);
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const document = parser.parseFromString(xml, 'text/xml');
  const only = (name: string): Element => {
    const [element, ...more] = Array.from(document.getElementsByTagName(name));
    return element === undefined || more.length > 0 ? fail(`not exactly one ${name}`) : element;
  };
  const attributes = Array.from(document.documentElement.attributes).map(({ name, value }) => [name, value]);
  return {
    name: document.documentElement.tagName,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    text: (name) => only(name).textContent,
    attribute: (element, name) =>
      only(element).hasAttribute(name) ? (only(element).getAttribute(name) ?? undefined) : undefined,
    count: (name) => document.getElementsByTagName(name).length,
  };
}
