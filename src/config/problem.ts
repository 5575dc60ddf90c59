/** A mistake somebody made in what the process was told: where it stands, and what to write instead. */
export type Path = readonly (string | number)[];

const MAXIMUM_SHOWN = 100;

export interface ConfigProblem {
  /** `mappings[3].limits.sessionPolicy`, or the name of an environment variable. Empty for the file as a whole. */
  readonly path: string;
  /** Never holds a value from the file: it may be a secret. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Everything that is wrong, at once. The message is ready to print. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(printProblems(problems));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The environment's first, then down the file. */
export function inReadingOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

/** One line a problem, `file:line:column: path: message`, which editors and terminals turn into links. */
export function printProblems(problems: readonly ConfigProblem[]): string {
  const shown = problems.slice(0, MAXIMUM_SHOWN).map(printProblem);
  const hidden = problems.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join('\n');
}

function printProblem({ file, line, column, path, message }: ConfigProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, path, message].filter((part) => part !== '').join(': ');
}

/** Plain names stand bare; any other key is quoted, so that no key can forge a line or a terminal sequence. */
export function printPath(path: Path): string {
  return path.reduce<string>((printed, part) => {
    if (typeof part === 'number') return `${printed}[${part}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${printed}[${printKey(part)}]`;
    return printed === '' ? part : `${printed}.${part}`;
  }, '');
}

export function printKey(key: string): string {
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
