import type { Request, Response } from 'express';
import type { z } from 'zod';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import { readJson } from '../middleware/bodies.ts';
import type { Access, Operation, Parameter } from '../operation.ts';
import { callerOf, type Caller } from './caller.ts';

/** An operation that takes JSON, if anything, and answers JSON; what it takes and gives are its schemas' types. */
export interface JsonOperation<
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Accepted extends z.ZodType = z.ZodNever,
> {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Extract<Access, 'caller' | 'session'>;
  /** Of the path and the headers. */
  readonly parameters?: readonly Parameter[];
  readonly query?: Query;
  /** With one it is a POST. */
  readonly body?: Body;
  readonly example?: z.input<Body>;
  readonly bodyLimit?: string;
  readonly answer: Answer;
  readonly answerDescription: string;
  readonly status?: 200 | 201;
  /** What it answers where the handler sets status 202. */
  readonly accepted?: { readonly schema: Accepted; readonly description: string };
  readonly errors?: readonly ErrorCode[];
  handle(
    asked: Asked<z.output<Query>, z.output<Body>>,
  ): Promise<Answered<Answer, Accepted>> | Answered<Answer, Accepted>;
}

type Answered<Answer extends z.ZodType, Accepted extends z.ZodType> = ReadonlyParts<
  z.input<Answer> | z.input<Accepted>
>;

type ReadonlyParts<Value> = Value extends readonly (infer Item)[]
  ? readonly ReadonlyParts<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: ReadonlyParts<Value[Key]> }
    : Value;

export interface Asked<Query, Body> {
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
  readonly response: Response;
}

export function jsonOperation<
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Accepted extends z.ZodType = z.ZodNever,
>(operation: JsonOperation<Query, Body, Answer, Accepted>): Operation {
  const { id, path, summary, description, access, query, body, example, answer, errors = [] } = operation;
  const { status = 200, accepted } = operation;
  return {
    id,
    method: body === undefined ? 'get' : 'post',
    path,
    summary,
    ...(description === undefined ? {} : { description }),
    access,
    parameters: [...(operation.parameters ?? []), ...queryParameters(query)],
    ...(body === undefined ? {} : { body: { mediaType: 'application/json', schema: body, example } }),
    answer: {
      status,
      description: operation.answerDescription,
      contents: [{ mediaType: 'application/json', schema: answer }],
    },
    ...(accepted === undefined
      ? {}
      : {
          accepted: {
            description: accepted.description,
            contents: [{ mediaType: 'application/json', schema: accepted.schema }],
          },
        }),
    errors,
    handlers: [
      ...(body === undefined ? [] : [readJson(operation.bodyLimit)]),
      async (request, response) => {
        const caller = callerOf(response);
        if (access === 'session') requireSession(caller);
        const asked = {
          caller,
          query: (query === undefined ? {} : read(query, request.query)) as z.output<Query>,
          body: (body === undefined ? {} : read(body, request.body ?? {})) as z.output<Body>,
          request,
          response,
        };
        response.status(status);
        response.json(await operation.handle(asked));
      },
    ],
  };
}

/** @throws BrokerError `request.malformed`, which names the first field that does not fit. */
export function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new BrokerError('request.malformed', {
    hint: `${field === '' ? 'The request' : field}: ${issue?.message ?? 'not understood'}.`,
  });
}

export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

function requireSession({ principal }: Caller): void {
  if (principal.standing.kind !== 'sign-in-session') throw new BrokerError('session.only');
}

function queryParameters(query: z.ZodObject | undefined): Parameter[] {
  return Object.entries<z.ZodType>(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    description: schema.description ?? '',
    schema,
  }));
}
