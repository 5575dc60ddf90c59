/** What a zod schema found wrong, in words that say what to write; never with the value, which may be a secret. */
import type { z } from 'zod';
import { keysOfSchema, type KeysAt } from './keys-of-schema.ts';
import { printKey, type Path } from './problem.ts';
import { nearest } from './suggest.ts';

interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
  /** The key itself is the mistake, not its value. */
  readonly atKey?: true;
}

type Issue = z.core.$ZodIssue;

export function schemaProblems(schema: z.ZodType, issues: readonly Issue[]): SchemaProblem[] {
  const keysAt = keysOfSchema(schema);
  return issues.flatMap((issue) => toProblems(keysAt, issue, []));
}

function toProblems(keysAt: KeysAt, issue: Issue, parent: Path): SchemaProblem[] {
  const path = [...parent, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownKey(key, keysAt(path)),
        atKey: true,
      }));
    case 'invalid_key':
      return [{ path, message: issue.issues.map(messageOf).join('; '), atKey: true }];
    case 'invalid_union':
      if (issue.discriminator !== undefined) return [{ path, message: oneOf(optionsOf(issue)) }];
      return toProblemsOfBranch(keysAt, issue.errors, path);
    default:
      return [{ path, message: messageOf(issue) }];
  }
}

/** zod lists a discriminator's values in the issue; its types do not say so. */
function optionsOf(issue: Issue & { readonly options?: readonly unknown[] }): readonly unknown[] {
  return issue.options ?? [];
}

/** The branch that came furthest is the one that was meant. */
function toProblemsOfBranch(
  keysAt: KeysAt,
  branches: readonly (readonly Issue[])[],
  path: Path,
): SchemaProblem[] {
  const meant = branches.find((issues) => !issues.some((issue) => isWrongType(issue)));
  if (meant !== undefined) return meant.flatMap((issue) => toProblems(keysAt, issue, path));
  const types = branches.flatMap((issues) => issues.filter(isWrongType).map(typeName));
  return [{ path, message: `write ${[...new Set(types)].join(' or ')} here` }];
}

function isWrongType(issue: Issue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return `must be ${atLeast(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `must be ${atMost(issue.origin, Number(issue.maximum))}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'write a URL that starts with https://' : formatText(issue);
    case 'not_multiple_of':
      return 'write a whole number';
    default:
      return issue.message;
  }
}

function formatText({ message, format }: { readonly message: string; readonly format: string }): string {
  // Our schemas say what to write; where one does not, zod's own text would show a regular expression.
  return message.startsWith('Invalid string: ')
    ? `has characters or a form that this ${format} cannot have`
    : message;
}

/** `input` is absent from issues, on purpose; whether something was there at all is in zod's text. */
function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  const wanted = typeName(issue);
  const received = /received (\w+)$/.exec(issue.message)?.[1];
  if (received === 'undefined') return `is missing; write ${wanted}`;
  if (received === 'null') return `has no value; write ${wanted} or remove it`;
  if (issue.expected === 'string' && received !== 'object' && received !== 'array') {
    return 'write text here; put numbers and true, false in quotes';
  }
  return `write ${wanted} here`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list (lines that start with -)',
  object: 'keys and values',
  record: 'keys and values',
};

function typeName({ expected }: z.core.$ZodIssueInvalidType): string {
  return TYPE_NAMES[expected] ?? expected;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? `write ${words.join('')}` : `write one of ${words.join(', ')}`;
}

function atLeast(origin: string, minimum: number): string {
  if (origin === 'string')
    return minimum === 1 ? 'given: it is empty' : `at least ${minimum} characters long`;
  if (origin === 'array')
    return minimum === 1 ? 'a list with at least one entry' : `a list of at least ${minimum}`;
  return `${minimum} or more`;
}

function atMost(origin: string, maximum: number): string {
  if (origin === 'string') return `at most ${maximum} characters long`;
  return origin === 'array' ? `a list of at most ${maximum}` : `${maximum} or less`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `there is no setting ${printKey(key)} here; did you mean ${near}?`;
  return `there is no setting ${printKey(key)} here; known are ${known.join(', ')}`;
}
