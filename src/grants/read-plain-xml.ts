/**
 * Reads the XML that STS writes: elements, text, entities, a namespace on the root, and nothing else. The SDK's own
 * parser goes through an answer letter by letter, which for a session token costs more than signing the request.
 */

interface XmlObject {
  [name: string]: XmlValue;
}
type XmlValue = string | XmlObject | XmlValue[];

const ROOT = /^<(\w+)(?: xmlns="([^"&<]*)")?>/;
const OPENING_TAG = /<(\w+)>/y;
const ENTITY = /&(?:(lt|gt|amp|quot|apos);)?/g;
const ENTITIES: ReadonlyMap<string | undefined, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);
/** The deepest answer has its values in the third element below the root. */
const MAXIMUM_DEPTH = 8;

/** @returns the root's content as the SDK's parser would give it; undefined for XML that is not as plain. */
export function readPlainXml(xml: string): XmlObject | undefined {
  const [opening = '', root = '', namespace] = ROOT.exec(xml) ?? [];
  if (opening === '' || xml.includes('\r')) return undefined;
  const reader = new PlainXmlReader(xml, opening.length);
  const content = reader.content(root, MAXIMUM_DEPTH);
  if (typeof content !== 'object' || !reader.isAtEnd) return undefined;
  return namespace === undefined ? content : { ...content, xmlns: namespace };
}

class PlainXmlReader {
  readonly #xml: string;
  #position: number;

  constructor(xml: string, position: number) {
    this.#xml = xml;
    this.#position = position;
  }

  get isAtEnd(): boolean {
    return this.#xml.slice(this.#position).trim() === '';
  }

  /** From behind an opening tag to behind its closing one. */
  content(name: string, depth: number): string | XmlObject | undefined {
    const closing = `</${name}>`;
    let text = this.#text();
    if (this.#take(closing)) return text === undefined || isLayout(text) ? '' : decode(text);
    const content: XmlObject = {};
    while (text === '' || (text !== undefined && isLayout(text))) {
      if (this.#take(closing)) return content;
      const child = this.#openingTag();
      const value = child === undefined || depth === 0 ? undefined : this.content(child, depth - 1);
      if (child === undefined || value === undefined) return undefined;
      add(content, child, value);
      text = this.#text();
    }
    return undefined;
  }

  /** Up to the next tag. */
  #text(): string | undefined {
    const end = this.#xml.indexOf('<', this.#position);
    if (end < 0) return undefined;
    const text = this.#xml.slice(this.#position, end);
    this.#position = end;
    return text;
  }

  #take(expected: string): boolean {
    if (!this.#xml.startsWith(expected, this.#position)) return false;
    this.#position += expected.length;
    return true;
  }

  #openingTag(): string | undefined {
    OPENING_TAG.lastIndex = this.#position;
    const [tag = '', name] = OPENING_TAG.exec(this.#xml) ?? [];
    this.#position += tag.length;
    return name === '__proto__' ? undefined : name;
  }
}

/** What stands between elements for people who read; spaces alone may be a value. */
function isLayout(text: string): boolean {
  return text.includes('\n') && text.trim() === '';
}

/** Undefined where there is an entity that an answer of STS's has no need of. */
function decode(text: string): string | undefined {
  if (!text.includes('&')) return text;
  const names = Array.from(text.matchAll(ENTITY), ([, name]) => name);
  if (!names.every((name) => ENTITIES.has(name))) return undefined;
  return text.replace(ENTITY, (entity: string, name: string) => ENTITIES.get(name) ?? entity);
}

function add(content: XmlObject, name: string, value: XmlValue): void {
  const before = Object.hasOwn(content, name) ? content[name] : undefined;
  if (before === undefined) content[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else content[name] = [before, value];
}
