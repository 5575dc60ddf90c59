/* global document */
/**
 * Beside each folded secret stands a copy with its secret lines masked; the fold itself shows the text.
 * Whatever is not known to be harmless is masked, so that a form of delivery that this file does not know
 * shows too little rather than too much.
 */
const MASK = '\u2022'.repeat(16);

const HARMLESS_NAMES =
  '(?:aws_)?(?:access_?key_?id|region|default_region|credential_expiration|expiration|expires_?at|version)';
const PREFIX = '\\s*(?:export\\s+|set\\s+"?|\\$env:)?"?';
/** One short value and the line's end: a second value on the line could be the secret. */
const SHORT_VALUE = '["\']?[\\w.:-]{0,64}["\']?,?\\s*';
const HARMLESS = new RegExp(`^${PREFIX}${HARMLESS_NAMES}"?\\s*[=:]\\s*${SHORT_VALUE}$`, 'i');
/** A profile's name, brackets alone, a comment, an empty line. */
const STRUCTURE = /^\s*(?:\[[\w .@/+-]*\]|[[\]{},]*|#.*)\s*$/;
const ASSIGNMENT = new RegExp(`^${PREFIX}[a-z_]\\w*"?\\s*[=:]\\s*`, 'i');

for (const reveal of document.querySelectorAll('[data-mask]')) {
  const secret = reveal.querySelector('pre').textContent;
  const masked = document.createElement('pre');
  masked.className = 'secret-text';
  masked.dataset.masked = '';
  masked.append(...maskText(secret).map(node));
  reveal.after(masked);
}

/** Pieces in order: `{ text, masked }`. */
function maskText(text) {
  return text.split('\n').flatMap((line, index) => {
    const pieces = maskLine(line);
    return index === 0 ? pieces : [{ text: '\n', masked: false }, ...pieces];
  });
}

function maskLine(line) {
  if (STRUCTURE.test(line) || HARMLESS.test(line)) return [{ text: line, masked: false }];
  const name = ASSIGNMENT.exec(line)?.[0] ?? '';
  return [
    { text: name, masked: false },
    { text: MASK, masked: true },
  ];
}

function node({ text, masked }) {
  const span = document.createElement('span');
  span.textContent = text;
  if (masked) span.className = 'secret-mask';
  return span;
}
