/**
 * Random edits of genuine answers. Those of the tree know nothing of SAML but where its elements are; those of
 * the text know nothing at all. The harmless ones leave every signed byte and every meaning as it was.
 */
import { XMLSerializer } from '@xmldom/xmldom';
import { DS, EVIL, EVIL_GROUP, SAML, SAMLP, childOrNone, copy, parse } from './edit-xml.ts';
import type { Random } from './random.ts';

/** A genuine answer, and another one of the same provider for the same request. */
interface Originals {
  readonly one: string;
  readonly other: string;
}

type FuzzEdit = (xml: string, random: Random, originals: Originals) => string;

type TreeEdit = (at: Element, random: Random, whole: Whole) => void;

interface Whole {
  readonly root: Element;
  readonly elements: readonly Element[];
  readonly originals: Originals;
}

const NAMESPACES = [SAML, SAMLP, DS, 'urn:evil', 'http://www.w3.org/2001/04/xmlenc#'];
const NAMES = [
  'saml:Assertion',
  'saml:Subject',
  'saml:NameID',
  'saml:Advice',
  'samlp:Extensions',
  'samlp:Response',
  'ds:Object',
  'ds:Signature',
  'saml:AttributeValue',
  'x',
];
const VALUES = [
  EVIL,
  EVIL_GROUP,
  '',
  'ann',
  ' ',
  '2.0',
  'x'.repeat(300),
  '__proto__',
  'urn:oasis:names:tc:SAML:2.0:status:Success',
];
const ATTRIBUTES = [
  'ID',
  'Id',
  'id',
  'xml:id',
  'Name',
  'Value',
  'InResponseTo',
  'Destination',
  'Recipient',
  'NotOnOrAfter',
  'Version',
  'xmlns',
  'xmlns:saml',
  'Algorithm',
  'URI',
  'Method',
  'x',
];

const treeEdits: readonly TreeEdit[] = [
  function remove(at) {
    at.parentNode?.removeChild(at);
  },
  function double(at) {
    at.parentNode?.insertBefore(copy(at), at);
  },
  function move(at, random, { elements }) {
    const target = random.pick(elements);
    if (isWithin(target, at) || target.firstChild === at) return;
    target.insertBefore(at, random.chance(0.5) ? target.firstChild : null);
  },
  function copyElsewhere(at, random, { elements }) {
    random.pick(elements).appendChild(copy(at));
  },
  function rename(at, random) {
    const renamed = at.ownerDocument.createElementNS(random.pick(NAMESPACES), random.pick(NAMES));
    while (at.firstChild !== null) renamed.appendChild(at.firstChild);
    for (const { name, value } of Array.from(at.attributes)) renamed.setAttribute(name, value);
    at.parentNode?.replaceChild(renamed, at);
  },
  function wrap(at, random) {
    const wrapper = at.ownerDocument.createElementNS(random.pick(NAMESPACES), random.pick(NAMES));
    at.parentNode?.replaceChild(wrapper, at);
    wrapper.appendChild(at);
  },
  function unwrap(at) {
    const parent = at.parentNode;
    while (parent !== null && at.firstChild !== null) parent.insertBefore(at.firstChild, at);
    parent?.removeChild(at);
  },
  function reorder(at, random) {
    for (const child of random.shuffled(Array.from(at.childNodes))) at.appendChild(child);
  },
  function setAttribute(at, random) {
    at.setAttribute(random.pick(ATTRIBUTES), random.pick(VALUES));
  },
  function removeAttribute(at, random) {
    if (at.attributes.length > 0) at.removeAttribute(random.pick(Array.from(at.attributes)).name);
  },
  function copyAttribute(at, random, { elements }) {
    const from = random.pick(elements);
    if (from.attributes.length === 0) return;
    const { name, value } = random.pick(Array.from(from.attributes));
    at.setAttribute(name, value);
  },
  function doubleId(at, random, { elements }) {
    const ids = elements.map((element) => element.getAttribute('ID') ?? '').filter((id) => id !== '');
    at.setAttribute(random.pick(['ID', 'Id', 'id', 'xml:id', 'saml:ID']), random.pick([...ids, EVIL]));
  },
  function setText(at, random) {
    at.textContent = random.pick(VALUES);
  },
  function splitText(at, random) {
    const text = at.textContent;
    const cut = random.below(text.length + 1);
    at.textContent = text.slice(0, cut);
    const { ownerDocument: document } = at;
    const middle = [
      document.createComment(' '),
      document.createProcessingInstruction('p', 'x'),
      document.createCDATASection('x'),
      document.createElement('x'),
    ];
    at.appendChild(random.pick(middle));
    at.appendChild(document.createTextNode(text.slice(cut)));
  },
  function addElement(at, random) {
    const added = at.ownerDocument.createElementNS(random.pick(NAMESPACES), random.pick(NAMES));
    if (random.chance(0.5)) added.textContent = random.pick(VALUES);
    at.insertBefore(added, random.chance(0.5) ? at.firstChild : null);
  },
  function swapSignatures(_at, _random, { root, originals }) {
    const other = parse(originals.other).documentElement;
    swap(root, other, 'Signature', DS);
    const [ours, theirs] = [root, other].map((response) => childOrNone(response, SAML, 'Assertion'));
    if (ours !== undefined && theirs !== undefined) swap(ours, theirs, 'Signature', DS);
  },
  function swapAssertions(_at, _random, { root, originals }) {
    swap(root, parse(originals.other).documentElement, 'Assertion', SAML);
  },
  function addOtherAssertion(at, _random, { root, originals }) {
    const other = childOrNone(parse(originals.other).documentElement, SAML, 'Assertion');
    if (other !== undefined) at.appendChild(root.ownerDocument.importNode(other, true));
  },
  function nestInOther(at, _random, { root, originals }) {
    const other = parse(originals.other).documentElement;
    at.appendChild(root.ownerDocument.importNode(other, true));
  },
];

