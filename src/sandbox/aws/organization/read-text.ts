/**
 * Text to plain values, with the place of each. A bounded amount of work whatever the text is: it may come over
 * HTTP. Depth is cut before anything recursive sees it, repeated keys are found in linear time, and aliases
 * spend from one budget of values.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { CST, Document, Node, Pair, YAMLMap } from 'yaml';
import { type Finding, type Locate, type Path, printPath, printWord } from './problem.ts';

export const MAXIMUM_TEXT_BYTES = 2_000_000;
const MAXIMUM_DEPTH = 64;
const MAXIMUM_VALUES = 200_000;
const MAXIMUM_FINDINGS = 20;

export interface ReadText {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly locate: Locate;
}

/** YAML 1.2, hence JSON too. */
export function readYaml(text: string): ReadText {
  const lines = new LineCounter();
  const places = new Map<string, number>();
  const locate: Locate = (path) => {
    const offset = nearestPlace(places, path);
    if (offset === undefined) return {};
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const refusal = (message: string, offset = 0): ReadText => {
    places.set('', offset);
    return { value: undefined, findings: [{ path: [], message }], locate };
  };
  if (Buffer.byteLength(text) > MAXIMUM_TEXT_BYTES)
    return refusal(`is larger than ${MAXIMUM_TEXT_BYTES} bytes`);
  const { tokens, tooDeepAt } = tokensOf(text, lines);
  if (tooDeepAt !== undefined) return refusal(`is nested more than ${MAXIMUM_DEPTH} levels deep`, tooDeepAt);
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent', uniqueKeys: false });
  const [document, second] = composer.compose(tokens);
  if (document === undefined) return refusal('is empty');
  if (second !== undefined) return refusal('holds a second document; write one', second.range[0]);
  const mistake = syntaxMistake(document);
  if (mistake !== undefined) return refusal(mistake.message, mistake.offset);
  const reader = new NodeReader(places);
  const value = reader.read(document.contents, [], 0);
  return { value, findings: reader.findings, locate };
}

function tokensOf(text: string, lines: LineCounter): { tokens: CST.Token[]; tooDeepAt?: number } {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAXIMUM_DEPTH) return { tokens: [], tooDeepAt: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

/** One broken line makes the parser stumble over the next ones: the first is the one to mend. */
function syntaxMistake(document: Document.Parsed): { message: string; offset: number } | undefined {
  const [first] = [...document.errors, ...document.warnings];
  if (first === undefined) return undefined;
  // The library's own words quote the text, which may hold a secret; its code does not.
  const what = first.code.toLowerCase().replaceAll('_', ' ');
  return { message: `is not YAML here (${what})`, offset: first.pos[0] };
}

/** The path's own place, else that of the nearest parent. */
function nearestPlace(places: ReadonlyMap<string, number>, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = places.get(printPath(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return undefined;
}

/** One walk over one document: its anchors, its budget, and what it found. */
class NodeReader {
  readonly findings: Finding[] = [];
  readonly #places: Map<string, number>;
  readonly #anchors = new Map<string, Node>();
  #values = 0;

  constructor(places: Map<string, number>) {
    this.#places = places;
  }

  read(node: unknown, path: Path, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MAXIMUM_VALUES || depth > MAXIMUM_DEPTH) {
      if (this.#values !== Infinity) this.#find(path, 'holds too many values, or aliases without end');
      // Once: what follows a spent budget would only repeat it.
      this.#values = Infinity;
      return undefined;
    }
    if (isAlias(node)) return this.#readAlias(node.source, path, depth);
    if (isMap(node) || isSeq(node) || isScalar(node)) {
      const printed = printPath(path);
      if (!this.#places.has(printed)) this.#places.set(printed, node.range?.[0] ?? 0);
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      if (isMap(node)) return this.#readMap(node, path, depth);
      if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index], depth + 1));
      return node.value;
    }
    return null;
  }

  #readAlias(source: string, path: Path, depth: number): unknown {
    const target = this.#anchors.get(source);
    if (target !== undefined) return this.read(target, path, depth + 1);
    this.#find(path, 'refers to no anchor before it; a value that starts with * goes in quotes');
    return undefined;
  }

  #readMap(map: YAMLMap, path: Path, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const pair of map.items) {
      const key = keyOf(pair);
      if (key === undefined || key === '__proto__') {
        this.#find(path, 'has a key that is no plain word');
      } else if (Object.hasOwn(object, key)) {
        this.#find([...path, key], `the key ${printWord(key)} is there twice; write it once`);
      } else {
        // A value below its key is better found by the key than by its own first line.
        const offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
        const printed = printPath([...path, key]);
        if (offset !== undefined && !this.#places.has(printed)) this.#places.set(printed, offset);
        object[key] = this.read(pair.value, [...path, key], depth + 1);
      }
    }
    return object;
  }

  #find(path: Path, message: string): void {
    if (this.findings.length < MAXIMUM_FINDINGS) this.findings.push({ path, message });
  }
}

/** As it is written: `2024:` is the word "2024". */
function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}
