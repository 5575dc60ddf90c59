/**
 * What a server did with its time, from V8's own profile of the main thread: each sample counts for the innermost part
 * of ours on the stack.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Area {
  readonly name: string;
  /** CPU time a call. */
  readonly micros: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The first that fits names the area. */
const AREAS: readonly (readonly [RegExp, string])[] = [
  [
    /^src\/(broker\/resume-token|stores\/authorization|http\/aws-clients)/,
    'the token: find it, whom it speaks for',
  ],
  [/^src\/http\/request-log/, 'the log line'],
  [/^src\/(stores|core\/audit-chain)/, 'the audit record, until it is with the writer'],
  [/^src\/(core|broker\/reuse)/, 'the decision, and what may be reused'],
  [/^src\/broker/, 'the pipeline around them'],
  [/^src\/delivery/, 'the form that leaves'],
  [/^src\/(http|app)/, 'headers, checks and request ids'],
];
const REST = 'Express and Node’s HTTP';
const OTHER_THREADS = 'the writer’s thread (the commit), and V8’s own';

/** Samples count time that passed, also while other processes had the core: only their shares are taken. */
export function areasOf(run: {
  /** Holds one `.cpuprofile`. */
  readonly directory: string;
  /** CPU time a call, of the whole process and of its main thread. */
  readonly micros: number;
  readonly mainMicros: number;
}): readonly Area[] {
  const file = readdirSync(run.directory).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('V8 left no profile');
  // From the start on; the start itself is over in less than a hundredth of the calls.
  const times = timesOf(JSON.parse(readFileSync(join(run.directory, file), 'utf8')) as Profile);
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  const ofMain = [...times].map(([name, time]) => ({ name, micros: (time / all) * run.mainMicros }));
  return [...ofMain, { name: OTHER_THREADS, micros: run.micros - run.mainMicros }].toSorted(
    (a, b) => b.micros - a.micros,
  );
}

function timesOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const moduleOf = moduleFinder();
  const areas = new Map<number, string | undefined>();
  const times = new Map<string, number>();
  samples.forEach((leaf, index) => {
    if (!areas.has(leaf)) areas.set(leaf, areaOf(leaf, { byId, parents, moduleOf }));
    const area = areas.get(leaf);
    if (area !== undefined) times.set(area, (times.get(area) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

interface Stacks {
  readonly byId: ReadonlyMap<number, ProfileNode>;
  readonly parents: ReadonlyMap<number, number>;
  readonly moduleOf: (node: ProfileNode) => string | undefined;
}

/** Undefined while there is nothing to do. */
function areaOf(leaf: number, { byId, parents, moduleOf }: Stacks): string | undefined {
  const name = byId.get(leaf)?.callFrame.functionName;
  if (name === '(idle)') return undefined;
  if (name === '(garbage collector)') return 'collecting garbage';
  for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
    const node = byId.get(id);
    const module = node === undefined ? undefined : moduleOf(node);
    const area = AREAS.find(([pattern]) => module !== undefined && pattern.test(module));
    if (area !== undefined) return area[1];
  }
  return REST;
}

/** esbuild names each module of a bundle in a comment above it. */
function moduleFinder(): Stacks['moduleOf'] {
  const bundles = new Map<string, readonly string[]>();
  const modulesIn = (url: string): readonly string[] => {
    let current = '';
    return readFileSync(fileURLToPath(url), 'utf8')
      .split('\n')
      .map((line) => (current = /^\/\/ (src\/\S+\.ts)$/.exec(line)?.[1] ?? current));
  };
  return ({ callFrame: { url, lineNumber } }) => {
    if (!url.startsWith('file:') || url.includes('/node_modules/')) return undefined;
    const modules = bundles.get(url) ?? modulesIn(url);
    bundles.set(url, modules);
    return modules[lineNumber];
  };
}
