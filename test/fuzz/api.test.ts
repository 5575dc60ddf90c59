/**
 * Every operation of the API's document, asked well and badly: never a 5xx, and every answer is one that the
 * document tells of.
 */
import { randomUUID } from 'node:crypto';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DocumentedAnswer, DocumentedOperation, OpenApiDocument } from '../../src/http/openapi.ts';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { putInventoryRole, withInventory } from '../support/inventory-role.ts';
import { signIn, startTestBroker, type ConnectorId, type TestBroker } from '../support/start-test-broker.ts';
import { fuzz } from './fuzz.ts';

interface Place {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

interface Ask {
  readonly place: Place;
  readonly path: string;
  readonly who: Who;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

type Who = 'session' | 'administrator' | 'bearer' | 'client' | 'nobody' | 'wrong';

const ROLE = 'production-readonly';
const APPLICATION = 'billing-report';

/** By what the document wants. */
function goodWho({ path, operation: { security } }: Place): Who {
  if (isOfAdministrators(path)) return 'administrator';
  const [first] = security.flatMap((way) => Object.keys(way));
  if (first === undefined) return 'nobody';
  if (first === 'client') return 'client';
  return security.some((way) => 'session' in way) ? 'session' : 'bearer';
}

let broker: TestBroker;
let document: OpenApiDocument;
let places: readonly Place[];
let credentials: Readonly<Record<Who, Readonly<Record<string, string>>>>;
let tokenId: string;
/** The catalogue's, as If-Match wants it. */
let version = '"1"';
/** Whom administrators disable, and whose session and token they end. */
let disabled: string;
let ended: { readonly person: string; readonly session: string; readonly token: string };
/** A change that waits for a second person, and one of those who may propose it. */
let proposal = '';
let another: Readonly<Record<string, string>>;
let catalogue: { readonly accounts: readonly { readonly id: string }[] };
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();

beforeAll(async () => {
  const settings = { administration: { secondPerson: 'own-access' } };
  broker = await startTestBroker({ access: withInventory, settings });
  await putInventoryRole(broker.awsUrl);
  document = (await (await fetch(`${broker.baseUrl}/api/openapi.json`)).json()) as OpenApiDocument;
  places = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  ajv.addSchema(document, 'openapi');
  credentials = await everyCredential();
  ({ catalogue } = await read<{ readonly catalogue: typeof catalogue }>('/api/v1/admin/catalogue'));
  another = await sessionOf('alex.admin', 'sandbox-saml');
  await sessionOf('nora.quinn');
  disabled = await personCalled('nora.quinn');
  ended = await somebodyWithToken('priya.nair');
});
afterAll(() => broker.close());

async function everyCredential(): Promise<typeof credentials> {
  const client = `Basic ${btoa(`${APPLICATION}:${SANDBOX_SECRETS[APPLICATION]}`)}`;
  const granted = await fetch(`${broker.baseUrl}/api/oauth/token`, {
    method: 'POST',
    headers: { authorization: client },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  return {
    session: await sessionOf('erin.engel'),
    administrator: await sessionOf('alex.admin'),
    bearer: { authorization: `Bearer ${token}` },
    client: { authorization: client },
    nobody: {},
    wrong: { authorization: 'Bearer daypass_at_wrong' },
  };
}

async function sessionOf(
  person: string,
  connector: ConnectorId = 'sandbox-oidc',
): Promise<Readonly<Record<string, string>>> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  const cookie = [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
  return { cookie, 'sec-fetch-site': 'same-origin' };
}

async function read<Answer>(path: string): Promise<Answer> {
  const response = await fetch(broker.baseUrl + path, { headers: credentials.administrator });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

async function personCalled(name: string): Promise<string> {
  const { people } = await read<{ people: { id: string }[] }>(`/api/v1/admin/people?q=${name}`);
  return people[0]?.id ?? expect.fail(`${name} is not known`);
}

async function somebodyWithToken(name: string): Promise<typeof ended> {
  const headers = { ...(await sessionOf(name)), 'content-type': 'application/json' };
  const body = JSON.stringify({ label: 'to be ended', expiresInDays: 1 });
  const made = await fetch(`${broker.baseUrl}/api/v1/tokens`, { method: 'POST', headers, body });
  expect(made.status).toBe(201);
  const person = await personCalled(name);
  const { sessions, tokens } = await read<Record<'sessions' | 'tokens', { id: string }[]>>(
    `/api/v1/admin/people/${person}`,
  );
  return { person, session: sessions[0]?.id ?? '', token: tokens[0]?.id ?? '' };
}

/** For an operation on a proposal: one that is not decided, by whom it wants. */
async function prepare({ path }: Place): Promise<void> {
  if (!path.includes('{proposal}')) return;
  const current = await read<{ readonly version: number }>('/api/v1/admin/catalogue');
  const author = path.endsWith('/withdraw') ? credentials.administrator : another;
  const entry = { connector: 'sandbox-saml', users: [randomUUID()], may: 'read' };
  const response = await fetch(`${broker.baseUrl}/api/v1/admin/entries`, {
    method: 'POST',
    headers: { ...author, 'content-type': 'application/json', 'if-match': `"${current.version}"` },
    body: JSON.stringify({ edits: [{ list: 'administrators', entry }], reason: 'x' }),
  });
  expect(response.status).toBe(202);
  proposal = ((await response.json()) as { proposal: { id: string } }).proposal.id;
}

/** @returns the status, once the answer has been found in the document. */
async function ask({ place, path, who, headers, body }: Ask): Promise<number> {
  const response = await fetch(broker.baseUrl + path, {
    method: place.method.toUpperCase(),
    headers: { ...credentials[who], ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const about = `${place.method} ${path} as ${who}: ${response.status} ${text.slice(0, 300)}`;
  expect(response.status, about).toBeLessThan(500);
  const documented = place.operation.responses[response.status];
  expect(documented, about).toBeDefined();
  if (documented !== undefined) assertFits(documented, { response, text, place, about });
  if (place.operation.operationId === 'createToken' && response.status === 201) {
    tokenId = (JSON.parse(text) as { id: string }).id;
  }
  // What changed it says so; what reads it may read an older one.
  if (place.method === 'post') version = response.headers.get('etag') ?? version;
  return response.status;
}

interface Answered {
  readonly response: Response;
  readonly text: string;
  readonly place: Place;
  readonly about: string;
}

function assertFits({ content }: DocumentedAnswer, { response, text, place, about }: Answered): void {
  const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
  if (Object.keys(content).length === 0) {
    expect(text, about).toBe('');
    return;
  }
  expect(Object.keys(content), about).toContain(mediaType);
  const value: unknown = mediaType.endsWith('json') ? JSON.parse(text) : text;
  const pointer = [
    'paths',
    place.path,
    place.method,
    'responses',
    String(response.status),
    'content',
    mediaType,
    'schema',
  ]
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
  validators.set(pointer, validate);
  expect(validate(value), `${about} ${JSON.stringify(validate.errors)}`).toBe(true);
  expect(validate({ another: value }), `${about}: what nobody tells of`).toBe(false);
}

const pathOf = ({ path }: Place, values: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'none'));

const isOfAdministrators = (path: string): boolean => path.startsWith('/api/v1/admin/');

/** What the examples say of a catalogue is not in this one: its own is, and an entry as it is already. */
function withCatalogue(example: object): object {
  const [entry] = catalogue.accounts;
  if ('edits' in example) return { ...example, edits: [{ list: 'accounts', id: entry?.id, entry }] };
  return 'catalogue' in example ? { ...example, catalogue } : example;
}

function namesFor({ path }: Place): Readonly<Record<string, string>> {
  const { person, session, token } = ended;
  // It has none yet, and has one from then on.
  if (path.endsWith('/external-id')) return { role: 'inventory' };
  if (path.endsWith('/sessions/{id}/end')) return { person, id: session };
  return path.endsWith('/tokens/{id}/end') ? { person, id: token } : { person: disabled };
}

/** As the document's own example has it. */
function goodAsk(place: Place, overrides: Partial<Ask> = {}): Ask {
  const { requestBody } = place.operation;
  const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const isForm = mediaType === 'application/x-www-form-urlencoded';
  const example = withCatalogue(content?.example ?? {});
  const body = isForm
    ? new URLSearchParams(example as Record<string, string>).toString()
    : JSON.stringify(example);
  return {
    place,
    path: pathOf(place, {
      role: ROLE,
      connector: 'sandbox-saml',
      id: tokenId,
      version: '1',
      proposal,
      ...namesFor(place),
    }),
    who: goodWho(place),
    headers: {
      ...(mediaType === undefined ? {} : { 'content-type': mediaType }),
      ...(isOfAdministrators(place.path) ? { 'if-match': version } : {}),
    },
    body: mediaType === undefined ? undefined : body,
    ...overrides,
  };
}

it('describes itself by OpenAPI 3.1, and every route is in it', () => {
  expect(document.openapi).toBe('3.1.0');
  const ids = places.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const described = new Set(places.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1')));
  const routed = routesOf(broker.daypass.broker.app.router as unknown as RouterLike);
  expect(new Set(routed.filter((path) => path.startsWith('/api/') && !path.includes('*')))).toEqual(
    described,
  );
});

interface RouterLike {
  readonly stack?: readonly { readonly route?: { readonly path: string }; readonly handle?: RouterLike }[];
}

function routesOf({ stack = [] }: RouterLike): string[] {
  return stack.flatMap(({ route, handle }) => (route === undefined ? routesOf(handle ?? {}) : [route.path]));
}

it('answers every operation well where it is asked well', async () => {
  // Those that end or name what others make come after them.
  const sorted = [...places].sort((a, b) => a.path.length - b.path.length);
  for (const place of sorted) {
    await prepare(place);
    expect(await ask(goodAsk(place)), place.operation.operationId).toBeLessThan(300);
  }
});

it('answers as it says in every media type that it offers', async () => {
  for (const place of places) {
    const answered = Object.entries(place.operation.responses).find(([status]) => status.startsWith('2'));
    for (const accept of Object.keys(answered?.[1].content ?? {})) {
      if (/\{id\}|\/external-id$|\/approve$/.test(place.path)) continue;
      await prepare(place);
      const good = goodAsk(place);
      expect(await ask({ ...good, headers: { ...good.headers, accept } }), accept).toBeLessThan(300);
    }
  }
});

const anyBody = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .record(
      {
        durationSeconds: fc.anything(),
        mapping: fc.anything(),
        sessionPolicy: fc.anything(),
        mfaCode: fc.anything(),
        label: fc.anything(),
        expiresInDays: fc.anything(),
        roles: fc.anything(),
        grant_type: fc.string(),
        catalogue: fc.anything(),
        reason: fc.constantFrom('a reason', '', 7),
        role: fc.constantFrom(ROLE, 'none', 7),
        application: fc.constantFrom(APPLICATION, 'none', null),
        identity: fc.anything(),
        __proto__: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map(textOf),
);

const anyRequest = fc.record({
  place: fc.nat(),
  who: fc.constantFrom<Who>('session', 'administrator', 'bearer', 'client', 'nobody', 'wrong'),
  name: fc.oneof(
    fc.constantFrom(ROLE, 'development-readonly', '1', '999999999999999', '__proto__', '..', ' '),
    fc.string({ minLength: 1 }),
  ),
  query: fc.oneof(
    fc.constant(''),
    fc.constantFrom(
      'limit=1',
      'limit=0',
      'limit=x',
      'cursor=x',
      'cursor=WyJhIl0',
      'before=2',
      'before=x',
      'a=b',
    ),
  ),
  type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'),
  match: fc.constantFrom('', '"1"', '"7"', '*'),
  key: fc.constantFrom('', 'a key', 'key', 'a'.repeat(300)),
  body: anyBody,
});

fuzz(
  'has an answer that it tells of for every other request',
  { from: anyRequest, runs: 400 },
  async ({ place: index, who, name, query, type, match, key, body }) => {
    const place = places[index % places.length] ?? expect.fail();
    const path = `${pathOf(place, { role: name, id: name, version: name, person: name })}${query === '' ? '' : `?${query}`}`;
    // Another address than the one that is meant.
    fc.pre(!/[{}]|%2F|\/\.\.?(?:[/?]|$)|%00/i.test(path) && URL.canParse(broker.baseUrl + path));
    const headers = {
      'content-type': type,
      ...(key === '' ? {} : { 'idempotency-key': key }),
      ...(match === '' ? {} : { 'if-match': match }),
    };
    const isGet = place.method === 'get';
    await ask({ place, path, who, headers: isGet ? {} : headers, body: isGet ? undefined : body });
  },
);

/** What JSON cannot say is left out. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '{}';
  }
}
