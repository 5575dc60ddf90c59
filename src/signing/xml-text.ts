/**
 * Text for XML that is signed as it stands: escaped exactly as Canonical XML writes it
 * (https://www.w3.org/TR/xml-c14n section 2.3), so that what is signed is what every reader sees.
 */
import { BrokerError } from '../core/errors.ts';

const IN_TEXT: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const IN_ATTRIBUTE: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

export function xmlText(value: string): string {
  return representable(value).replace(/[&<>\r]/g, (character) => IN_TEXT[character] ?? '');
}

export function xmlAttribute(value: string): string {
  return representable(value).replace(/[&<"\t\n\r]/g, (character) => IN_ATTRIBUTE[character] ?? '');
}

/**
 * XML has no way to write most control characters, halves of surrogate pairs, U+FFFE and U+FFFF. Whatever a
 * reader made of them would not be what was signed.
 */
function representable(value: string): string {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(value)) {
    throw new BrokerError('internal', {
      detail: 'a value for an assertion has characters that XML cannot carry',
    });
  }
  return value;
}
