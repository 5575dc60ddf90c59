/**
 * Reads the markup before the XML parser does, in one pass, and lets through only what cannot be understood
 * in two ways: elements, attributes and text. Parsers and canonicalisers disagree about document types,
 * comments, processing instructions and CDATA, and each disagreement was once somebody's stolen sign-in
 * (CVE-2017-11427, CVE-2025-25291, CVE-2025-25292). It also bounds what the quadratic parts after it cost.
 */
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import { holdsParagraphSeparator } from '../../lib/xml-lines.ts';

interface MarkupLimits {
  readonly elements: number;
  readonly depth: number;
  /** Metadata is written by hand now and then; nobody's identity hangs on its text. */
  readonly comments: 'refused' | 'skipped';
}

export const MESSAGE_LIMITS: MarkupLimits = { elements: 6_000, depth: 40, comments: 'refused' };
export const METADATA_LIMITS: MarkupLimits = { elements: 6_000, depth: 40, comments: 'skipped' };

const ATTRIBUTES_PER_ELEMENT = 64;
const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?';
/** XML's own blanks (section 2.3): what else JavaScript's `\s` takes for one is part of a name to some parsers. */
const BLANK = '[ \\t\\n\\r]';
const BESIDE_BLANKS = /[^ \t\n\r]/;
const IS = `${BLANK}*=${BLANK}*`;
const VALUE = `(?:"[^"<]*"|'[^'<]*')`;
const DECLARATION = new RegExp(
  `^<\\?xml${BLANK}+version${IS}["']1\\.0["'](?:${BLANK}+encoding${IS}["']([\\w.-]+)["'])?[^<>?]*\\?>`,
);
const TAG = new RegExp(`<(/?)(${NAME})((?:${BLANK}+${NAME}${IS}${VALUE})*)${BLANK}*(/?)>`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})${IS}(${VALUE})`, 'g');
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
const CHARACTER_REFERENCE = /&#(?:x([0-9A-Fa-f]+)|([0-9]+));/g;
const ILLEGAL_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const LARGEST_CHARACTER = 0x10ffff;

/** @throws BrokerError `saml.forbidden_markup`, `saml.too_complex`, `saml.encoding`, `saml.malformed` */
export function guardMarkup(xml: string, limits: MarkupLimits): void {
  if (ILLEGAL_CHARACTER.test(xml)) refuse('saml.malformed', 'a character that XML does not allow');
  if (ENTITY.test(xml)) refuse('saml.forbidden_markup', 'an entity that is not predefined');
  checkReferences(xml);
  const open: string[] = [];
  let elements = 0;
  let position = declarationLength(xml);
  for (;;) {
    const next = xml.indexOf('<', position);
    // Only white space may stand outside the root element.
    const text = xml.slice(position, next === -1 ? xml.length : next);
    if (open.length === 0 && BESIDE_BLANKS.test(text))
      refuse('saml.malformed', 'text outside the root element');
    if (next === -1) break;
    const comment = commentEnd(xml, next, limits);
    if (comment !== undefined) {
      position = comment;
      continue;
    }
    TAG.lastIndex = next;
    const tag = TAG.exec(xml) ?? refuse('saml.malformed', 'a tag that is not well-formed');
    if (tag[1] === '') {
      elements += 1;
      enter(open, tag, elements, limits);
    } else if (tag[3] !== '' || tag[4] !== '' || open.pop() !== tag[2]) {
      refuse('saml.malformed', 'tags that do not match');
    }
    position = next + tag[0].length;
  }
  if (elements === 0 || open.length > 0) refuse('saml.malformed', 'no complete root element');
}

/** XML 1.0 section 4.1: what may not stand in a document may not be referred to either. Half a pair is no character. */
function checkReferences(xml: string): void {
  for (const [, hex, decimal = ''] of xml.matchAll(CHARACTER_REFERENCE)) {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > LARGEST_CHARACTER || ILLEGAL_CHARACTER.test(String.fromCodePoint(code))) {
      refuse('saml.malformed', 'a reference to a character that XML does not allow');
    }
  }
}

function enter(open: string[], tag: RegExpExecArray, elements: number, limits: MarkupLimits): void {
  if (elements > 1 && open.length === 0) refuse('saml.malformed', 'two root elements');
  if (elements > limits.elements) refuse('saml.too_complex', `more than ${limits.elements} elements`);
  checkAttributes(tag[3] ?? '');
  if (tag[4] === '/') return;
  open.push(tag[2] ?? '');
  if (open.length > limits.depth) refuse('saml.too_complex', `deeper than ${limits.depth}`);
}

function checkAttributes(text: string): void {
  if (text === '') return;
  if (holdsParagraphSeparator(text)) refuse('saml.forbidden_markup', 'a paragraph separator in a tag');
  const seen = new Set<string>();
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (seen.has(name)) refuse('saml.malformed', 'an attribute that stands twice');
    seen.add(name);
    if (seen.size > ATTRIBUTES_PER_ELEMENT) refuse('saml.too_complex', 'too many attributes');
    if (name.startsWith('xmlns')) checkNamespace(name, value.slice(1, -1));
  }
}

/**
 * A relative namespace makes canonicalisers return nothing, so that a digest of nothing fits
 * (CVE-2025-66475, CVE-2025-66568); xml-crypto drops attributes that merely begin with `xmlns` from the digest.
 */
function checkNamespace(name: string, value: string): void {
  if (name !== 'xmlns' && !name.startsWith('xmlns:')) refuse('saml.forbidden_markup', 'an xmlns look-alike');
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value)) refuse('saml.forbidden_markup', 'a relative namespace');
}

function declarationLength(xml: string): number {
  const declaration = DECLARATION.exec(xml);
  if (declaration === null) return 0;
  const encoding = declaration[1];
  if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
    refuse('saml.encoding', 'another encoding than UTF-8 is declared');
  }
  return declaration[0].length;
}

/** Where a skipped comment ends; undefined when there is none. */
function commentEnd(xml: string, start: number, limits: MarkupLimits): number | undefined {
  const second = xml[start + 1];
  if (second !== '!' && second !== '?') return undefined;
  const end = xml.startsWith('<!--', start) ? xml.indexOf('-->', start + 4) : -1;
  if (limits.comments === 'refused' || end === -1) {
    refuse('saml.forbidden_markup', 'a document type, comment, processing instruction or CDATA');
  }
  return end + 3;
}

function refuse(code: ErrorCode, detail: string): never {
  throw new BrokerError(code, { detail });
}
