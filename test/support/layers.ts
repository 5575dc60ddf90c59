/**
 * Who may import what (`src/README.md`). Each rule speaks to whoever broke it. The rules are lists of what is
 * allowed, so that a new folder, library or trick is refused until somebody decides where it belongs.
 */
import { posix } from 'node:path';
import { outlineOf, type SourceFile } from './imports.ts';

interface LayerReport {
  readonly filesSeen: number;
  readonly importsSeen: number;
  /** `file:line  what was done; what to do instead`. */
  readonly violations: readonly string[];
}

export function checkLayers(files: readonly SourceFile[]): LayerReport {
  const paths = new Set(files.map(({ path }) => path));
  let importsSeen = 0;
  const violations = files.flatMap((file) => {
    const { imports, ambient } = outlineOf(file);
    importsSeen += imports.length;
    return [
      ...placeProblems(file.path),
      ...imports.flatMap(({ specifier, line }) =>
        importProblems(file.path, specifier, paths).map((problem) => `${file.path}:${line}  ${problem}`),
      ),
      ...(PURE.has(placeOf(file.path))
        ? ambient.map(({ name, line }) => `${file.path}:${line}  ${name} ${PURE_INSTEAD}`)
        : []),
    ];
  });
  return { filesSeen: files.length, importsSeen, violations };
}

interface Layer {
  /** Folders, or `folder/file.ts` where only that file is meant. Its own folder is always allowed. */
  readonly may: readonly string[];
  readonly instead: string;
}

const ADAPTER: Layer = {
  may: ['core', 'lib'],
  instead:
    'an adapter knows core, lib and itself: what it needs of a sibling is a port in core/ports, joined in compose.ts',
};

const COMPOSITION: Layer = {
  may: [
    'app.ts',
    'audit',
    'aws',
    'broker',
    'config/config.ts',
    'connectors',
    'core',
    'delivery',
    'grants',
    'http',
    'lib',
    'signing',
    'stores',
  ],
  instead: 'compose.ts builds the broker from a Config; reading settings and the sandbox belong to the entry',
};

const SERVING = ['app.ts', 'cli', 'compose.ts', 'config', 'core', 'http', 'lib', 'sandbox'];
const ENTRY = 'an entry joins what compose.ts, config and http offer; building adapters is compose.ts’s';

const LAYERS: Readonly<Record<string, Layer>> = {
  lib: {
    may: [],
    instead: 'lib is domain-free and knows nothing of ours; move what needs more to where it is needed',
  },
  iam: {
    may: [],
    instead: 'the policy language is pure and stands alone; take what is needed as a parameter',
  },
  core: {
    may: ['iam', 'lib'],
    instead:
      'the rules are pure: describe what is needed as an interface in core/ports and let an adapter do it',
  },
  broker: {
    may: ['core', 'iam', 'lib'],
    instead: 'a use case speaks to the outside through core/ports; add a port and hand it in from compose.ts',
  },
  connectors: ADAPTER,
  grants: ADAPTER,
  delivery: ADAPTER,
  signing: ADAPTER,
  stores: ADAPTER,
  audit: ADAPTER,
  aws: ADAPTER,
  http: {
    may: ['broker', 'core', 'lib', 'connectors/connector.ts'],
    instead: 'a door parses, calls one broker verb and renders; of connectors it knows connector.ts alone',
  },
  config: {
    may: ['core', 'lib'],
    instead: 'settings are plain values; whoever is configured takes them as options from compose.ts',
  },
  cli: {
    may: ['config', 'core', 'lib', 'sandbox'],
    instead: 'a command works on settings and files; what a running broker does is asked through its API',
  },
  sandbox: {
    may: ['iam', 'lib'],
    instead:
      'the sandbox shares nothing else with the broker, so that a mistake in one cannot hide in the other',
  },
  'app.ts': {
    may: ['broker', 'config/config.ts', 'core', 'http', 'lib'],
    instead: 'app.ts mounts doors that compose.ts hands to it',
  },
  compose: COMPOSITION,
  'compose.ts': { ...COMPOSITION, may: [...COMPOSITION.may, 'compose'] },
  'start.ts': { may: SERVING, instead: ENTRY },
  'main.ts': { may: [...SERVING, 'start.ts'], instead: ENTRY },
};

