import { z } from 'zod';
import type { Path } from './problem.ts';

/** Every key that may stand at a path, in any branch of a union. */
export type KeysAt = (path: Path) => string[];

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** By way of the schema's JSON form, which is made only when the first key is asked for. */
export function keysOfSchema(schema: z.ZodType): KeysAt {
  let root: JsonSchema | undefined;
  return (path) => {
    root ??= z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
    const level = path.reduce(
      (branches, part) => branches.flatMap((branch) => step(branch, part)),
      [...branchesOf(root)],
    );
    return [...new Set(level.flatMap((branch) => Object.keys(branch.properties ?? {})))];
  };
}

function step(branch: JsonSchema, part: string | number): JsonSchema[] {
  const { items, properties, additionalProperties } = branch;
  // Own keys alone: a path may hold `constructor`.
  const named = properties !== undefined && Object.hasOwn(properties, part) ? properties[part] : undefined;
  const next = typeof part === 'number' ? items : (named ?? objectOf(additionalProperties));
  return next === undefined ? [] : branchesOf(next);
}

function objectOf(value: JsonSchema | boolean | undefined): JsonSchema | undefined {
  return typeof value === 'object' ? value : undefined;
}

function branchesOf(schema: JsonSchema): JsonSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...inner.flatMap(branchesOf)];
}
