/**
 * YAML text to plain values, with the place of each. A bounded amount of work whatever the text is: depth is
 * limited before anything recursive sees it (the composer's recursion can abort the whole process), repeated
 * keys are found here in linear time (the library's own search is quadratic), and aliases spend from one budget.
 */
import { Composer, Lexer, LineCounter, Parser, type CST, type Document, type ErrorCode } from 'yaml';
import { printPath, type ConfigProblem, type Path } from './problem.ts';
import { readYamlValue, type YamlValue } from './yaml-value.ts';

const MAXIMUM_DEPTH = 64;
/** One broken line makes the parser stumble over the next ones; the first few say it all. */
const MAXIMUM_SYNTAX_PROBLEMS = 10;

export interface ParsedYaml {
  /** Undefined where the text holds no value or could not be read. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** A problem at a path, with its line and column; `atKey` points at the key instead of its value. */
  readonly locate: (path: Path, message: string, options?: { readonly atKey: boolean }) => ConfigProblem;
}

interface Place {
  readonly file: string;
  readonly lines: LineCounter;
}

export function parseYaml(text: string, file: string, maximumBytes: number): ParsedYaml {
  const place: Place = { file, lines: new LineCounter() };
  if (Buffer.byteLength(text) > maximumBytes) {
    return unreadable(file, [{ path: '', message: `is larger than ${maximumBytes} bytes`, file }]);
  }
  const { tokens, tooDeepAt } = tokensOf(text, place.lines);
  if (tooDeepAt !== undefined) {
    const message = `is nested more than ${MAXIMUM_DEPTH} levels deep`;
    return unreadable(file, [problemAt(place, tooDeepAt, '', message)]);
  }
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent', uniqueKeys: false });
  const [document, second] = composer.compose(tokens);
  if (document === undefined) return unreadable(file, []);
  if (second !== undefined) {
    const message = 'a second document starts here; a file holds one';
    return unreadable(file, [problemAt(place, second.range[0], '', message)]);
  }
  const syntax = syntaxProblems(document, place);
  if (syntax.length > 0) return unreadable(file, syntax);
  return located(readYamlValue(document.contents), place);
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

function located(read: YamlValue, place: Place): ParsedYaml {
  return {
    value: read.value,
    problems: read.problems.map(({ path, message, offset }) =>
      problemAt(place, offset, printPath(path), message),
    ),
    locate: (path, message, options) =>
      problemAt(place, read.offsetOf(path, options?.atKey ?? false), printPath(path), message),
  };
}

function unreadable(file: string, problems: readonly ConfigProblem[]): ParsedYaml {
  return {
    value: undefined,
    problems,
    locate: (path, message) => ({ path: printPath(path), message, file }),
  };
}

function problemAt({ file, lines }: Place, offset: number, path: string, message: string): ConfigProblem {
  const { line, col } = lines.linePos(offset);
  return { path, message, file, line, column: col };
}

function syntaxProblems(document: Document.Parsed, place: Place): ConfigProblem[] {
  const seen = new Set<string>();
  const problems: ConfigProblem[] = [];
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    const problem = problemAt(place, pos[0], '', SYNTAX_TEXTS[code] ?? 'this is not YAML');
    const key = `${problem.line ?? 0} ${problem.message}`;
    if (!seen.has(key)) problems.push(problem);
    seen.add(key);
    if (problems.length === MAXIMUM_SYNTAX_PROBLEMS) break;
  }
  return problems;
}

/** Our own words: the library's quote the text, and the text may hold a secret. */
const SYNTAX_TEXTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  BAD_INDENT: 'the indentation does not fit what surrounds it, or a bracket is not closed',
  BAD_SCALAR_START: 'a value cannot start with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second "key: value" stands in the same line; put the value in quotes or on a line of its own',
  MISSING_CHAR: 'something is missing here: a closing quote, a bracket, a comma or a colon',
  MULTILINE_IMPLICIT_KEY: 'this line is neither "key: value" nor "- item"; check the indentation',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED:
    'tags (words that start with !) are not used here; remove it, or put the value in quotes',
  BAD_DQ_ESCAPE: 'this is not an escape of double quotes; write \\\\ for a backslash or use single quotes',
  BAD_ALIAS: 'there is no such anchor; a value that starts with * or & goes in quotes',
  BAD_DIRECTIVE: 'directives (lines that start with %) are not used here; remove it',
};
