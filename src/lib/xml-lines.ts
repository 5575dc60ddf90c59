/**
 * What xmldom takes for the end of a line and XML 1.0 does not (section 2.11). It reads U+0085 and U+2028 as line
 * feeds, so that a digest over them fits nobody else's; and it counts lines by an expression whose cost grows with
 * the square of what stands before a U+2029: behind 250 kB, minutes. xml-crypto has no setting for either.
 */
const FOREIGN_LINE_ENDS = /[\u0085\u2028\u2029]/g;
export const PARAGRAPH_SEPARATOR = /\u2029/;
const REFERENCE_TO_PARAGRAPH_SEPARATOR = /&#(?:0*8233|x0*2029);/i;

/**
 * The same document with the line ends that every XML reader must see, which xmldom leaves alone, and with
 * references for what it would take for others: they say the same in text and in values (section 4.1).
 */
export function withPlainLines(xml: string): string {
  return xml
    .replace(/\r\n?/g, '\n')
    .replace(FOREIGN_LINE_ENDS, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Whether a tag of such a document holds a paragraph separator: no name, address or time does, and canonical form,
 * which xml-crypto parses again, would show it as itself.
 */
export function holdsParagraphSeparator(tag: string): boolean {
  return REFERENCE_TO_PARAGRAPH_SEPARATOR.test(tag);
}
