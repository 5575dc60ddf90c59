/** The OpenAPI 3.1 document, made of the operations and of the schemas by which they read and answer. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../core/errors.ts';
import { statusOfCode } from './errors.ts';
import type { Access, Content, Operation, Parameter } from './operation.ts';
import { stepSchema } from './step-fields.ts';

/** As JSON: what it holds, OpenAPI says. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface DocumentedContent {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface DocumentedAnswer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content: Readonly<Record<string, DocumentedContent>>;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: Parameter['in'];
    readonly required: boolean;
    readonly description: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, DocumentedContent>>;
  };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<'get' | 'post', DocumentedOperation>>>>>;
  readonly components: JsonSchema;
}

/** RFC 9457, with what ours add. */
const problemSchema = z.strictObject({
  type: z.string().describe('An address at which the code is explained.'),
  title: z.string().describe('For people; it may change.'),
  status: z.int(),
  code: z.string().describe('For programs; it never changes.'),
  requestId: z.string().describe('For the operator: it stands in the log and in the audit record.'),
  problems: z
    .array(z.strictObject({ path: z.array(z.union([z.string(), z.int()])), message: z.string() }))
    .optional()
    .describe('Each mistake, by its place in what was sent.'),
  steps: z
    .array(stepSchema)
    .optional()
    .describe('Of a role that is refused: what led to it, as far as it is yours, up to what failed.'),
});

export function openApiDocument(
  operations: readonly Operation[],
  { baseUrl, sessionCookie }: { readonly baseUrl: string; readonly sessionCookie: string },
): OpenApiDocument {
  const paths: Record<string, Partial<Record<'get' | 'post', DocumentedOperation>>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: documented(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Daypass',
      version: '1',
      description: 'Short-lived AWS credentials for people and applications.',
    },
    servers: [{ url: baseUrl }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      headers: HEADERS,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', description: 'An access token of Daypass’s.' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie, description: 'A browser’s session.' },
        client: { type: 'http', scheme: 'basic', description: 'An application’s id and secret.' },
      },
    },
  };
}

const header = (description: string, type: 'string' | 'integer'): JsonSchema => ({
  description,
  schema: { type },
});

const HEADERS = {
  'RateLimit-Policy': header('How many requests (q) one caller has in how many seconds (w).', 'string'),
  RateLimit: header('How many are left (r), and in how many seconds there are all again (t).', 'string'),
  'Retry-After': header('Seconds.', 'integer'),
};

const LIMITED = headerReferences(['RateLimit-Policy', 'RateLimit']);

function headerReferences(names: readonly (keyof typeof HEADERS)[]): Record<string, JsonSchema> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const SECURITY: Readonly<Record<Access, DocumentedOperation['security']>> = {
  anybody: [],
  // Its credentials may also stand in the form.
  client: [{ client: [] }, {}],
  caller: [{ accessToken: [] }, { session: [] }],
  bearer: [{ accessToken: [] }],
  session: [{ session: [] }],
};

function documentedAnswer(
  { description, contents: given }: Omit<Operation['answer'], 'status'>,
  access: Access,
): DocumentedAnswer {
  return {
    description,
    ...(isCounted(access) ? { headers: LIMITED } : {}),
    content: contents(given, 'output'),
  };
}

function documented(operation: Operation): DocumentedOperation {
  const { id, summary, description, access, parameters = [], body, answer, accepted } = operation;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[access],
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      required: parameter.in === 'path' || parameter.required === true,
      description: parameter.description,
      schema: jsonSchema(parameter.schema, 'input'),
    })),
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: !body.schema.safeParse({}).success, content: contents([body], 'input') },
        }),
    responses: {
      [answer.status]: documentedAnswer(answer, access),
      ...(accepted === undefined ? {} : { 202: documentedAnswer(accepted, access) }),
      ...refusals(operation),
    },
  };
}

function contents(list: readonly Content[], io: 'input' | 'output'): Record<string, DocumentedContent> {
  return Object.fromEntries(
    list.map(({ mediaType, schema, example }) => [
      mediaType,
      { schema: jsonSchema(schema, io), ...(example === undefined ? {} : { example }) },
    ]),
  );
}

/** One answer for each status, which names its codes. */
function refusals(operation: Operation): Record<string, DocumentedAnswer> {
  const codes = codesOf(operation);
  const statuses = [...new Set(codes.map(statusOfCode))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      refusal(operation, { status, codes: codes.filter((code) => statusOfCode(code) === status) }),
    ]),
  );
}

function refusal(
  operation: Operation,
  { status, codes }: { readonly status: number; readonly codes: readonly ErrorCode[] },
): DocumentedAnswer {
  return {
    description: codes.map((code) => ERRORS[code].text).join(' '),
    ...(status === 429 ? { headers: headerReferences(['Retry-After']) } : {}),
    content: refusalContent(operation, codes),
  };
}

function refusalContent(
  { errorContent }: Operation,
  codes: readonly ErrorCode[],
): Record<string, DocumentedContent> {
  if (errorContent !== undefined) return contents([errorContent], 'output');
  const problem = { $ref: '#/components/schemas/Problem' };
  const schema = { allOf: [problem, { properties: { code: { enum: codes } } }] };
  return { 'application/problem+json': { schema } };
}

const ALWAYS: readonly ErrorCode[] = [
  'request.malformed',
  'request.unknown_host',
  'store.unavailable',
  'internal',
];
const OF_CALLERS: readonly ErrorCode[] = [
  'token.invalid',
  'session.required',
  'request.too_many',
  'catalogue.invalid',
];

function codesOf({ access, method, body, errors }: Operation): readonly ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      ...ALWAYS,
      ...(body === undefined ? [] : (['request.too_large'] as const)),
      ...(isCounted(access) ? OF_CALLERS : []),
      ...(isCounted(access) && method === 'post' ? (['request.cross_site'] as const) : []),
      ...(access === 'session' ? (['session.only'] as const) : []),
      ...errors,
    ]),
  ];
}

function isCounted(access: Access): boolean {
  return access === 'caller' || access === 'bearer' || access === 'session';
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const whole = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== '$schema'));
}
