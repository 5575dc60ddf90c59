/** Whatever comes from outside is answered with a refusal that has a code and a request id, never with a fault. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { csrfTokenOf } from '../../src/http/middleware/csrf-token.ts';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { rawRequest } from '../support/raw-request.ts';
import { journal } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;
let port: number;
let cookie: string;
let token: string;
let carlos: ApiClient;
let carlosBrowser: HttpBrowser;

beforeAll(async () => {
  broker = await startTestBroker();
  ({ port } = broker.daypass.config.listen);
  cookie = cookiesOf(await signedIn('erin.engel'));
  carlosBrowser = await signedIn('carlos.ortiz');
  carlos = ApiClient.ofBrowser(carlosBrowser, broker.baseUrl);
  const answer = await fetch(`${broker.baseUrl}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'billing-report',
      client_secret: SANDBOX_SECRETS['billing-report'],
    }),
  });
  ({ access_token: token } = (await answer.json()) as { access_token: string });
});
afterAll(() => broker.close());

async function signedIn(person: string): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector: 'sandbox-saml' });
  return browser;
}

function cookiesOf(browser: HttpBrowser): string {
  return [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
}

/** A form as a page of this session's sends it, so that what else it holds is looked at. */
function formOf(browserCookies: string, fields: string): string {
  const session = /daypass-session=([\w-]+)/.exec(browserCookies)?.[1] ?? '';
  return `csrfToken=${csrfTokenOf(session)}&${fields}`;
}

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function seen(response: Response): Promise<Seen> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Stacks, paths of ours, templates, SQL, class names of errors: what an attacker learns from. */
const INSIDES =
  /\bat [\w.<>]+ \(|node_modules|file:\/\/|\/src\/|\.(?:ts|js|ejs):\d|SQLITE|(?:Type|Range|Syntax|Reference)Error|ENOENT|ZodError/;

/** A refusal in whichever form the door speaks; every one says which request it was. */
function expectRefusal(answer: Seen, ...statuses: readonly number[]): string {
  expect(answer.text).not.toMatch(INSIDES);
  expect(statuses).toContain(answer.status);
  const requestId = answer.headers.get('x-request-id') ?? expect.fail('no request id');
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const type = answer.headers.get('content-type') ?? '';
  if (type.includes('problem+json')) {
    const problem = JSON.parse(answer.text) as { code: string; requestId: string; status: number };
    expect(problem).toMatchObject({ requestId, status: answer.status });
    return problem.code;
  }
  if (type.includes('application/json')) return (JSON.parse(answer.text) as { error: string }).error;
  expect(type).toContain('text/html');
  expect(answer.text).toContain(requestId);
  return /<code>([a-z_.]+)<\/code>/.exec(answer.text)?.[1] ?? expect.fail('no code on the page');
}

/** Anything but a fault: what an address makes of junk that it does not look at is its own business. */
function expectNoFault(answer: Seen): void {
  expect(answer.text).not.toMatch(INSIDES);
  expect(answer.status).toBeLessThan(500);
  if (answer.status >= 400) expectRefusal(answer, answer.status);
}

afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const ROUTES = [
  ['GET', '/'],
  ['GET', '/sign-in'],
  ['GET', '/sign-in/sandbox-saml'],
  ['GET', '/sign-in/sandbox-oidc'],
  ['GET', '/signed-out'],
  ['GET', '/saml/sandbox-saml/metadata'],
  ['POST', '/saml/sandbox-saml/acs'],
  ['GET', '/oidc/sandbox-oidc/callback'],
  ['GET', '/roles/development-developer'],
  ['GET', '/roles/development-developer/console'],
  ['POST', '/roles/development-developer/console'],
  ['POST', '/roles/development-developer/credentials'],
  ['GET', '/aws/.well-known/openid-configuration'],
  ['GET', '/aws/jwks.json'],
  ['GET', '/aws/saml/metadata'],
  ['POST', '/api/oauth/token'],
  ['GET', '/api/v1/me'],
  ['GET', '/api/v1/roles'],
  ['POST', '/api/v1/roles/development-developer/credentials'],
  ['POST', '/api/v1/roles/development-developer/console-url'],
  ['GET', '/public/css/tokens.css'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/nothing/here'],
  ['GET', '/api/nothing/here'],
] as const;

/** Names that our addresses read, so that each gets what it does not expect. */
const NAMES = [
  'returnTo',
  'q',
  'page',
  'SAMLResponse',
  'RelayState',
  'state',
  'code',
  'iss',
  'error',
  'mapping',
  'durationSeconds',
  'sessionPolicy',
  'mfaCode',
  'grant_type',
  'client_id',
  'client_secret',
];

const VALUES: readonly (readonly [string, (name: string) => string])[] = [
  ['nothing', (name) => `${name}=`],
  ['no value', (name) => name],
  ['two values', (name) => `${name}=a&${name}=b`],
  ['a list', (name) => `${name}[]=a&${name}[]=b`],
  ['an object', (name) => `${name}[a]=b&${name}[__proto__][polluted]=1`],
  ['null bytes', (name) => `${name}=%00%00`],
  ['half an escape', (name) => `${name}=%zz%`],
  ['bytes that are no UTF-8', (name) => `${name}=%ff%fe%80`],
  ['line breaks', (name) => `${name}=a%0d%0aSet-Cookie:%20evil=1`],
  ['markup', (name) => `${name}=${encodeURIComponent('"><script>alert(1)</script>')}`],
  ['SQL', (name) => `${name}=${encodeURIComponent("' or 1=1; drop table audit_events; --")}`],
  ['a path', (name) => `${name}=../../../../etc/passwd`],
  ['a number out of bounds', (name) => `${name}=${'9'.repeat(400)}`],
  ['a template', (name) => `${name}=${encodeURIComponent('<%= process.env %>${7*7}{{7*7}}')}`],
  ['four thousand characters', (name) => `${name}=${'x'.repeat(4_000)}`],
];

const POLLUTION =
  '__proto__[polluted]=1&constructor[prototype][polluted]=1&__proto__=1&constructor=1&hasOwnProperty=1&toString=1';

describe.each(ROUTES)('%s %s', (method, path) => {
  const headers = (): Record<string, string> => ({
    ...(path.startsWith('/api/v1') ? { authorization: `Bearer ${token}` } : { cookie }),
    'sec-fetch-site': 'same-origin',
  });

  it('W14: bears every parameter with every value', async () => {
    for (const [, write] of VALUES) {
      // As many of them as fit into an address.
      const fitting = NAMES.map(write).join('&').slice(0, 8_000);
      const answer = await rawRequest(
        port,
        `${method} ${path}?${fitting} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${lines(headers())}${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`,
      );
      expectNoFault(answer);
      expect(answer.headers.get('set-cookie') ?? '').not.toContain('evil');
      expect(answer.text).not.toContain('<script>alert');
    }
  });

  if (method === 'POST') {
    it('W14: bears every field with every value', async () => {
      for (const [, write] of VALUES) {
        for (const name of NAMES) {
          const response = await fetch(broker.baseUrl + path, {
            method,
            headers: { ...headers(), 'content-type': 'application/x-www-form-urlencoded' },
            body: formOf(cookie, write(name)),
            redirect: 'manual',
          });
          expectNoFault(await seen(response));
        }
      }
    });

    it.each([
      ['W12: keys of the object’s own', 'application/x-www-form-urlencoded', () => formOf(cookie, POLLUTION)],
      [
        'W12: keys of the object’s own in JSON',
        'application/json',
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      ],
      [
        'W20: ten thousand parameters',
        'application/x-www-form-urlencoded',
        () => formOf(cookie, 'a=b&'.repeat(3_000)),
      ],
      ['W20: broken JSON', 'application/json', '{"a":'],
      ['W20: bytes that are no UTF-8', 'application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
      ['W20: deep JSON', 'application/json', `${'['.repeat(8_000)}${']'.repeat(8_000)}`],
      [
        'W20: deep JSON in a field',
        'application/json',
        `{"sessionPolicy":{"a":${'['.repeat(8_000)}${']'.repeat(8_000)}}}`,
      ],
      ['W20: JSON that is a text', 'application/json', '"x"'],
      ['W20: JSON that is null', 'application/json', 'null'],
      ['W20: a megabyte', 'application/x-www-form-urlencoded', `a=${'x'.repeat(1_048_576)}`],
      ['W20: a part of a form', 'multipart/form-data; boundary=x', '--x\r\n'],
      ['W20: no such type', 'x/y; charset="', 'a'],
      ['W20: an unknown charset', 'application/json; charset=utf-7', '{}'],
      ['W20: UTF-16', 'application/json; charset=utf-16', Buffer.from('\ufeff{}', 'utf16le')],
    ])('bears %s', async (_what, type, body) => {
      const response = await fetch(broker.baseUrl + path, {
        method,
        headers: { ...headers(), 'content-type': type },
        body: bytesOf(body),
        redirect: 'manual',
      });
      expectNoFault(await seen(response));
    });

    it.each(['gzip', 'br', 'deflate', 'compress', 'gzip, gzip', '../etc'])(
      'W20: bears a body that is not the %s it says',
      async (encoding) => {
        const response = await fetch(broker.baseUrl + path, {
          method,
          headers: { ...headers(), 'content-type': 'application/json', 'content-encoding': encoding },
          body: '{"a":1}',
          redirect: 'manual',
        });
        expectNoFault(await seen(response));
      },
    );
  }

  it('W22: answers no method it does not have', async () => {
    for (const other of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PURGE', 'PROPFIND', 'QUERY']) {
      const answer = await rawRequest(
        port,
        `${other} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nX-Echo: canary\r\n\r\n`,
      );
      // QUERY is younger than some of the Nodes that we run on: their parser refuses it by itself.
      if (other === 'QUERY' && answer.status === 400) continue;
      expect([other, answer.status]).toEqual([other, 405]);
      expect(answer.text).not.toContain('canary');
      expectRefusal(answer, 405);
    }
  });
});

function bytesOf(body: string | Buffer | (() => string)): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'function') return body();
  return typeof body === 'string' ? body : new Uint8Array(body);
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

async function rawGet(target: string, headers = `Host: localhost:${port}\r\n`): Promise<Seen> {
  return rawRequest(port, `GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
}

describe('W21: odd addresses', () => {
  it.each([
    '//evil.example',
    '//evil.example/%2e%2e',
    '///',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/public/../package.json',
    '/public/%2e%2e/package.json',
    '/public/..%2fpackage.json',
    '/public/%00',
    '/public/css/%00.css',
    '/public/',
    '/public/css',
    '/%00',
    '/%zz',
    '/%',
    '/%ff%fe',
    '/.git/config',
    '/views/pages/error.ejs',
    '/roles/%zz',
    '/sign-in/%zz',
    '/saml/%zz/metadata',
    '/oidc/%zz/callback',
    '/api/v1/roles/%zz/credentials',
    '/api/%zz',
    '/;x=y',
    '/\u0001',
    '/é',
  ])('are refused: %j', async (target) => {
    const answer = await rawGet(target);
    expect(answer.text).not.toMatch(INSIDES);
    expect(answer.headers.get('location') ?? '').not.toMatch(/^\/\/|evil\.example\/?$/);
    // Node's parser refuses some by itself, before any of our code runs: without a body, and with the connection.
    if (!answer.headers.has('x-request-id')) expect([answer.status, answer.text]).toEqual([400, '']);
    else if (answer.status === 303) expect(answer.headers.get('location')).toMatch(/^\/sign-in(?:\?|$)/);
    else expectRefusal(answer, 400, 401, 404, 405);
  });

  it.each(['/', '/api/v1/me', '/roles/x'])('W20: an address of 20 kB is refused: %s', async (path) => {
    const answer = await rawGet(`${path}?q=${'x'.repeat(20_000)}`);
    expect([answer.status, answer.text]).toEqual([431, '']);
  });

  it('W20: headers of 20 kB are refused', async () => {
    const answer = await rawGet('/', `Host: localhost:${port}\r\nX-Filling: ${'x'.repeat(20_000)}\r\n`);
    expect([answer.status, answer.text]).toEqual([431, '']);
  });

  it.each([
    'http://evil.example/',
    'http://localhost/',
    'https://evil.example/api/v1/me',
    '*',
    'evil.example:443',
  ])('W18: a target that is no path is refused: %s', async (target) => {
    const answer = await rawGet(target);
    if (answer.headers.has('x-request-id')) expectRefusal(answer, 400);
    else expect([answer.status, answer.text]).toEqual([400, '']);
  });
});

describe('W06: the host that is asked for', () => {
  it.each([
    'evil.example',
    'localhost',
    'localhost:1',
    '127.0.0.1',
    'a@localhost',
    'localhost/evil',
    'localhost.evil.example',
    '[::1]',
    '',
  ])('is not ours: %j', async (host) => {
    for (const path of ['/', '/sign-in', '/api/v1/me', '/public/css/tokens.css', '/aws/saml/metadata']) {
      const answer = await rawGet(path, `Host: ${host}\r\n`);
      expect(expectRefusal(answer, 421)).toBe('request.unknown_host');
    }
  });

  it('is ours in whatever letters, and at health checks any', async () => {
    expect((await rawGet('/sign-in', `Host: LOCALHOST:${port}\r\n`)).status).toBe(200);
    expect((await rawGet('/healthz', 'Host: 10.0.0.7\r\n')).status).toBe(200);
  });

  it('must be said, and once', async () => {
    expect((await rawGet('/sign-in', '')).status).toBe(400);
    const twice = await rawGet('/sign-in', `Host: localhost:${port}\r\nHost: evil.example\r\n`);
    expect(expectRefusal(twice, 400)).toBe('request.malformed');
  });

  it('is not taken from what a proxy would send', async () => {
    const forged = [
      'X-Forwarded-Host',
      'X-Forwarded-Server',
      'X-Original-URL',
      'X-Rewrite-URL',
      'Forwarded',
      'X-HTTP-Method-Override',
    ]
      .map((name) => `${name}: evil.example\r\n`)
      .join('');
    const answer = await rawGet('/sign-in/sandbox-saml', `Host: localhost:${port}\r\n${forged}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toContain(`${broker.identityProvidersUrl}/saml/sso?`);
    expect(
      (await rawGet('/saml/sandbox-saml/metadata', `Host: localhost:${port}\r\n${forged}`)).text,
    ).not.toContain('evil');
  });
});

