/**
 * Text with policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`. What a
 * variable brings in is always literal: a star in a tag's value is no wildcard.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { RequestContext } from './request-context.ts';
import { ARN_COLONS, confinedToArnParts, globOf, literalGlob, type Glob } from './wildcard.ts';

type TemplatePart =
  | { readonly kind: 'text' | 'escaped'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

export interface Template {
  readonly text: string;
  readonly parts: readonly TemplatePart[];
  /** A Resource: its wildcards keep to an ARN's parts, and its variables to the last of them. */
  readonly isArn: boolean;
  /** Ready made where the text has no variables. */
  readonly glob: Glob | undefined;
}

export interface TemplateOptions {
  /** Variables are a feature of Version 2012-10-17; before it, `${` is text. */
  readonly variables: boolean;
  readonly where: string;
  readonly isArn?: boolean;
}

/**
 * Of a text with its variables' values in it. No value that AWS carries is as long; a text that repeats a long
 * one would only cost memory.
 */
const MAXIMUM_EXPANDED_LENGTH = 65_536;

export function parseTemplate(text: string, { variables, where, isArn = false }: TemplateOptions): Template {
  const parts = variables ? partsOf(text, where) : [{ kind: 'text', text } as const];
  const hasVariable = parts.some(({ kind }) => kind === 'variable');
  const template = { text, parts, isArn };
  return { ...template, glob: hasVariable ? undefined : globOfParts(template, EMPTY_CONTEXT) };
}

/** Undefined where a variable has no value or no right to be, and then the whole statement does not apply. */
export function expandToGlob(template: Template, context: RequestContext): Glob | undefined {
  return template.glob ?? globOfParts(template, context);
}

/** The text with nothing special in it, for comparing whole. */
export function expandToText(template: Template, context: RequestContext): string | undefined {
  let text = '';
  for (const part of template.parts) {
    const piece = pieceOf(part, context);
    if (piece === undefined || text.length + piece.length > MAXIMUM_EXPANDED_LENGTH) return undefined;
    text += piece;
  }
  return text;
}

/** The template with a harmless letter for each variable, to check the shape of what is around them. */
export function outline(template: Template): string {
  return template.parts.map((part) => (part.kind === 'text' ? part.text : 'x')).join('');
}

const EMPTY_CONTEXT: RequestContext = new Map();

function globOfParts(
  { parts, isArn }: Pick<Template, 'parts' | 'isArn'>,
  context: RequestContext,
): Glob | undefined {
  const units: number[] = [];
  let colons = 0;
  for (const part of parts) {
    // AWS puts values into an ARN behind its fifth colon only: not into its region, nor its account.
    if (isArn && part.kind === 'variable' && colons < ARN_COLONS) return undefined;
    const piece = pieceOf(part, context);
    if (piece === undefined || units.length + piece.length > MAXIMUM_EXPANDED_LENGTH) return undefined;
    for (const unit of part.kind === 'text' ? globOf(piece) : literalGlob(piece)) units.push(unit);
    if (part.kind === 'text') colons += piece.split(':').length - 1;
  }
  return isArn ? confinedToArnParts(units) : units;
}

function pieceOf(part: TemplatePart, context: RequestContext): string | undefined {
  if (part.kind !== 'variable') return part.text;
  const values = context.get(part.key) ?? [];
  // Only keys with a single value can stand in a text.
  return values.length > 1 ? undefined : (values[0] ?? part.fallback);
}

function partsOf(text: string, where: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('${', from);
    if (open < 0) break;
    if (open > from) parts.push({ kind: 'text', text: text.slice(from, open) });
    const close = endOf(text, open + 2);
    if (close < 0) throw new PolicySyntaxError(where, `the variable in ${quoted(text)} has no }`);
    parts.push(partOf(text.slice(open + 2, close), where));
    from = close + 1;
  }
  if (from < text.length || parts.length === 0) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Where the closing brace is; one within the quotes of a default does not count. */
function endOf(text: string, from: number): number {
  const close = text.indexOf('}', from);
  const quote = text.indexOf("'", from);
  if (quote < 0 || close < quote) return close;
  const quoteEnd = text.indexOf("'", quote + 1);
  return quoteEnd < 0 ? -1 : text.indexOf('}', quoteEnd);
}

function partOf(inside: string, where: string): TemplatePart {
  if (inside === '*' || inside === '?' || inside === '$') return { kind: 'escaped', text: inside };
  const comma = inside.indexOf(',');
  const key = (comma < 0 ? inside : inside.slice(0, comma)).trim();
  const fallback = comma < 0 ? undefined : inside.slice(comma + 1).trim();
  // A key may hold a tag's name, with letters of any script and spaces.
  if (!/^[^\s'"${},*?][^'"${},*?]{0,255}$/.test(key)) {
    throw new PolicySyntaxError(where, `${quoted('${' + inside + '}')} names no condition key`);
  }
  if (fallback !== undefined && !/^'[^']*'$/.test(fallback)) {
    throw new PolicySyntaxError(where, `write the default of \${${key}} in single quotes`);
  }
  return { kind: 'variable', key: key.toLowerCase(), fallback: fallback?.slice(1, -1) };
}