/** Package -> the places that may use it. `node:` modules are free but in the pure layers. */
const LIBRARY_HOMES: readonly (readonly [pattern: RegExp, homes: readonly string[]])[] = [
  [/^(?:@aws-sdk\/(?:client-sts|core)|@smithy\/core)$/, ['grants']],
  [/^@aws-sdk\//, ['aws']],
  [/^(?:kysely|pg|@photostructure\/sqlite|node:sqlite)$/, ['stores']],
  [/^(?:passport|openid-client|@node-saml\/[\w-]+)$/, ['connectors']],
  [/^(?:xml-crypto|@xmldom\/xmldom|jose)$/, ['connectors', 'sandbox', 'signing']],
  [/^express$/, ['app.ts', 'compose.ts', 'connectors', 'http', 'sandbox']],
  [/^ejs$/, ['app.ts', 'http', 'sandbox']],
  [/^pino$/, ['app.ts', 'audit', 'compose', 'compose.ts', 'http']],
  [/^undici$/, ['connectors', 'grants', 'lib']],
  [/^yaml$/, ['config', 'sandbox']],
  [/^zod$/, ['broker', 'config', 'connectors', 'core', 'delivery', 'grants', 'http', 'sandbox']],
];

/** No clock, no environment, no network, no chance: what a decision needs is handed to it. */
const PURE = new Set(['core', 'iam']);
const PURE_INSTEAD = 'makes the answer depend on when and where it runs; take it as a parameter';
const PURE_NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  core: ['node:crypto', 'node:util'],
  iam: ['node:net'],
  broker: ['node:crypto', 'node:util'],
};

/** A folder of src, or a file that stands directly in it. */
function placeOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function placeProblems(path: string): string[] {
  if (!path.endsWith('.ts')) return [`${path}  only .ts files are looked at here; write it in TypeScript`];
  if (Object.hasOwn(LAYERS, placeOf(path))) return [];
  return [
    `${path}  ${placeOf(path)} is no layer; put the file in one, or add a rule for it in test/support/layers.ts`,
  ];
}

function importProblems(from: string, specifier: string | undefined, paths: ReadonlySet<string>): string[] {
  if (specifier === undefined)
    return ['computes what it imports, so nobody can check it; write the module’s name'];
  if (!specifier.startsWith('.')) return libraryProblems(from, specifier);
  const to = posix.normalize(posix.join(posix.dirname(from), specifier));
  if (to.startsWith('..')) return [`imports ${specifier}, outside src; take it as an option from the entry`];
  if (!paths.has(to))
    return [`imports ${specifier}, which is no file of src; name the file with its .ts ending`];
  return [...layerProblems(from, to), ...doorProblems(from, to)];
}

function layerProblems(from: string, to: string): string[] {
  const [place, target] = [placeOf(from), placeOf(to)];
  const layer = LAYERS[place];
  if (layer === undefined || place === target || layer.may.includes(target) || layer.may.includes(to))
    return [];
  return [`${place} may not import ${to}: ${layer.instead}`];
}

/** Folders of http are doors, but for what all of them share. */
function doorProblems(from: string, to: string): string[] {
  const target = doorOf(to);
  if (placeOf(from) !== 'http' || target === undefined || doorOf(from) === target) return [];
  return [
    `a door, or what doors share, may not import ${to}: move what both need up to http/ or into broker`,
  ];
}

function doorOf(path: string): string | undefined {
  const [place, folder, file] = path.split('/');
  return place === 'http' && file !== undefined && folder !== 'middleware' ? folder : undefined;
}

function libraryProblems(from: string, specifier: string): string[] {
  const place = placeOf(from);
  const home = LIBRARY_HOMES.find(([pattern]) => pattern.test(packageOf(specifier)));
  if (home !== undefined) {
    const [, homes] = home;
    return homes.includes(place)
      ? []
      : [`${specifier} lives in ${homes.join(', ')}; use it there, behind a port or a function of ours`];
  }
  if (!specifier.startsWith('node:')) {
    return [
      `${specifier} has no home yet; decide where it belongs in LIBRARY_HOMES of test/support/layers.ts`,
    ];
  }
  const allowed = PURE_NODE_MODULES[place];
  return allowed === undefined || allowed.includes(specifier)
    ? []
    : [`${specifier} does not belong in ${place}: it is pure; put the effect behind a port in core/ports`];
}

/** `@scope/name/deep` -> `@scope/name`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
