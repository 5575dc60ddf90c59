/**
 * JSON as policies need it: a name twice in one object is refused, because readers differ in which one they
 * believe and a check could then see another policy than AWS; depth is bounded; objects are Maps, so that
 * `__proto__` is a name like any other.
 */
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A policy's deepest value is an element of a condition's list, at depth 6. */
const MAXIMUM_DEPTH = 8;

export function parseStrictJson(text: string): JsonValue {
  const reader = new Reader(text);
  const value = reader.value(1);
  reader.end();
  return value;
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

class Reader {
  readonly #whitespace = /[ \t\n\r]*/y;
  readonly #stringLiteral = /"(?:[^"\\]|\\[^])*"/y;
  readonly #number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
  readonly #word = /true|false|null/y;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipWhitespace();
  }

  value(depth: number): JsonValue {
    if (depth > MAXIMUM_DEPTH) this.#fail(`nested deeper than a policy can be (${MAXIMUM_DEPTH} levels)`);
    if (this.#take('{')) return this.#object(depth);
    if (this.#take('[')) return this.#array(depth);
    if (this.#text[this.#at] === '"') return this.#string();
    const word = this.#match(this.#word) ?? this.#match(this.#number);
    if (word === undefined) this.#fail('write a JSON value here');
    return JSON.parse(word) as JsonValue;
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail('nothing may follow the policy');
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    if (this.#take('}')) return members;
    do {
      if (this.#text[this.#at] !== '"') this.#fail('write a name in double quotes here');
      const name = this.#string();
      if (members.has(name)) this.#fail(`${quoted(name)} stands twice in one object`);
      this.#expect(':');
      members.set(name, this.value(depth + 1));
    } while (this.#take(','));
    this.#expect('}');
    return members;
  }

  #array(depth: number): readonly JsonValue[] {
    const values: JsonValue[] = [];
    if (this.#take(']')) return values;
    do values.push(this.value(depth + 1));
    while (this.#take(','));
    this.#expect(']');
    return values;
  }

  #string(): string {
    const start = this.#at;
    const literal = this.#match(this.#stringLiteral) ?? '';
    try {
      return JSON.parse(literal) as string;
    } catch {
      this.#at = start;
      this.#fail('this text has no end, a wrong escape, or a character that needs one');
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.#skipWhitespace();
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail(`write ${character} here`);
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    this.#skipWhitespace();
    return found;
  }

  #skipWhitespace(): void {
    this.#whitespace.lastIndex = this.#at;
    this.#at += this.#whitespace.exec(this.#text)?.[0].length ?? 0;
  }

  #fail(what: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    throw new PolicySyntaxError(`line ${before.length}, column ${column}`, what);
  }
}
