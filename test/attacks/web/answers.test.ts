/** What every answer carries and what none tells, in every state of every address. */
import type { Server } from 'node:http';
import { PassThrough } from 'node:stream';
import express from 'express';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContext } from '../../../src/http/request-context.ts';
import { createRequestLog } from '../../../src/http/request-log.ts';
import { createHttpServer } from '../../../src/http/server.ts';
import { rawRequest } from '../../support/raw-request.ts';
import { startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { recordedFor } from '../../support/stored-audit.ts';
import { ask, cookieOf, signedInBrowser, type Seen } from './signed-in.ts';

let broker: TestBroker;
let cookie: string;
let files: string;

beforeAll(async () => {
  broker = await startTestBroker();
  const browser = await signedInBrowser(broker);
  cookie = cookieOf(browser, broker);
  files =
    /href="(\/public\/[0-9a-f]+\/css\/base\.css)"/.exec((await ask(broker, '/sign-in')).text)?.[1] ?? '';
});
afterAll(() => broker.close());

const ADDRESSES = [
  '/',
  '/?q=dev',
  '/roles/development-developer',
  '/roles/nope',
  '/roles/development-developer/console',
  '/roles/development-developer/credentials',
  '/sessions',
  '/sessions/x/end',
  '/sessions/end-others',
  '/sign-in',
  '/sign-in/sandbox-saml',
  '/sign-in/sandbox-oidc',
  '/sign-in/nope',
  '/sign-out',
  '/signed-out',
  '/saml/sandbox-saml/acs',
  '/saml/sandbox-saml/metadata',
  '/saml/sandbox-saml/logout',
  '/saml/nope/acs',
  '/oidc/sandbox-oidc/callback',
  '/oidc/sandbox-oidc/backchannel-logout',
  '/oidc/nope/callback',
  '/aws/jwks.json',
  '/aws/.well-known/openid-configuration',
  '/aws/saml/metadata',
  '/api/oauth/token',
  '/api/v1/me',
  '/api/v1/roles',
  '/api/v1/roles/nope/credentials',
  '/api/v1/roles/development-developer/credentials',
  '/api/v1/roles/development-developer/console-url',
  '/api/v9',
  '/api/openapi.json',
  '/healthz',
  '/readyz',
  '/metrics',
  '/nothing',
  '/%zz',
  '/public/css/base.css',
  '/public/nope',
  '/favicon.ico',
  '/robots.txt',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
const STATES: readonly (readonly [string, () => Record<string, string>])[] = [
  ['nobody', () => ({})],
  ['a person', () => ({ cookie, 'sec-fetch-site': 'same-origin' })],
  ['another site', () => ({ cookie, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })],
  ['a session that is none', () => ({ cookie: `daypass-session=${'A'.repeat(43)}` })],
  ['an access token that is none', () => ({ authorization: 'Bearer nope' })],
];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

function expectHeaders({ headers, status }: Seen, what: string): void {
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of POLICY) expect(policy.split('; '), what).toContain(part);
  expect(policy, what).not.toMatch(/unsafe|nonce|data:|\*|http:\/\/(?!localhost)/);
  expect(headers.get('x-frame-options'), what).toBe('DENY');
  expect(headers.get('x-content-type-options'), what).toBe('nosniff');
  expect(headers.get('referrer-policy'), what).toBe('no-referrer');
  expect(headers.get('cross-origin-opener-policy'), what).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy'), what).toBe('same-origin');
  expect(headers.get('x-request-id'), what).toMatch(/^[0-9a-f-]{36}$/);
  const isPublic = status < 400 && /^(?:GET|HEAD) \/(?:aws|public)\//.test(what);
  if (!isPublic) expect(headers.get('cache-control'), what).toBe('no-store');
  for (const name of [
    'x-powered-by',
    'server',
    'via',
    'x-aspnet-version',
    'access-control-allow-origin',
    'etag',
  ]) {
    if (name === 'etag' && /\/public\//.test(what)) continue;
    expect(headers.has(name), `${what}: ${name}`).toBe(false);
  }
  for (const set of headers.getSetCookie()) {
    expect(set, what).toMatch(
      /^daypass-(?:session|flow)=[\w-]{0,43}; Max-Age=[0-9]+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  }
}

/** Names and versions of what runs here, paths, stacks, SQL: what an attacker looks up next. */
const INSIDES =
  /express|node\.?js|ejs|kysely|sqlite|undici|\bpino\b|node_modules|at [\w.<>]+ \(|\/src\/|file:\/\/|(?:Type|Range|Syntax|Reference)Error|\b[0-9]+\.[0-9]+\.[0-9]+\b(?!\.)/i;

describe('W08, W15, W16, W25: every answer', () => {
  it.each(STATES)(
    'to %s carries every header, keeps nothing and tells nothing of what runs here',
    { timeout: 60_000 },
    async (_who, headers) => {
      const seen: number[] = [];
      for (const path of ADDRESSES) {
        for (const method of METHODS) {
          // It would end the session that the rest of this walk needs; other tests sign out.
          if (method === 'POST' && path === '/sign-out') continue;
          const answer = await ask(broker, path, { method, headers: headers() });
          const what = `${method} ${path}`;
          expect(answer.status, what).toBeLessThan(500);
          expectHeaders(answer, what);
          if (answer.status >= 400)
            expect(answer.text.replaceAll(broker.baseUrl, ''), what).not.toMatch(INSIDES);
          seen.push(answer.status);
        }
      }
      expect(new Set(seen).size).toBeGreaterThan(4);
    },
  );

  it('has them for a file that a browser has already', async () => {
    const first = await ask(broker, files);
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const { port } = broker.daypass.config.listen;
    const since = first.headers.get('last-modified') ?? '';
    const again = await rawRequest(
      port,
      `GET ${files} HTTP/1.1\r\nHost: localhost:${port}\r\nIf-Modified-Since: ${since}\r\nConnection: close\r\n\r\n`,
    );
    expect([first.status, again.status]).toEqual([200, 304]);
    for (const answer of [first, again]) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('W25: health says that it is well and nothing else', async () => {
    expect(JSON.parse((await ask(broker, '/healthz')).text)).toEqual({ status: 'ok' });
    const ready = JSON.parse((await ask(broker, '/readyz')).text) as Record<string, unknown>;
    expect(ready).toEqual({ status: 'ready' });
    expect((await ask(broker, '/metrics')).status).toBe(404);
  });

  it('W25: what the parser refuses is refused without a word', async () => {
    const answer = await rawRequest(
      broker.daypass.config.listen.port,
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
    );
    expect([answer.status, answer.text]).toEqual([400, '']);
    expect([...answer.headers.keys()]).toEqual(['connection']);
  });
});

describe('W24: what is logged of a request', () => {
  /** The log that the broker's own process would write, read from a second one in this process. */
  async function loggedWhile(work: (port: number) => Promise<unknown>): Promise<string> {
    const sink = new PassThrough();
    let text = '';
    sink.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    const app = express();
    app.use(openContext, createRequestLog(pino({ base: null }, sink)).middleware, (_request, response) => {
      response.end('x');
    });
    const server: Server = createHttpServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    try {
      await work(typeof address === 'object' && address !== null ? address.port : 0);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      server.closeAllConnections();
      server.close();
    }
    return text;
  }

  it.each([
    ['line breaks', '/%0d%0a{"level":60,"msg":"forged"}'],
    ['colours of a terminal', '/%1b[31mred%1b[0m'],
    ['a format', '/%25n%25s%25x'],
    ['quotes', '/"}\\"{"level":60}'],
    ['a very long path', `/${'x'.repeat(15_000)}`],
    ['what its query holds', '/callback?code=SECRET-CODE&state=SECRET-STATE'],
  ])('is one short line of JSON, with %s in it', async (_what, path) => {
    const text = await loggedWhile((port) =>
      rawRequest(
        port,
        Buffer.from(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${'u'.repeat(500)}\r\nConnection: close\r\n\r\n`,
          'latin1',
        ),
      ),
    );
    const lines = text.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(1);
    expect(text.length).toBeLessThan(1_000);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'request', status: 200, method: 'GET' });
    expect(Array.from(text.trimEnd()).every((letter) => letter >= ' ' && letter !== '\u009b')).toBe(true);
    expect(text).not.toContain('SECRET');
  });

  it.each(['/api/oauth/token', '/API/oauth/token', '/Api/OAuth/Token/'])(
    'W21: is recorded at the door that it came by, asked for as %s',
    async (path) => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'nobody',
        client_secret: 'x',
      });
      const answer = await ask(broker, path, { method: 'POST', body });
      expect(answer.status).toBe(401);
      expect(recordedFor(broker, answer)).toMatchObject([
        { name: 'access-token.denied', origin: { door: 'api' } },
      ]);
    },
  );

  it('is recorded with at most 256 characters of what the client calls itself', async () => {
    const agent = `\u00ff%n"'<script>${'y'.repeat(6_000)}`;
    const answer = await ask(broker, '/oidc/sandbox-oidc/callback?code=x&state=y', {
      headers: { 'user-agent': agent },
    });
    const [event] = recordedFor(broker, answer);
    expect(event?.name).toBe('sign-in.denied');
    expect(JSON.stringify(event).length).toBeLessThan(1_200);
  });
});
