/** RFC 6902, as far as the linter's patches go: what it adds or replaces at a place that is there. */
export interface PatchOperation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

export function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** @returns a copy of the document */
export function applyPatch(document: object, operations: readonly PatchOperation[]): object {
  const copy = structuredClone(document);
  for (const { path, value } of operations) {
    const parts = path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.pop() ?? '';
    const parent = parts.reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>>)[part], copy);
    if (Array.isArray(parent) && last === '-') parent.push(value);
    else Object.assign(parent as object, { [last]: structuredClone(value) });
  }
  return copy;
}
