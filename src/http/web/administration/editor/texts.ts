/** A setting as a form shows it, and back. Exact: what cannot be written one a line is written as JSON. */
import type { FieldKind } from './fields.ts';

/** Of a field's name where it holds JSON although its kind has an easier form. */
export const AS_JSON = ':json';

/** Undefined where this kind of field cannot show the value. */
export function textOf(kind: FieldKind, value: unknown): string | undefined {
  if (value === undefined) return '';
  switch (kind) {
    case 'lines':
      return linesOf(value);
    case 'blocks':
      return isTexts(value) && value.every((text) => !/\n\s*\n/.test(text)) ? value.join('\n\n') : undefined;
    case 'pairs':
    case 'conditions':
      return pairsOf(value);
    case 'json':
      return jsonOf(value);
    case 'text':
      return typeof value === 'string' && !/[\r\n]/.test(value) ? value : undefined;
    default:
      return isPlain(value) ? String(value).replaceAll('\r\n', '\n') : undefined;
  }
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function linesOf(value: unknown): string | undefined {
  return isTexts(value) && value.every((text) => text !== '' && !/[\r\n]/.test(text))
    ? value.join('\n')
    : undefined;
}

function pairsOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const pairs = Object.entries(value).flatMap(([name, held]) =>
    [held].flat().map((each) => [name, each] as const),
  );
  if (
    !pairs.every(([name, each]) => typeof each === 'string' && !/[=\r\n]/.test(name) && !/[\r\n]/.test(each))
  )
    return undefined;
  return linesOf(pairs.map(([name, each]) => `${name}=${String(each)}`));
}

export function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** What a person has to change. */
export class FieldMistake extends Error {}

/** @param texts everything of the field's name: what was written and what was ticked. Undefined for nothing. */
export function valueOf(kind: FieldKind, texts: readonly string[]): unknown {
  const lines = texts.flatMap((text) => text.split(/\r\n|\n|\r/)).filter((line) => line !== '');
  const [text = ''] = texts;
  switch (kind) {
    case 'lines':
      return lines.length === 0 ? undefined : [...new Set(lines)];
    case 'blocks': {
      const blocks = text
        .replaceAll('\r\n', '\n')
        .split(/\n\s*\n/)
        .map((block) => block.trim());
      return blocks.some(Boolean) ? blocks.filter(Boolean) : undefined;
    }
    case 'pairs':
      return lines.length === 0 ? undefined : Object.fromEntries(lines.map(splitPair));
    case 'conditions':
      return lines.length === 0 ? undefined : byName(lines.map(splitPair));
    case 'json':
      return text.trim() === '' ? undefined : fromJson(text);
    case 'number':
      return text.trim() === '' ? undefined : fromNumber(text);
    case 'switch':
      return text === '' ? undefined : text === 'true';
    default:
      return text === '' ? undefined : text.replaceAll('\r\n', '\n');
  }
}

type Pair = readonly [name: string, value: string];

function splitPair(line: string): Pair {
  const at = line.indexOf('=');
  if (at <= 0) throw new FieldMistake(`write each line as name=value; “${line.slice(0, 80)}” is not`);
  return [line.slice(0, at), line.slice(at + 1)];
}

function byName(pairs: readonly Pair[]): object {
  const held = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = held.get(name) ?? [];
    held.set(name, values);
    values.push(value);
  }
  return Object.fromEntries(held);
}

function fromNumber(text: string): number {
  const number = Number(text);
  if (!/^-?[0-9]{1,15}$/.test(text.trim())) throw new FieldMistake('write a whole number');
  return number;
}

export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position ([0-9]+)/.exec(message)?.[1];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new FieldMistake(`is not JSON: look at ${place}`);
  }
}
