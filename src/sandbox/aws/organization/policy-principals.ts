import type { Path } from './problem.ts';

/** The `AWS` principals of a policy document, in whatever form the language allows. */
export function principalsIn(policy: object): { readonly text: string; readonly path: Path }[] {
  const statements = isObject(policy) ? policy['Statement'] : undefined;
  const listed = Array.isArray(statements)
    ? statements.map((statement: unknown, index) => ({ statement, path: ['Statement', index] as Path }))
    : [{ statement: statements, path: ['Statement'] as Path }];
  return listed.flatMap(({ statement, path }) => ELEMENTS.flatMap((name) => namedIn(statement, name, path)));
}

const ELEMENTS = ['Principal', 'NotPrincipal'] as const;

function namedIn(statement: unknown, element: string, path: Path): { text: string; path: Path }[] {
  const principals = isObject(statement) ? statement[element] : undefined;
  const named: unknown = isObject(principals) ? principals['AWS'] : undefined;
  const at = [...path, element, 'AWS'];
  if (typeof named === 'string') return [{ text: named, path: at }];
  if (!Array.isArray(named)) return [];
  return named.flatMap((text: unknown, index) =>
    typeof text === 'string' ? [{ text, path: [...at, index] }] : [],
  );
}

/** A copy of the document in which each of them is what `replace` says. */
export function replacePrincipals(policy: object, replace: (text: string) => string): object {
  const replaceIn = (statement: unknown): unknown => {
    if (!isObject(statement)) return statement;
    const changed = ELEMENTS.flatMap((name) => {
      const principals = statement[name];
      if (!isObject(principals) || !('AWS' in principals)) return [];
      return [[name, { ...principals, AWS: replaceEach(principals['AWS'], replace) }] as const];
    });
    return { ...statement, ...Object.fromEntries(changed) };
  };
  const { Statement: statements } = policy as { readonly Statement?: unknown };
  const replaced = Array.isArray(statements) ? statements.map(replaceIn) : replaceIn(statements);
  return { ...policy, Statement: replaced };
}

function replaceEach(named: unknown, replace: (text: string) => string): unknown {
  if (typeof named === 'string') return replace(named);
  return Array.isArray(named)
    ? named.map((one: unknown) => (typeof one === 'string' ? replace(one) : one))
    : named;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
