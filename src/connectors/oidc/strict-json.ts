/** JSON from a provider. Two readers may take two different values for a name that stands twice: we take none. */

export type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedObject =
  | { readonly kind: 'object'; readonly value: JsonObject }
  /** A name stands twice, or is `__proto__`. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'malformed' }
  /** More in it than could be read without holding everybody up. */
  | { readonly kind: 'overlong' };

/** Nothing that is meant to be read is deeper. */
const MAXIMUM_DEPTH = 64;
/** Well over the longest list of groups, so that one that is too long is still told as that. */
const MAXIMUM_VALUES = 50_000;
const MAXIMUM_NAMES = 5_000;

/** A JSON object in UTF-8. */
export function parseObject(bytes: Uint8Array): ParsedObject {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const fault = scan(text);
    if (fault !== undefined) return { kind: fault };
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { kind: 'object', value } : { kind: 'malformed' };
  } catch {
    return { kind: 'malformed' };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Looks over the text before it is parsed: what this takes grows with its length alone. Text may be anything. */
function scan(json: string): Exclude<ParsedObject['kind'], 'object'> | undefined {
  const open: (Set<string> | undefined)[] = [];
  let values = 0;
  let names = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(json, at);
      if (end === -1) return 'malformed';
      if (isName(json, end)) {
        names += 1;
        if (!isNew(json.slice(at, end + 1), open.at(-1))) return 'ambiguous';
      }
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      open.push(code === OPEN_OBJECT ? new Set() : undefined);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      open.pop();
    } else if (code === COMMA) {
      values += 1;
    }
    if (open.length > MAXIMUM_DEPTH) return 'malformed';
    if (values > MAXIMUM_VALUES || names > MAXIMUM_NAMES) return 'overlong';
  }
  return undefined;
}

/** Names are compared as what they say, not as they are escaped. */
function isNew(quoted: string, names: Set<string> | undefined): boolean {
  const name = JSON.parse(quoted) as string;
  if (name === '__proto__' || names?.has(name) === true) return false;
  names?.add(name);
  return true;
}

/** @returns -1 where it has no end. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** In JSON only a name is followed by a colon. */
function isName(json: string, end: number): boolean {
  let at = end + 1;
  while (at < json.length && ' \t\r\n'.includes(json.charAt(at))) at += 1;
  return json[at] === ':';
}
