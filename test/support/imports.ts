/** Everything a TypeScript file pulls in, by whatever syntax, found with the compiler's own parser. */
import ts from 'typescript';

export interface SourceFile {
  /** Below `src`, with forward slashes: `core/decide-access.ts`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** As written; undefined where the code computes it, so that nobody can say what it is. */
  readonly specifier: string | undefined;
  readonly line: number;
}

interface Outline {
  readonly imports: readonly Import[];
  /** Names the file uses without declaring them as a property: `process`, `fetch`; and `Date.now`, `new Date()`. */
  readonly ambient: readonly { readonly name: string; readonly line: number }[];
}

export function outlineOf({ path, text }: SourceFile): Outline {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const imports: Import[] = source.referencedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: lineOf(source, pos),
  }));
  const ambient: { name: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    const line = lineOf(source, node.getStart(source));
    if (specifier !== undefined) imports.push({ specifier: literalOf(specifier.node), line });
    const name = ambientOf(node);
    if (name !== undefined) ambient.push({ name, line });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, ambient };
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** The place where a module is named: static, type, re-export, `import x = require()`, `import()`, `require()`. */
function specifierOf(node: ts.Node): { readonly node: ts.Node | undefined } | undefined {
  if (ts.isImportDeclaration(node)) return { node: node.moduleSpecifier };
  if (ts.isExportDeclaration(node)) {
    return node.moduleSpecifier === undefined ? undefined : { node: node.moduleSpecifier };
  }
  if (ts.isExternalModuleReference(node)) return { node: node.expression };
  if (ts.isImportTypeNode(node)) return { node: node.argument };
  return ts.isCallExpression(node) && callsForModule(node) ? { node: node.arguments[0] } : undefined;
}

function callsForModule({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(expression)) return expression.text === 'require';
  return (
    ts.isPropertyAccessExpression(expression) &&
    /^require$|^import\.meta\.resolve$/.test(expression.getText())
  );
}

function literalOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isLiteralTypeNode(node)) return literalOf(node.literal);
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

const GLOBALS = new Set([
  'process',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
  'globalThis',
]);

function ambientOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length)
    return 'new Date()';
  if (ts.isPropertyAccessExpression(node)) {
    const text = `${node.expression.getText()}.${node.name.text}`;
    return text === 'Date.now' || text === 'Math.random' ? text : undefined;
  }
  return ts.isIdentifier(node) && GLOBALS.has(node.text) && standsAlone(node) ? node.text : undefined;
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** Not a member of something, nor the name of something being declared. */
function standsAlone(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  const declares =
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent);
  return !(declares && parent.name === node);
}
