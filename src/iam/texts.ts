import { PolicySyntaxError } from './policy-syntax-error.ts';
import type { JsonValue } from './strict-json.ts';

interface PlacedText {
  readonly text: string;
  readonly where: string;
}

/** One text or a list of them, which is how most elements can be written, each with its place. */
export function textsOf(value: JsonValue, where: string): PlacedText[] {
  if (typeof value === 'string') return [{ text: value, where }];
  if (!Array.isArray(value) || value.length === 0)
    throw new PolicySyntaxError(where, 'write a text, or a list of at least one');
  return (value as readonly JsonValue[]).map((text, index) => {
    const at = `${where}[${index}]`;
    if (typeof text !== 'string') throw new PolicySyntaxError(at, 'write a text');
    return { text, where: at };
  });
}
