/** `access.yaml`, the catalogue's seed: every mistake with its line, in one pass over schema and references. */
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';
import { compileCatalogue } from '../core/compile-catalogue.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { inlineMetadata } from './inline-metadata.ts';
import { isHashOfKnownSecret } from './known-secrets.ts';
import { parseYaml } from './parse-yaml.ts';
import { inReadingOrder, type ConfigProblem, type Path } from './problem.ts';
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

export function loadAccessFile(file: string, facts: CatalogueFacts): AccessReading {
  const read = readText(file, MAXIMUM_BYTES);
  if ('text' in read) {
    return readAccess({ text: read.text, fileName: file }, facts, (value) => inlineMetadata(value, file));
  }
  return { catalogue: undefined, problems: [{ path: '', message: read.mistake, file }] };
}

/** Nothing is replaced in it: it holds no secrets, and `${aws:username}` in a policy is IAM's own. */
export function loadAccess(text: string, fileName: string, facts: CatalogueFacts): AccessReading {
  return readAccess({ text, fileName }, facts, (value) => ({ value, mistakes: [] }));
}

type Preparation = (value: unknown) => { readonly value: unknown; readonly mistakes: readonly Mistake[] };

function readAccess(
  { text, fileName }: { readonly text: string; readonly fileName: string },
  facts: CatalogueFacts,
  prepare: Preparation,
): AccessReading {
  const yaml = parseYaml(text, fileName, MAXIMUM_BYTES);
  if (yaml.value === undefined && yaml.problems.length > 0)
    return { catalogue: undefined, problems: yaml.problems };
  const { value, mistakes: ofFiles } = prepare(yaml.value ?? {});
  const parsed = catalogueSchema.safeParse(value);
  const mistakes: readonly Mistake[] = parsed.success
    ? [...compileCatalogue(parsed.data, facts).problems, ...knownSecretMistakes(parsed.data, facts)]
    : mistakesBesideBrokenEntries(value, schemaProblems(catalogueSchema, parsed.error.issues), facts);
  const problems = [
    ...yaml.problems,
    ...[...ofFiles, ...mistakes].map(({ path, message, atKey }) =>
      yaml.locate(path, message, { atKey: atKey === true }),
    ),
  ];
  return problems.length === 0
    ? { catalogue: parsed.data, problems }
    : { catalogue: undefined, problems: inReadingOrder(problems) };
}

/** Where people work for real, an application whose secret stands in a manual is an open door. */
function knownSecretMistakes({ applications }: Catalogue, { allowHttp }: CatalogueFacts): Mistake[] {
  if (allowHttp) return [];
  return applications.flatMap(({ secretHashes }, position) =>
    secretHashes.flatMap((hash, index) =>
      isHashOfKnownSecret(hash)
        ? [
            {
              path: ['applications', position, 'secretHashes', index],
              message: 'is the hash of a secret that everybody knows; run: daypass new-secret',
            },
          ]
        : [],
    ),
  );
}

type List = keyof Catalogue;
const LISTS = Object.keys(catalogueSchema.shape) as readonly List[];

/** The entries without a mistake of their own are compiled, so that what is wrong between them is said as well. */
function mistakesBesideBrokenEntries(
  value: unknown,
  found: readonly Mistake[],
  facts: CatalogueFacts,
): Mistake[] {
  const broken = new Set(found.map(({ path }) => `${path[0] ?? ''} ${path[1] ?? ''}`));
  const brokenLists = new Set(found.map(({ path }) => String(path[0] ?? '')));
  const kept = LISTS.map((list) => [list, entriesWithout(value, list, broken)] as const);
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
  list: List,
  broken: ReadonlySet<string>,
): { readonly entry: unknown; readonly position: number }[] {
  const entries: unknown = Reflect.get(Object(value), list);
  if (!Array.isArray(entries)) return [];
  return entries
    .map((entry: unknown, position) => ({ entry, position }))
    .filter(({ position }) => !broken.has(`${list} ${position}`));
}

/** Which lists a setting looks things up in: what it did not find may be an entry that is broken itself. */
const LOOKS_IN: Readonly<Record<string, readonly List[]>> = {
  accountId: ['accounts'],
  connector: ['connectors'],
  applications: ['applications'],
  roles: ['roles', 'accounts'],
  onBehalfOf: ['connectors', 'roles'],
};

function refersTo([, , setting]: Path, lists: ReadonlySet<string>): boolean {
  return (LOOKS_IN[String(setting)] ?? []).some((list) => lists.has(list));
}
