/** Controls, lone surrogates and the two non-characters (XML 1.0 section 2.2). */
const FORBIDDEN = /(?![\t\n\r])\p{Cc}|[\p{Cs}\uFFFE\uFFFF]/u;

/**
 * Text for XML content and attribute values. Characters that XML 1.0 cannot hold are refused rather than
 * dropped, so that two different names never become one.
 */
export function xmlText(value: string): string {
  if (FORBIDDEN.test(value)) throw new RangeError('holds a character that XML cannot');
  return value.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
