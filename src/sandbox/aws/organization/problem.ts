/** A mistake in an organization: where it is, and what to write instead. */

export type Path = readonly (string | number)[];

export interface OrganizationProblem {
  /** `accounts[0].roles[2].trustPolicy.Statement[0].Principal`. Empty for the whole. */
  readonly path: string;
  /** Never holds a secret; where AWS has an error for it, begins with AWS's own words. */
  readonly message: string;
  /** AWS's code and status, where IAM refuses the same. */
  readonly code?: string;
  readonly status?: number;
  /** Of a file only. */
  readonly line?: number;
  readonly column?: number;
}

/** Where in the text a path is; nothing where the organization did not come as a text of lines. */
export type Locate = (path: Path) => { readonly line?: number; readonly column?: number };

export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly code?: string;
  readonly status?: number;
}

const MAXIMUM_PROBLEMS = 100;

/** Everything that is wrong, at once; `message` is ready to print. Nothing was changed. */
export class OrganizationError extends Error {
  readonly problems: readonly OrganizationProblem[];

  constructor(problems: readonly OrganizationProblem[], source = 'the organization') {
    super(problems.map((problem) => printProblem(source, problem)).join('\n'));
    this.name = 'OrganizationError';
    this.problems = problems;
  }
}

export function located(findings: readonly Finding[], locate: Locate): OrganizationProblem[] {
  return findings
    .slice(0, MAXIMUM_PROBLEMS)
    .map(({ path, ...rest }) => ({ path: printPath(path), ...rest, ...locate(path) }))
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0));
}

function printProblem(source: string, { path, message, line, column }: OrganizationProblem): string {
  const place = [source, line, column].filter((part) => part !== undefined).join(':');
  return [place, path, message].filter((part) => part !== '').join(': ');
}

export function printPath(path: Path): string {
  return path.reduce<string>((printed, part) => {
    if (typeof part === 'number') return `${printed}[${part}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${printed}[${printWord(part)}]`;
    return printed === '' ? part : `${printed}.${part}`;
  }, '');
}

/** Foreign words: quoted, short, and without what could forge a line or move a terminal's cursor. */
export function printWord(word: string): string {
  const shown = word.length > 64 ? `${word.slice(0, 64)}…` : word;
  return JSON.stringify(shown).replace(
    /[^ -~…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
