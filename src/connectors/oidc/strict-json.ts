/** JSON from a provider. Two readers may take two different values for a name that stands twice: we take none. */

export type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedObject =
  | { readonly kind: 'object'; readonly value: JsonObject }
  /** A name stands twice, or is `__proto__`. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'malformed' };

/** A JSON object in UTF-8. */
export function parseObject(bytes: Uint8Array): ParsedObject {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return { kind: 'malformed' };
    return hasAmbiguousNames(text) ? { kind: 'ambiguous' } : { kind: 'object', value };
  } catch {
    return { kind: 'malformed' };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walks text that is known to be JSON; names are compared as what they say, not as they are escaped. */
function hasAmbiguousNames(json: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      if (isName(json, end)) {
        const name = JSON.parse(json.slice(at, end + 1)) as string;
        const names = open.at(-1);
        if (name === '__proto__' || names?.has(name) === true) return true;
        names?.add(name);
      }
      at = end;
    }
  }
  return false;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** In JSON only a name is followed by a colon. */
function isName(json: string, end: number): boolean {
  let at = end + 1;
  while (' \t\r\n'.includes(json.charAt(at)) && at < json.length) at += 1;
  return json[at] === ':';
}