function isWithin(inner: Node, outer: Node): boolean {
  for (let node: Node | null = inner; node !== null; node = node.parentNode) if (node === outer) return true;
  return false;
}

function swap(owner: Element, other: Element, name: string, namespace: string): void {
  const [ours, theirs] = [owner, other].map((parent) => childOrNone(parent, namespace, name));
  if (ours === undefined || theirs === undefined) return;
  owner.replaceChild(owner.ownerDocument.importNode(theirs, true), ours);
}

/** A tree edit at any element but the root. */
const inTree =
  (edit: TreeEdit): FuzzEdit =>
  (xml, random, originals) => {
    const root = parseOrNone(xml);
    if (root === undefined) return xml;
    const elements = Array.from(root.getElementsByTagName('*'));
    if (elements.length > 0) edit(random.pick(elements), random, { root, elements, originals });
    return new XMLSerializer().serializeToString(root.ownerDocument);
  };

/** Earlier edits of the same mutant may have left what no parser reads. */
function parseOrNone(xml: string): Element | undefined {
  try {
    // Nothing at all is read as a document without a root, which the types do not know.
    return (parse(xml) as { readonly documentElement: Element | null }).documentElement ?? undefined;
  } catch {
    return undefined;
  }
}

const textEdits: readonly FuzzEdit[] = [
  (xml, random) => xml.slice(0, random.below(xml.length)),
  (xml, random) => spliced(xml, random.below(xml.length), random.below(20), ''),
  (xml, random) => spliced(xml, random.below(xml.length), 1, String.fromCodePoint(random.below(0x250))),
  (xml, random) =>
    spliced(
      xml,
      random.below(xml.length),
      0,
      random.pick([
        '<',
        '>',
        '&',
        '"',
        '<!-- -->',
        '<?x?>',
        '&amp;',
        '&#0;',
        '<![CDATA[',
        ']]>',
        '\u0000',
        '\u202e',
      ]),
    ),
  (xml, random) => {
    const start = random.below(xml.length);
    const piece = xml.slice(start, start + random.below(200));
    return spliced(xml, random.below(xml.length), 0, piece);
  },
  (xml) => `<!DOCTYPE x [<!ENTITY e "${EVIL}">]>${xml}`,
  (xml, random) =>
    xml.replaceAll(
      random.pick(['saml:', 'samlp:', 'ds:']),
      random.pick(['saml:', 'samlp:', 'ds:', 'x:', '']),
    ),
  (xml, random) =>
    xml.replace(/xmlns:(saml|samlp|ds)="[^"]*"/, random.pick(['', 'xmlns:x="1"', 'xmlns:$1="urn:evil"'])),
  (xml, _random, { other }) => xml + other,
  (xml, _random, { other }) => other + xml,
];

function spliced(text: string, at: number, count: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + count);
}

const TAG = /<([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>/g;

/** Canonicalization takes these back, and no meaning hangs on them. */
const harmlessEdits: readonly FuzzEdit[] = [
  function reorderAttributes(xml, random) {
    return xml.replace(TAG, (_tag, name: string, attributes: string, end: string) => {
      const shuffled = random.shuffled(attributes.match(/[\w:.-]+="[^"]*"/g) ?? []);
      return `<${[name, ...shuffled].join(' ')}${end}>`;
    });
  },
  function spaceInTags(xml, random) {
    return xml.replace(
      TAG,
      (_tag, name: string, attributes: string, end: string) =>
        `<${name}${attributes.replace(/\s+/g, random.pick([' ', '  ', '\n', '\t ']))} ${end}>`,
    );
  },
  function singleQuotes(xml, random) {
    return xml.replace(/="([^"']*)"/g, (pair, value: string) => (random.chance(0.3) ? `='${value}'` : pair));
  },
  function declare(xml) {
    return xml.startsWith('<?xml') ? xml : `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`;
  },
  function referCharacters(xml) {
    return xml.replaceAll('ann', '&#97;n&#x6E;');
  },
  function openEmptyElements(xml) {
    return xml.replace(TAG, (tag, name: string, attributes: string, end: string) =>
      end === '/' ? `<${name}${attributes}></${name}>` : tag,
    );
  },
];

const hostileEdits: readonly FuzzEdit[] = [...treeEdits.map(inTree), ...textEdits];

/** One to three edits; one mutant in six is harmless, so that what is accepted is tried as well. */
export function mutate(
  xml: string,
  random: Random,
  originals: Originals,
): { readonly xml: string; readonly harmless: boolean } {
  const harmless = random.chance(1 / 6);
  let mutant = xml;
  const times = 1 + random.below(3);
  for (let count = 0; count < times; count += 1) {
    const trees = hostileEdits.slice(0, treeEdits.length);
    // Most edits of text only spoil the markup: those of the tree get further.
    const from = harmless ? harmlessEdits : random.chance(0.75) ? trees : hostileEdits;
    mutant = random.pick(from)(mutant, random, originals);
  }
  return { xml: mutant, harmless };
}
