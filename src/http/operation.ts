/**
 * What one address of the API does, said once: its route and its place in the document are both made of this, so
 * that none is there without the other.
 */
import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import { onlyMethods } from './middleware/only-methods.ts';

export interface Operation {
  /** Names it for generated clients: OpenAPI's operationId. */
  readonly id: string;
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/api/v1/roles/{role}/credentials`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly parameters?: readonly Parameter[];
  readonly body?: Content;
  readonly answer: Answer;
  /** Where it was only asked for, and waits for somebody: status 202. */
  readonly accepted?: Omit<Answer, 'status'>;
  /** Beside those that its `access` and its body bring along. */
  readonly errors: readonly ErrorCode[];
  /** What refusals look like where they are not problem details. */
  readonly errorContent?: Content;
  readonly handlers: readonly RequestHandler[];
}

/**
 * Who may call: anybody; a client by its own credentials; whoever has an access token or a sign-in session; an access
 * token alone; a sign-in session alone.
 */
export type Access = 'anybody' | 'client' | 'caller' | 'bearer' | 'session';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: z.ZodType;
  /** A part of the path always is. */
  readonly required?: true;
}

export interface Content {
  readonly mediaType: string;
  readonly schema: z.ZodType;
  readonly example?: unknown;
}

export interface Answer {
  readonly status: 200 | 201;
  readonly description: string;
  readonly contents: readonly Content[];
}

export function addOperations(router: Router, operations: readonly Operation[]): void {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const handlers = operations
      .filter((operation) => operation.path === path)
      .map((operation) => [operation.method, operation.handlers] as const);
    onlyMethods(router, path.replaceAll(/\{(\w+)\}/g, ':$1'), Object.fromEntries(handlers));
  }
}
