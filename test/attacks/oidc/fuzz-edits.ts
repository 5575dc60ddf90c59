/** Edits of a token's bytes and of its JSON, and of a query's bytes and parameters; some change nothing that counts. */
import type { Random } from './random.ts';

type Edit = (text: string, random: Random) => string;

const CHARACTERS = ['A', '_', '-', '=', '.', '+', '/', ' ', '\n', '%', '\u0000', 'é', '&', '#'] as const;
const NAMES = [
  'sub',
  'iss',
  'aud',
  'exp',
  'iat',
  'nonce',
  'groups',
  'alg',
  'kid',
  'typ',
  'azp',
  'email',
  '__proto__',
] as const;
const VALUES = [
  '"alex.admin"',
  '["daypass-administrators"]',
  'null',
  '1e308',
  '"none"',
  '{}',
  '[]',
  'true',
  '"ann\\u0000"',
] as const;

const at = (text: string, position: number, put: string, removed: number): string =>
  text.slice(0, position) + put + text.slice(position + removed);

const ANY_TEXT: readonly [Edit, ...Edit[]] = [
  (text) => text,
  (text, random) => at(text, random.below(text.length + 1), random.pick(CHARACTERS), 0),
  (text, random) => at(text, random.below(text.length), random.pick(CHARACTERS), 1),
  (text, random) => at(text, random.below(text.length), '', 1 + random.below(8)),
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => {
    const [from, length] = [random.below(text.length), 1 + random.below(20)];
    return at(text, random.below(text.length), text.slice(from, from + length), 0);
  },
  (text, random) => {
    const position = random.below(text.length);
    const letter = text[position] ?? '';
    return at(
      text,
      position,
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
      1,
    );
  },
  (text) => text.split('').reverse().join(''),
];

const OF_JSON: readonly [Edit, ...Edit[]] = [
  (json, random) => json.replace('{', `{"${random.pick(NAMES)}":${random.pick(VALUES)},`),
  (json, random) => json.replace(/\}$/, `,"${random.pick(NAMES)}":${random.pick(VALUES)}}`),
  (json, random) =>
    json.replace(
      new RegExp(`"${random.pick(NAMES)}":[^,}]+`),
      `"${random.pick(NAMES)}":${random.pick(VALUES)}`,
    ),
  (json) => json.replaceAll(',', ' , '),
  (json, random) => at(json, random.below(json.length), random.pick(CHARACTERS), random.below(2)),
];

function editPart(token: string, random: Random): string {
  const parts = token.split('.');
  const which = random.below(2);
  const json = Buffer.from(parts[which] ?? '', 'base64url').toString('utf8');
  parts[which] = Buffer.from(random.pick(OF_JSON)(json, random)).toString('base64url');
  return parts.join('.');
}

function movePart(token: string, random: Random): string {
  const parts = token.split('.');
  const [from, to] = [random.below(3), random.below(3)];
  parts[to] = parts[from] ?? '';
  return parts.join('.');
}

export function editToken(
  genuine: string,
  random: Random,
): { readonly token: string; readonly edits: string } {
  const kinds = [
    editPart,
    editPart,
    movePart,
    (text: string) => random.pick(ANY_TEXT)(text, random),
  ] as const;
  const count = 1 + random.below(2);
  let token = genuine;
  for (let index = 0; index < count; index += 1) token = random.pick(kinds)(token, random);
  return { token, edits: `${count} edits, ${token === genuine ? 'the same' : 'another'} token` };
}

const OF_QUERY: readonly [Edit, ...Edit[]] = [
  (query, random) => random.pick(ANY_TEXT)(query, random),
  (query, random) =>
    query
      .split('&')
      .filter((_, index) => index !== random.below(3))
      .join('&'),
  (query) => query.split('&').reverse().join('&'),
  (query, random) =>
    `${query}&${random.pick(['state', 'code', 'iss', 'error', 'id_token', 'x', 'session_state'])}=1`,
  (query) => `${query}&`,
  (query, random) =>
    query.replace(
      random.pick(['state=', 'code=', 'iss=']),
      random.pick(['state[]=', 'STATE=', 'state=1&state=', 'x=']),
    ),
  (query) => query.replace(/[a-f]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
];

export function editQuery(
  genuine: string,
  random: Random,
): { readonly query: string; readonly edits: string } {
  const query = random.pick(OF_QUERY)(genuine, random);
  // A request's target has no blanks, line ends or fragment.
  return { query: query.replace(/[^\x21-\x7e]|#/g, (bad) => encodeURIComponent(bad)), edits: query };
}
