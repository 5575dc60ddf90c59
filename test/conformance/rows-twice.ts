import ts from 'typescript';

/** What says where a row belongs and how sure it is, and nothing of what it asks. */
const LABELS = new Set(['section', 'confidence']);

/**
 * Rows of one source file that are the same but for their sentence: written as an object, as a call of what makes
 * rows, or as a line of a list that rows are made from.
 *
 * @param sentences those of all rules
 * @returns the sentences of each such row after the first
 */
export function rowsTwice(source: string, sentences: ReadonlySet<string>): readonly string[] {
  const file = ts.createSourceFile('rules.ts', source, ts.ScriptTarget.Latest);
  const seen = new Set<string>();
  const twice: string[] = [];
  const visit = (node: ts.Node): void => {
    const parts = partsOf(node);
    const sentence = parts.map(literalText).find((text) => text !== undefined && sentences.has(text));
    if (sentence !== undefined) {
      const rest = parts
        .filter((part) => literalText(part) !== sentence)
        .map((part) => plain(part.getText(file)));
      const row = `${calleeOf(node, file)}${rest.join('|')}`;
      if (rest.length > 0 && seen.has(row)) twice.push(sentence);
      seen.add(row);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return twice;
}

function partsOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isCallExpression(node)) return node.arguments;
  if (ts.isArrayLiteralExpression(node)) return node.elements;
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.filter(({ name }) => name === undefined || !LABELS.has(nameOf(name)));
}

function nameOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) ? name.text : '';
}

function literalText(node: ts.Node): string | undefined {
  const value = ts.isPropertyAssignment(node) ? node.initializer : node;
  return ts.isStringLiteralLike(value) ? value.text : undefined;
}

function calleeOf(node: ts.Node, file: ts.SourceFile): string {
  return ts.isCallExpression(node) ? node.expression.getText(file) : '';
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ');
}