describe('W18: requests that two servers would read differently', () => {
  const head = (): string =>
    `POST /api/oauth/token HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n`;

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a length with a sign', 'Content-Length: +5\r\n\r\nabcde'],
    ['an encoding that nobody knows', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['an encoding twice', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a null byte in a header', 'X-A: b\u0000c\r\nContent-Length: 0\r\n\r\n'],
    ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
  ])('are refused: %s', async (_what, rest) => {
    const answer = await rawRequest(port, head() + rest);
    expect(answer.text).not.toMatch(INSIDES);
    expect(answer.status).toBe(400);
  });
});

describe('who says who they are in odd ways', () => {
  it.each([
    'daypass-session=',
    'daypass-session=%00',
    'daypass-session=__proto__',
    `daypass-session=${'A'.repeat(43)}`,
    `daypass-session=${'A'.repeat(8_000)}`,
    'daypass-session',
    ';;;===;;;',
    'a=b; '.repeat(1_000),
    `daypass-session="${'A'.repeat(43)}"`,
  ])('is nobody: %j', async (odd) => {
    const api = await seen(await fetch(`${broker.baseUrl}/api/v1/me`, { headers: { cookie: odd } }));
    expect(expectRefusal(api, 401)).toBe('session.required');
    const page = await fetch(broker.baseUrl, { headers: { cookie: odd }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  it('W24: is logged and recorded without harm', async () => {
    const headers = { authorization: `Bearer ${token}`, 'user-agent': `x\t%n\u00ff"{}${'y'.repeat(6_000)}` };
    expect((await fetch(`${broker.baseUrl}/api/v1/me`, { headers })).status).toBe(200);
    const issued = await fetch(`${broker.baseUrl}/api/v1/roles/production-readonly/credentials`, {
      method: 'POST',
      headers,
    });
    expect(issued.status).toBe(200);
  });
});

describe('W23: a role of somebody else’s', () => {
  const THEIRS = [
    'production-developer',
    'tools-session',
    'tools-edge-list-buckets',
    'development-data-analyst-own-token',
  ];

  /** All that a client sees, but for what tells requests apart. */
  function comparable({ status, headers, text }: Seen): unknown {
    const requestId = headers.get('x-request-id') ?? expect.fail();
    const apart = new Set(['x-request-id', 'date', 'ratelimit']);
    const kept = [...headers].filter(([name]) => !apart.has(name));
    return { status, kept, text: text.replaceAll(requestId, '…') };
  }

  it.each([
    ['credentials of the API', '/api/v1/roles/{role}/credentials', 'POST'],
    ['console address of the API', '/api/v1/roles/{role}/console-url', 'POST'],
    ['page', '/roles/{role}', 'GET'],
    ['credentials page', '/roles/{role}/credentials', 'POST'],
    ['console', '/roles/{role}/console', 'POST'],
  ])('answers as one that does not exist, to the byte: %s', async (_what, address, method) => {
    const before = (await journal(broker.awsUrl)).length;
    const answers = await Promise.all(
      ['no-such-role', ...THEIRS].map(async (role) => {
        const response = await fetch(broker.baseUrl + address.replace('{role}', role), {
          method,
          headers: { cookie: cookiesOf(carlosBrowser), 'sec-fetch-site': 'same-origin' },
          ...(method === 'POST' && address.startsWith('/roles/')
            ? { body: new URLSearchParams(formOf(cookiesOf(carlosBrowser), '')) }
            : {}),
        });
        return seen(response);
      }),
    );
    const [unknown, ...others] = answers;
    expect(expectRefusal(unknown ?? expect.fail(), 404)).toBe('role.not_found');
    for (const other of others) expect(comparable(other)).toEqual(comparable(unknown ?? expect.fail()));
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });

  it.each([
    '.',
    '..',
    '../..',
    '%2e%2e%2f%2e%2e',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'production-developer%00',
    'production-developer/',
    'Production-Developer',
    'tools-cost-reader%20',
    'tools-cost-reader;x',
    'tools-cost-reader%2f',
    '%F0%9F%92%A5',
    'x'.repeat(4_000),
    'arn:aws:iam::444455556666:role%2FDeveloper',
    '*',
    'tools-*',
  ])('is not found by another spelling: %s', async (role) => {
    const before = (await journal(broker.awsUrl)).length;
    for (const [address, method] of [
      ['/api/v1/roles/{role}/credentials', 'POST'],
      ['/roles/{role}', 'GET'],
      ['/roles/{role}/credentials', 'POST'],
    ] as const) {
      const cookies = cookiesOf(carlosBrowser);
      const body = address.startsWith('/api/') ? '' : formOf(cookies, '');
      const head = `${method} ${address.replace('{role}', role)} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nCookie: ${cookies}\r\n`;
      const form = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const rest = body === '' ? 'Content-Length: 0\r\n\r\n' : form;
      const answer = await rawRequest(port, head + (method === 'POST' ? rest : '\r\n'));
      expectRefusal(answer, 404, 405);
    }
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });

  it.each(['no-such-mapping', 'payments-leads-saml', '__proto__', '', '../x', 'x'.repeat(63)])(
    'is not reached through a mapping that is not one’s own: %j',
    async (mapping) => {
      const { status, body } = await carlos.credentials('tools-cost-reader', { mapping });
      expect([status, body.code]).toEqual([400, 'mapping.not_found']);
      const theirs = await carlos.credentials('production-developer', { mapping });
      expect([theirs.status, theirs.body.code]).toEqual([404, 'role.not_found']);
    },
  );
});

describe('a session policy that is none', () => {
  const allow = { Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' };
  const policy = (statement: unknown, rest: object = {}): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: statement, ...rest });

  const MALFORMED: readonly (readonly [string, string])[] = [
    ['an empty object', '{}'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['no statements', policy([])],
    ['a statement that is a text', policy('Allow')],
    ['a statement that is null', policy(null)],
    ['another version', policy(allow, { Version: '2020-01-01' })],
    ['an unknown member', policy(allow, { Extra: 1 })],
    ['a principal', policy({ ...allow, Principal: '*' })],
    ['another effect', policy({ ...allow, Effect: 'allow' })],
    ['no action', policy({ Effect: 'Allow', Resource: '*' })],
    ['an action that is none', policy({ ...allow, Action: 'everything' })],
    ['no resource', policy({ Effect: 'Allow', Action: 's3:*' })],
    ['a condition that nobody knows', policy({ ...allow, Condition: { Whatever: { a: 'b' } } })],
    [
      'a member of the object’s own',
      `{"Version":"2012-10-17","Statement":${JSON.stringify(allow)},"__proto__":{"polluted":1}}`,
    ],
    [
      'more than AWS takes',
      policy({
        ...allow,
        Resource: Array.from({ length: 300 }, (_value, index) => `arn:aws:s3:::bucket-${index}`),
      }),
    ],
  ];

  async function asErin(path: string, body: string, type: string): Promise<Seen> {
    const response = await fetch(broker.baseUrl + path, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': type },
      body: type === 'application/json' ? body : formOf(cookie, body),
      redirect: 'manual',
    });
    return seen(response);
  }

  it.each(MALFORMED)('is refused by the API and the page: %s', async (_what, text) => {
    const before = (await journal(broker.awsUrl)).length;
    const api = await asErin(
      '/api/v1/roles/development-developer/credentials',
      `{"sessionPolicy":${text}}`,
      'application/json',
    );
    expect(expectRefusal(api, 400)).toBe('session_policy.malformed');
    const page = await asErin(
      '/roles/development-developer/credentials',
      new URLSearchParams({ sessionPolicy: text }).toString(),
      'application/x-www-form-urlencoded',
    );
    expect(expectRefusal(page, 400)).toBe('session_policy.malformed');
    expect((await journal(broker.awsUrl)).length).toBe(before);
  });

  it.each([
    '{',
    'null',
    '"x"',
    '[]',
    '7',
    'Allow',
    '{"Version":"2012-10-17","Version":"2008-10-17"}',
    '['.repeat(5_000),
  ])('is refused by the page: %s', async (text) => {
    const page = await asErin(
      '/roles/development-developer/credentials',
      new URLSearchParams({ sessionPolicy: text }).toString(),
      'application/x-www-form-urlencoded',
    );
    expect(expectRefusal(page, 400)).toBe('session_policy.malformed');
  });

  it.each(['"{}"', 'null', '[]', '7', 'true'])(
    'is refused by the API where it is no object: %s',
    async (value) => {
      const api = await asErin(
        '/api/v1/roles/development-developer/credentials',
        `{"sessionPolicy":${value}}`,
        'application/json',
      );
      expect(expectRefusal(api, 400)).toBe('session_policy.malformed');
    },
  );

  it('is refused where the mapping has one and it allows something', async () => {
    const api = await asErin(
      '/api/v1/roles/tools-reports/credentials',
      `{"sessionPolicy":${policy(allow)}}`,
      'application/json',
    );
    expect(expectRefusal(api, 400)).toBe('session_policy.not_narrowing');
  });
});
