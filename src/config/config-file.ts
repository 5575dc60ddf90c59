/** The configuration file, read as far as it can be: what is wrong with one setting does not hide another's mistakes. */
import type { z } from 'zod';
import { configFileSchema, type ConfigFile } from './config-schema.ts';
import { interpolate, type Interpolation } from './interpolate.ts';
import { parseYaml, type ParsedYaml } from './parse-yaml.ts';
import { printPath, type ConfigProblem, type Path } from './problem.ts';
import { readText } from './read-text.ts';
import { schemaProblems } from './schema-problems.ts';
import type { Variable } from './variables.ts';

const MAXIMUM_BYTES = 262_144;

export interface ConfigFileReading {
  /** Undefined where nothing of the file can be used. Broken settings have their defaults. */
  readonly settings: ConfigFile | undefined;
  /** Whether a setting belongs to something broken: what a rule says about it would only confuse. */
  readonly isBroken: (path: Path) => boolean;
  /** Printed paths of settings that came by reference, `${NAME}`. */
  readonly references: ReadonlySet<string>;
  readonly problems: readonly ConfigProblem[];
  readonly locate: (path: Path, message: string) => ConfigProblem;
}

/** What no file at all means. */
export function noConfigFile(): ConfigFileReading {
  return {
    settings: configFileSchema.parse({}),
    isBroken: () => false,
    references: new Set(),
    problems: [],
    locate: (path, message) => ({ path: printPath(path), message }),
  };
}

export function readConfigFile(file: string, lookUp: (name: string) => Variable): ConfigFileReading {
  const read = readText(file, MAXIMUM_BYTES);
  if ('mistake' in read) return unusable([{ path: '', message: read.mistake, file }]);
  const yaml = parseYaml(read.text, file, MAXIMUM_BYTES);
  if (yaml.value === undefined && yaml.problems.length > 0) return unusable(yaml.problems);
  return settingsOf(yaml, interpolate(yaml.value ?? {}, lookUp));
}

function unusable(problems: readonly ConfigProblem[]): ConfigFileReading {
  const { locate } = noConfigFile();
  return { settings: undefined, isBroken: () => false, references: new Set(), problems, locate };
}

function settingsOf(yaml: ParsedYaml, { value, problems, references }: Interpolation): ConfigFileReading {
  const { parsed, value: typed } = parseWithReferences(value, references);
  const issues = parsed.error?.issues ?? [];
  // A reference that led nowhere left an empty string, of which the schema has nothing useful to say.
  const unset = new Set(problems.map(({ path }) => printPath(path)));
  const ofSchema = schemaProblems(configFileSchema, issues).filter(({ path }) => !unset.has(printPath(path)));
  const broken = new Set([...ofSchema, ...problems].map(({ path }) => printPath(unitOf(path))));
  return {
    settings: parsed.data ?? settingsWithout(typed, broken),
    isBroken: (path) => broken.has(printPath(unitOf(path))),
    references,
    problems: [
      ...yaml.problems,
      ...problems.map(({ path, message }) => yaml.locate(path, message)),
      ...ofSchema.map(({ path, message, atKey }) => yaml.locate(path, message, { atKey: atKey === true })),
    ],
    locate: (path, message) => yaml.locate(path, message),
  };
}

type Parsed = z.ZodSafeParseResult<ConfigFile>;

/** A reference is text; where the schema wants a number or true, false, text that is one becomes one. */
function parseWithReferences(
  value: unknown,
  references: ReadonlySet<string>,
): { parsed: Parsed; value: unknown } {
  const parsed = configFileSchema.safeParse(value);
  const wrongTypes = (parsed.error?.issues ?? []).filter(
    ({ code, path }) => code === 'invalid_type' && references.has(printPath(path as Path)),
  );
  if (wrongTypes.length === 0) return { parsed, value };
  const typed = wrongTypes.reduce((tree, { path }) => converted(tree, path as Path), value);
  return { parsed: configFileSchema.safeParse(typed), value: typed };
}

function converted(node: unknown, [part, ...rest]: Path): unknown {
  if (part === undefined) return typeof node === 'string' ? scalarOf(node) : node;
  if (Array.isArray(node)) {
    return node.map((item: unknown, position) => (position === part ? converted(item, rest) : item));
  }
  if (!isRecord(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, item]) => [key, key === part ? converted(item, rest) : item]),
  );
}

function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : text;
}

/** Settings of one name stand or fall together; entries that people name themselves, each alone. */
const NAMED_ENTRIES: ReadonlySet<unknown> = new Set(['credentialSources', 'secrets', 'secretFiles']);

function unitOf(path: Path): Path {
  return path.slice(0, NAMED_ENTRIES.has(path[0]) ? 2 : 1);
}

function settingsWithout(value: unknown, broken: ReadonlySet<string>): ConfigFile | undefined {
  if (!isRecord(value)) return undefined;
  const rest = Object.entries(value)
    .filter(([key]) => !broken.has(printPath([key])))
    .map(([key, entries]): [string, unknown] => {
      if (!NAMED_ENTRIES.has(key) || !isRecord(entries)) return [key, entries];
      const sound = Object.entries(entries).filter(([name]) => !broken.has(printPath([key, name])));
      return [key, Object.fromEntries(sound)];
    });
  return configFileSchema.safeParse(Object.fromEntries(rest)).data;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
