/** `access.yaml`, the catalogue's seed: every mistake with its line, in one pass over schema and references. */
import { CATALOGUE_LISTS, catalogueSchema, type Catalogue, type CatalogueList } from '../core/catalogue.ts';
import { compileCatalogue } from '../core/compile-catalogue.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { inlineMetadata } from './inline-metadata.ts';
import { parseYaml, type ParsedYaml } from './parse-yaml.ts';
import { inReadingOrder, printPath, type ConfigProblem, type Path } from './problem.ts';
import { readText } from './read-text.ts';
import { schemaProblems } from './schema-problems.ts';

/** Room for 20,000 roles; read in seconds. */
const MAXIMUM_BYTES = 8 * 1_048_576;

interface AccessReading {
  /** Undefined where anything is wrong: half a catalogue is never used. */
  readonly catalogue: Catalogue | undefined;
  readonly problems: readonly ConfigProblem[];
}

interface Mistake {
  readonly path: Path;
  readonly message: string;
  readonly atKey?: true;
}

type LocatedReading = AccessReading & Pick<ParsedYaml, 'locate'>;

export function loadAccessFile(file: string, facts: CatalogueFacts): AccessReading {
  return readFile(file, judgeWith(facts));
}

/** For a catalogue that a running Daypass will judge: `locate` finds the place of each mistake that it tells. */
export function readAccessFile(file: string): LocatedReading {
  return readFile(file, mistakesOfSchema);
}

/** Nothing is replaced in it: it holds no secrets, and `${aws:username}` in a policy is IAM's own. */
export function loadAccess(text: string, fileName: string, facts: CatalogueFacts): AccessReading {
  return readAccess({ text, fileName }, judgeWith(facts), (value) => ({ value, mistakes: [] }));
}

type Preparation = (value: unknown) => { readonly value: unknown; readonly mistakes: readonly Mistake[] };
type Judge = (value: unknown, parsed: ReturnType<typeof catalogueSchema.safeParse>) => readonly Mistake[];

const mistakesOfSchema: Judge = (_value, { error }) =>
  error === undefined ? [] : schemaProblems(catalogueSchema, error.issues);

function judgeWith(facts: CatalogueFacts): Judge {
  return (value, parsed) =>
    parsed.success
      ? compileCatalogue(parsed.data, facts).problems
      : mistakesBesideBrokenEntries(value, mistakesOfSchema(value, parsed), facts);
}

function readFile(file: string, judge: Judge): LocatedReading {
  const read = readText(file, MAXIMUM_BYTES);
  if ('text' in read) {
    return readAccess({ text: read.text, fileName: file }, judge, (value) => inlineMetadata(value, file));
  }
  const locate: ParsedYaml['locate'] = (path, message) => ({ path: printPath(path), message, file });
  return refused([locate([], read.mistake)], locate);
}

function readAccess(
  { text, fileName }: { readonly text: string; readonly fileName: string },
  judge: Judge,
  prepare: Preparation,
): LocatedReading {
  const { locate, ...yaml } = parseYaml(text, fileName, MAXIMUM_BYTES);
  if (yaml.value === undefined && yaml.problems.length > 0) return refused(yaml.problems, locate);
  const { value, mistakes: ofFiles } = prepare(yaml.value ?? {});
  const parsed = catalogueSchema.safeParse(value);
  const problems = [
    ...yaml.problems,
    ...[...ofFiles, ...judge(value, parsed)].map(({ path, message, atKey }) =>
      locate(path, message, { atKey: atKey === true }),
    ),
  ];
  return problems.length === 0
    ? { catalogue: parsed.data, problems, locate }
    : refused(inReadingOrder(problems), locate);
}

function refused(problems: readonly ConfigProblem[], locate: ParsedYaml['locate']): LocatedReading {
  return { catalogue: undefined, problems, locate };
}

/** The entries without a mistake of their own are compiled, so that what is wrong between them is said as well. */
function mistakesBesideBrokenEntries(
  value: unknown,
  found: readonly Mistake[],
  facts: CatalogueFacts,
): Mistake[] {
  const broken = new Set(found.map(({ path }) => `${path[0] ?? ''} ${path[1] ?? ''}`));
  const brokenLists = new Set(found.map(({ path }) => String(path[0] ?? '')));
  const kept = CATALOGUE_LISTS.map((list) => [list, entriesWithout(value, list, broken)] as const);
  const rest = Object.fromEntries(kept.map(([list, entries]) => [list, entries.map(({ entry }) => entry)]));
  const parsed = catalogueSchema.safeParse(rest);
  if (!parsed.success) return [...found];
  const places = new Map<unknown, readonly { readonly position: number }[]>(kept);
  const between = compileCatalogue(parsed.data, facts)
    .problems.filter(({ path }) => !refersTo(path, brokenLists))
    .map(({ path: [list, position, ...inner], message }) => {
      const original = places.get(list)?.[Number(position)]?.position;
      return { path: [list, original, ...inner].filter((part) => part !== undefined), message };
    });
  return [...found, ...between];
}

function entriesWithout(
  value: unknown,
  list: CatalogueList,
  broken: ReadonlySet<string>,
): { readonly entry: unknown; readonly position: number }[] {
  const entries: unknown = Reflect.get(Object(value), list);
  if (!Array.isArray(entries)) return [];
  return entries
    .map((entry: unknown, position) => ({ entry, position }))
    .filter(({ position }) => !broken.has(`${list} ${position}`));
}

/** Which lists a setting looks things up in: what it did not find may be an entry that is broken itself. */
const LOOKS_IN: Readonly<Record<string, readonly CatalogueList[]>> = {
  accountId: ['accounts'],
  accounts: ['accounts'],
  connector: ['connectors'],
  applications: ['applications'],
  roles: ['roles', 'accounts'],
  onBehalfOf: ['connectors', 'roles'],
};

function refersTo([, , setting]: Path, lists: ReadonlySet<string>): boolean {
  return (LOOKS_IN[String(setting)] ?? []).some((list) => lists.has(list));
}
