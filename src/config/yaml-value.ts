import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { printKey, type Path } from './problem.ts';

/** Aliases can make a small text mean a huge value. */
const MAXIMUM_VALUES = 500_000;
const MAXIMUM_ALIAS_DEPTH = 64;
const MAXIMUM_PROBLEMS = 100;

interface ValueProblem {
  readonly path: Path;
  readonly message: string;
  readonly offset: number;
}

export interface YamlValue {
  readonly value: unknown;
  readonly problems: readonly ValueProblem[];
  /** Where the path is, or the nearest parent of it that exists. */
  offsetOf(path: Path, atKey: boolean): number;
}

/** Plain objects, arrays, strings, numbers, booleans and null. */
export function readYamlValue(root: Node | null): YamlValue {
  const reader = new YamlReader();
  const value = reader.read(root, [], 0);
  return {
    value,
    problems: reader.problems,
    offsetOf: (path, atKey) => reader.offsetOf(root, path, atKey),
  };
}

/** One walk over one document: its anchors, its budget and what it found. */
class YamlReader {
  readonly problems: ValueProblem[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #aliases = new Map<Node, Node>();
  #values = 0;
  #stopped = false;

  read(node: unknown, path: Path, depth: number): unknown {
    if (!isNode(node)) return null;
    this.#values += 1;
    if (this.#values > MAXIMUM_VALUES || depth > MAXIMUM_ALIAS_DEPTH) {
      this.#stop(path, offsetOfNode(node));
      return null;
    }
    if (isAlias(node)) return this.#readAlias(node, path, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#readMap(node, path, depth);
    if (isSeq(node))
      return node.items.map((item, position) => this.read(item, [...path, position], depth + 1));
    return isScalar(node) ? node.value : null;
  }

  /** Once: what follows a spent budget would only repeat it. */
  #stop(path: Path, offset: number): void {
    if (!this.#stopped) this.problems.push({ path, message: TOO_MUCH, offset });
    this.#stopped = true;
  }

  #report(problem: ValueProblem): void {
    if (this.problems.length < MAXIMUM_PROBLEMS) this.problems.push(problem);
  }

  #readAlias(node: Node & { source: string }, path: Path, depth: number): unknown {
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      // Without its name: a secret that starts with * and lacks its quotes is read as an alias.
      const message = 'there is no such anchor before this; a value that starts with * goes in quotes';
      this.#report({ path, message, offset: offsetOfNode(node) });
      return null;
    }
    this.#aliases.set(node, target);
    return this.read(target, path, depth + 1);
  }

  #readMap(map: YAMLMap, path: Path, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const pair of map.items) {
      const offset = isNode(pair.key) ? offsetOfNode(pair.key) : offsetOfNode(map);
      const key = keyOf(pair);
      const problem = keyProblem(key, object);
      if (problem !== undefined) this.#report({ path, message: problem, offset });
      else if (key !== undefined) object[key] = this.read(pair.value, [...path, key], depth + 1);
    }
    return object;
  }

  offsetOf(root: Node | null, path: Path, atKey: boolean): number {
    let node: unknown = root;
    let offset = root === null ? 0 : offsetOfNode(root);
    for (const [index, part] of path.entries()) {
      const container = isAlias(node) ? this.#aliases.get(node) : node;
      if (isSeq(container) && typeof part === 'number') node = container.items[part];
      else if (isMap(container)) {
        const pair = container.items.find((candidate) => keyOf(candidate) === String(part));
        if (pair === undefined) return offset;
        if (isNode(pair.key)) offset = offsetOfNode(pair.key);
        if (atKey && index === path.length - 1) return offset;
        node = pair.value;
      } else return offset;
      // A collection below a key is better found by the key than by its own first line.
      if (isNode(node) && (typeof part === 'number' || hasText(node))) offset = offsetOfNode(node);
    }
    return offset;
  }
}

const TOO_MUCH = `the file holds more than ${MAXIMUM_VALUES} values, or its aliases refer to each other without end`;

function keyProblem(key: string | undefined, object: Readonly<Record<string, unknown>>): string | undefined {
  if (key === undefined) return 'a key must be a plain word';
  // Assigning to it would set the object's prototype instead.
  if (key === '__proto__') return 'the key __proto__ is never accepted';
  return Object.hasOwn(object, key) ? `the key ${printKey(key)} is there twice; write it once` : undefined;
}

/** As it is written: `2024:` and `yes:` are the words "2024" and "yes". */
function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function hasText(node: Node): boolean {
  return isScalar(node) && node.range?.[0] !== node.range?.[1];
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isSeq(value) || isScalar(value);
}

function offsetOfNode(node: Node): number {
  return node.range?.[0] ?? 0;
}
