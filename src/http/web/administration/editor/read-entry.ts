/** An entry out of a form: only what its fields say, and every mistake at its field. */
import type { Request } from 'express';
import { BrokerError, type ErrorProblem } from '../../../../core/errors.ts';
import { readFields } from '../../../middleware/bodies.ts';
import type { Field } from './fields.ts';
import { AS_JSON, FieldMistake, valueOf } from './texts.ts';

export interface Written {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly problems: readonly ErrorProblem[];
  /** What was written in each field, by its name, to show it again. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

/** Beside an entry's own fields. */
const OF_THE_FORM: ReadonlySet<string> = new Set(['csrfToken', 'version', 'do', 'find']);

/** @throws BrokerError `request.malformed` for a field that no form of ours has */
export function readEntry(fields: readonly Field[], request: Request): Written {
  const texts = textsIn(fields, request);
  const entry: Record<string, unknown> = {};
  const problems: ErrorProblem[] = [];
  for (const field of fields) {
    if (field.inRequired) parentOf(entry, field.path);
    if (field.when !== undefined && !field.when.values.includes(textIn(texts, field.when.path))) continue;
    try {
      const value = written(field, texts);
      if (value !== undefined) parentOf(entry, field.path)[lastOf(field.path)] = value;
    } catch (error) {
      if (!(error instanceof FieldMistake)) throw error;
      problems.push({ path: field.path.split('.'), message: error.message });
    }
  }
  return { entry, problems, texts };
}

function textsIn(fields: readonly Field[], request: Request): Map<string, readonly string[]> {
  const known = new Set(fields.flatMap(({ path }) => [path, `${path}${AS_JSON}`]));
  const names = Object.keys((request.body ?? {}) as object).filter((name) => !OF_THE_FORM.has(name));
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new BrokerError('request.malformed', {
      hint: `There is no field “${stranger.slice(0, 80)}” here.`,
    });
  }
  return new Map(names.map((name) => [name, readFields(request, name)]));
}

function written({ path, kind }: Field, texts: Written['texts']): unknown {
  const json = texts.get(`${path}${AS_JSON}`);
  return json === undefined ? valueOf(kind, texts.get(path) ?? []) : valueOf('json', json);
}

function textIn(texts: Written['texts'], path: string): string {
  return texts.get(path)?.[0] ?? '';
}

/** The object that the setting is in, made where it is not there yet. Paths are the schema's own, never a request's. */
function parentOf(entry: Record<string, unknown>, path: string): Record<string, unknown> {
  let inner = entry;
  for (const name of path.split('.').slice(0, -1)) {
    inner[name] ??= {};
    inner = inner[name] as Record<string, unknown>;
  }
  return inner;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** A setting of an entry that is there. */
export function settingOf(entry: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
          ? (inner as Record<string, unknown>)[name]
          : undefined,
      entry,
    );
}
