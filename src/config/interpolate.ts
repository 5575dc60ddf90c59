/**
 * `${NAME}` in the file's strings, replaced by the environment's value: after the YAML was read, so that a
 * value can never become syntax, and once, so that a value is never looked through again.
 */
import { printPath, type Path } from './problem.ts';
import type { Variable } from './variables.ts';

export interface Interpolation {
  readonly value: unknown;
  readonly problems: readonly { readonly path: Path; readonly message: string }[];
  /** Printed paths of the strings in which something was replaced. */
  readonly references: ReadonlySet<string>;
}

/** `$${` is a literal `${`. Whatever follows `${` and is no name is a mistake, not text. */
const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]{0,127})\})?/g;

export function interpolate(value: unknown, lookUp: (name: string) => Variable): Interpolation {
  const problems: { path: Path; message: string }[] = [];
  const references = new Set<string>();

  const replaceIn = (text: string, path: Path): string =>
    text.replace(REFERENCE, (written: string, name: string | undefined) => {
      if (written.startsWith('$$')) return '${';
      if (name === undefined) {
        problems.push({
          path,
          message: 'write ${NAME} for an environment variable, $${ for the two characters',
        });
        return '';
      }
      references.add(printPath(path));
      const variable = lookUp(name);
      if (variable.value !== undefined) return variable.value;
      problems.push({
        path,
        message: variable.mistake ?? `the environment variable ${name} is not set; set it, or ${name}_FILE`,
      });
      return '';
    });

  const walk = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') return replaceIn(node, path);
    if (Array.isArray(node)) return node.map((item, position) => walk(item, [...path, position]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  return { value: walk(value, []), problems, references };
}
