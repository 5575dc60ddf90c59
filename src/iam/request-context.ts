/** The condition keys of one request. Names compare without case; a name that is not there has no values. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** The same keys in lower case, which is how everything in this folder looks them up. */
export function normalizeContext(context: RequestContext): RequestContext {
  const normalized = new Map<string, readonly string[]>();
  for (const [name, values] of context) {
    const key = name.toLowerCase();
    normalized.set(key, [...(normalized.get(key) ?? []), ...values]);
  }
  return normalized;
}
