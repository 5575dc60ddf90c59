/** The API's document for people: every address, what it takes and gives, and what each refusal means. */
import { Router, type Response } from 'express';
import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import { statusOfCode } from '../errors.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import type { DocumentedContent, DocumentedOperation, JsonSchema, OpenApiDocument } from '../openapi.ts';
import type { PageContent, Pages } from './pages.ts';
import type { ApiFieldView, ApiOperationView, ApiPage } from './view-models.ts';

export function apiPageRoutes(document: () => OpenApiDocument, pages: Pages): Router {
  // Once: nothing of it changes while the process runs.
  let content: PageContent<ApiPage> | undefined;
  const router = Router();
  onlyMethods(router, '/api', {
    get: (_request, response: Response) => pages.render(response, 'api', (content ??= apiPage(document()))),
  });
  return router;
}

function apiPage(document: OpenApiDocument): PageContent<ApiPage> {
  const baseUrl = document.servers[0]?.url ?? '';
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationView({ path, method, operation, baseUrl })),
  );
  const codes = new Set(operations.flatMap((operation) => operation.refusals.flatMap(({ codes }) => codes)));
  return {
    title: 'The API',
    operations,
    errors: [...codes].toSorted().map((code) => errorView(code as ErrorCode)),
  };
}

interface Place {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
  readonly baseUrl: string;
}

function operationView(place: Place): ApiOperationView {
  const { path, method, operation } = place;
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const body = Object.entries(requestBody?.content ?? {})[0];
  const [status = '', answer] = Object.entries(responses).find(([each]) => each.startsWith('2')) ?? [];
  const contents = Object.entries(answer?.content ?? {});
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    summary,
    description,
    access: accessOf(operation),
    parameters: parameters.map(({ name, in: where, required, description, schema }) => ({
      name,
      type: `${typeOf(schema)}, ${where}`,
      isRequired: required,
      description,
    })),
    bodyType: body?.[0],
    bodyFields: body === undefined ? [] : fieldsOf(body[1].schema),
    answerStatus: status,
    answerDescription: answer?.description ?? '',
    answerTypes: contents.map(([mediaType]) => mediaType),
    answerFields: contents[0] === undefined ? [] : fieldsOf(contents[0][1].schema),
    refusals: refusalsOf(operation),
    curl: curlOf(place, body),
  };
}

const ACCESS: Readonly<Record<string, string>> = {
  accessToken: 'an access token',
  session: 'a browser’s sign-in session',
  client: 'an application’s id and secret',
};

function accessOf({ security }: DocumentedOperation): string {
  const names = security.flatMap((each) => Object.keys(each)).map((name) => ACCESS[name] ?? name);
  return names.length === 0 ? 'nothing' : names.join(' or ');
}

/** Nested fields by dotted names, entries of lists by `[]`. */
function fieldsOf(schema: JsonSchema, prefix = ''): ApiFieldView[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = prefix + name;
    const items = property['items'] as JsonSchema | undefined;
    const nested = items === undefined ? fieldsOf(property, `${path}.`) : fieldsOf(items, `${path}[].`);
    const description = typeof property['description'] === 'string' ? property['description'] : '';
    return [
      { name: path, type: typeOf(property), isRequired: required.includes(name), description },
      ...nested,
    ];
  });
}

function typeOf(schema: JsonSchema): string {
  const { type, format, items } = schema;
  if (Array.isArray(schema['enum'])) return schema['enum'].join(' | ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (type === 'array') return `list of ${typeOf(items as JsonSchema)}`;
  if (format === 'date-time') return 'date and time';
  return typeof type === 'string' ? type : 'any';
}

function refusalsOf({ responses }: DocumentedOperation): ApiOperationView['refusals'] {
  return Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .map(([status, { content }]) => ({ status, codes: codesOf(Object.values(content)) }));
}

function codesOf(contents: readonly DocumentedContent[]): readonly string[] {
  const parts = contents.flatMap(({ schema }) => (schema['allOf'] ?? []) as readonly JsonSchema[]);
  return parts.flatMap((part) => {
    const { code } = (part['properties'] ?? {}) as { readonly code?: { readonly enum: readonly string[] } };
    return code?.enum ?? [];
  });
}

function curlOf(
  { path, method, operation, baseUrl }: Place,
  body: readonly [string, DocumentedContent] | undefined,
): string {
  const lines = [`curl ${baseUrl}${path}`];
  const security = operation.security.flatMap((each) => Object.keys(each));
  if (security.includes('accessToken')) lines.push('-H "Authorization: Bearer $TOKEN"');
  else if (security.includes('session')) lines.push('-b "$COOKIE" -H "Sec-Fetch-Site: same-origin"');
  if (security.includes('client')) lines.push('-u "$CLIENT_ID:$CLIENT_SECRET"');
  if (body?.[0] === 'application/json') {
    lines.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(body[1].example ?? {})}'`);
  } else if (body !== undefined) {
    lines.push(`-d '${new URLSearchParams(body[1].example as Record<string, string>).toString()}'`);
  } else if (method === 'post') lines.push('-X POST');
  return lines.join(' \\\n  ');
}

function errorView(code: ErrorCode): ApiPage['errors'][number] {
  return { code, status: statusOfCode(code), text: ERRORS[code].text };
}
