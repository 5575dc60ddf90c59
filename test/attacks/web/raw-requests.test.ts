/** Bytes that no browser sends: requests with two readings, odd addresses and methods, and clients that dawdle. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, type RawAnswer } from '../../support/raw-request.ts';
import { startTestBroker, type TestBroker } from '../../support/start-test-broker.ts';
import { ask, cookieOf, signedInBrowser } from './signed-in.ts';

let broker: TestBroker;
let port: number;
let cookie: string;

beforeAll(async () => {
  broker = await startTestBroker();
  ({ port } = broker.daypass.config.listen);
  cookie = cookieOf(await signedInBrowser(broker), broker);
  dawdlers = dawdle();
});
afterAll(async () => {
  dawdlers.stop();
  await broker.close();
});

const FORM = 'application/x-www-form-urlencoded';
const host = (): string => `Host: localhost:${port}\r\n`;
const send = (text: string): Promise<RawAnswer> => rawRequest(port, text);

interface Dawdlers {
  readonly all: readonly Socket[];
  /** Milliseconds from the start, of each that was sent away. */
  readonly closedAfter: readonly number[];
  readonly startedAt: number;
  stop(): void;
}

/** They hang about for as long as they are let, which is as long as all other tests here take. */
let dawdlers: Dawdlers;

function dawdle(): Dawdlers {
  const open = (first: string): Socket => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(first));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const slowHead = `GET /sign-in HTTP/1.1\r\n${host()}X-Slow: `;
  const slowBody = `POST /api/oauth/token HTTP/1.1\r\n${host()}Content-Type: ${FORM}\r\nContent-Length: 9000\r\n\r\n`;
  const all = Array.from({ length: 200 }, (_, index) => open(index < 150 ? slowHead : slowBody));
  const startedAt = performance.now();
  const closedAfter: number[] = [];
  for (const socket of all) {
    socket.resume();
    socket.on('close', () => closedAfter.push(performance.now() - startedAt));
  }
  const drip = setInterval(() => all.forEach((socket) => socket.writable && socket.write('a')), 500);
  const stop = (): void => {
    clearInterval(drip);
    for (const socket of all) socket.destroy();
  };
  return { all, closedAfter, startedAt, stop };
}

describe('W19: clients that dawdle', () => {
  it('hold nobody up', async () => {
    await sleep(500);
    expect(dawdlers.closedAfter).toEqual([]);
    const times: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      const before = performance.now();
      expect((await ask(broker, '/sign-in')).status).toBe(200);
      expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
      times.push(performance.now() - before);
    }
    expect(times.toSorted((one, other) => one - other)[15]).toBeLessThan(500);
  });
});

/** Every kind of address that answers: pages, files, the API, what is open to everybody. */
const PATHS = [
  '/sign-in',
  '/',
  '/api/v1/me',
  '/healthz',
  '/readyz',
  '/aws/jwks.json',
  '/public/css/tokens.css',
  '/x',
];

/** How many answers came over one connection: a smuggled request would add one. */
const answersIn = (text: string): number => text.split('HTTP/1.1 ').length;

describe('W18: a request with two readings', () => {
  describe.each(PATHS)('to %s', (path) => {
    it.each([
      ['a length and chunks', 'POST', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['chunks and a length', 'POST', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n'],
      ['two lengths', 'POST', 'Content-Length: 0\r\nContent-Length: 44\r\n\r\n'],
      ['two lengths in one', 'POST', 'Content-Length: 0, 44\r\n\r\n'],
      ['a length with a sign', 'POST', 'Content-Length: +0\r\n\r\n'],
      ['a negative length', 'POST', 'Content-Length: -1\r\n\r\n'],
      ['a length in hex', 'POST', 'Content-Length: 0x0\r\n\r\n'],
      ['an encoding that nobody knows', 'GET', 'Transfer-Encoding: xchunked\r\n\r\n'],
      ['an encoding that nobody knows, by POST', 'POST', 'Transfer-Encoding: xchunked\r\n\r\n'],
      ['an encoding with a quote', 'GET', 'Transfer-Encoding: "chunked"\r\n\r\n'],
      ['an encoding of none', 'GET', 'Transfer-Encoding: identity\r\n\r\n'],
      ['chunks twice', 'POST', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['chunks before another encoding', 'POST', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
      ['another encoding before chunks', 'POST', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
      ['a space before the colon', 'POST', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
      ['a tab in the encoding', 'POST', 'Transfer-Encoding: \tchun\tked\r\n\r\n0\r\n\r\n'],
      ['a folded header', 'GET', 'X-A: b\r\n c: d\r\n\r\n'],
      ['a bare line feed', 'GET', 'X-A: b\nX-C: d\r\n\r\n'],
      ['a bare carriage return', 'GET', 'X-A: b\rX-C: d\r\n\r\n'],
      ['a null byte', 'GET', 'X-A: b\u0000\r\n\r\n'],
      ['a header without a name', 'GET', ': b\r\n\r\n'],
      ['a second host', 'GET', 'Host: evil.example\r\n\r\n'],
      ['a second host in other letters', 'GET', 'hOsT: evil.example\r\n\r\n'],
      ['the same host twice', 'GET', 'HOST\r\n\r\n'],
    ])('is refused, and its connection ended: %s', async (_what, method, rest) => {
      const tail = rest.replace(/^HOST\r\n/, host());
      const smuggled = `GET /api/v1/me HTTP/1.1\r\n${host()}\r\n`;
      const answer = await send(`${method} ${path} HTTP/1.1\r\n${host()}${tail}${smuggled}`);
      expect(answer.status).toBe(400);
      expect(answersIn(answer.text)).toBe(1);
    });

    it.each([
      ['a line of HTTP/0.9', () => `GET ${path}\r\n\r\n`],
      ['a version of its own', () => `GET ${path} HTTP/0.9\r\n${host()}\r\n`],
      ['another version', () => `GET ${path} HTTP/1.2\r\n${host()}\r\n`],
      ['a version that is to come', () => `GET ${path} HTTP/3.0\r\n${host()}\r\n`],
      ['no host', () => `GET ${path} HTTP/1.1\r\n\r\n`],
      ['a whole address as target', () => `GET http://localhost:${port}${path} HTTP/1.1\r\n${host()}\r\n`],
      ['a foreign address as target', () => `GET http://evil.example${path} HTTP/1.1\r\n${host()}\r\n`],
      ['a target without a slash', () => `GET ${path.slice(1)}x HTTP/1.1\r\n${host()}\r\n`],
      ['two spaces before the version', () => `GET ${path}  x HTTP/1.1\r\n${host()}\r\n`],
      [
        'chunks in HTTP/1.0',
        () => `POST ${path} HTTP/1.0\r\n${host()}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
    ])('is refused: %s', async (_what, request) => {
      expect((await send(request())).status).toBe(400);
    });
  });

  it('is not taken for one because its head comes in pieces', async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    for (const piece of `GET /healthz HTTP/1.1\r\n${host()}\r\n`.match(/[\s\S]{1,7}/g) ?? []) {
      socket.write(piece);
      await sleep(1);
    }
    expect(await answered).toContain('200 OK');
    socket.destroy();
  });
});

describe('W06: a host that is not ours', () => {
  const ODD = [
    'evil.example',
    'localhost',
    'a@localhost',
    'evil.example@localhost',
    'localhost/evil',
    'localhost.',
    'localhost:0',
    '127.0.0.1',
    '[::1]',
    'localhost evil',
    '',
  ];

  it.each(ODD)('%j is told nothing and given nothing', async (name) => {
    for (const path of [
      '/',
      '/sign-in',
      '/api/v1/me',
      '/api/oauth/token',
      '/aws/saml/metadata',
      '/public/css/tokens.css',
    ]) {
      const answer = await send(
        `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nCookie: ${cookie}\r\nConnection: close\r\nX-Forwarded-Host: localhost:${port}\r\n\r\n`,
      );
      expect([path, answer.status]).toEqual([path, 421]);
      expect(answer.text).not.toContain('evil');
      expect(answer.text).not.toContain('erin');
    }
  });
});

describe('W22: a method', () => {
  it.each([
    'get',
    'Get',
    'post',
    'TRACE',
    'TRACK',
    'PURGE',
    'CONNECT',
    'DEBUG',
    'PROPFIND',
    'GET\t',
    'G\u0000ET',
    'PUT',
    'DELETE',
  ])('that is not ours does nothing: %j', async (method) => {
    for (const path of [
      '/',
      '/sign-out',
      '/roles/development-developer/credentials',
      '/healthz',
      '/api/v1/me',
    ]) {
      const answer = await send(
        `${method} ${path} HTTP/1.1\r\n${host()}Cookie: ${cookie}\r\nSec-Fetch-Site: same-origin\r\nX-Canary: canary\r\nConnection: close\r\n\r\n`,
      );
      // The parser refuses what is no method it knows; CONNECT it answers by hanging up.
      expect([400, 405, ...(method === 'CONNECT' ? [0] : [])]).toContain(answer.status);
      expect(answer.text).not.toContain('canary');
    }
    expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'is not what %s says',
    async (name) => {
      const page = await ask(broker, '/sign-out', {
        headers: { [name]: 'POST', cookie, 'sec-fetch-site': 'same-origin' },
      });
      expect(page.status).toBe(405);
      const posted = await ask(broker, '/sign-in?_method=GET', {
        method: 'POST',
        headers: { [name]: 'GET', cookie },
      });
      expect(posted.status).toBe(405);
      expect((await ask(broker, '/api/v1/me', { headers: { cookie } })).status).toBe(200);
    },
  );
});

describe('W21: an address', () => {
  const CREDENTIALS = '/api/v1/roles/development-developer/credentials';
  const spellings = (path: string): readonly string[] => [
    `/${path}`,
    `/.${path}`,
    `/x/..${path}`,
    `/x/%2e%2e${path}`,
    `/%2e${path}`,
    `${path};x=y`,
    `${path}%00`,
    `${path}%20`,
    `${path}/.`,
    path.replaceAll('/', '//'),
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '%252f'),
    path.replaceAll('/', '\\'),
    path.replace('api', '%61pi').replace('roles', '%72oles'),
    `${path}#x`,
    `${path}.json`,
    `${path}%2f..%2f..`,
    `/public/..${path}`,
    `/public/%2e%2e${path}`,
    `/healthz/..${path}`,
    `/healthz/%2e%2e${path}`,
    `/healthz${path}`,
    `/saml/x/acs/..${path}`,
  ];

  it.each([CREDENTIALS, '/api/v1/me', '/api/v1/roles', '/roles/development-developer', '/'])(
    'is no way around the sign-in, however it is spelt: %s',
    async (path) => {
      for (const spelling of [...spellings(path), path.toUpperCase(), `${path}/`]) {
        // Which is the health check's own address.
        if (spelling === '/healthz/') continue;
        const method = path === CREDENTIALS ? 'POST' : 'GET';
        const answer = await send(
          `${method} ${spelling} HTTP/1.1\r\n${host()}Sec-Fetch-Site: same-origin\r\nConnection: close\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`,
        );
        expect([spelling, answer.status]).toEqual([
          spelling,
          expect.toBeOneOf([303, 400, 401, 403, 404, 405]),
        ]);
        expect(answer.text).not.toMatch(/accessKeyId|"roles"|root:|daypass\.db/i);
        if (answer.status === 303)
          expect(answer.headers.get('location')).toMatch(/^\/sign-in(?:\?returnTo=%2F|$)/);
      }
    },
  );

  it.each([
    '/public/../package.json',
    '/public/%2e%2e/package.json',
    '/public/..%2fpackage.json',
    '/public/..%5cpackage.json',
    '/public/....//package.json',
    '/public/x/../../package.json',
    '/public/%252e%252e/package.json',
    '/public//etc/passwd',
    '/public/css/tokens.css%00.js',
    '/public/.git/config',
    '/public/css/',
    '/public',
    '/views/pages/error.ejs',
    '/package.json',
    '/.env',
    '/data/daypass.db',
    '/public/abc/../../views/pages/role.ejs',
  ])('leads to no file of ours but the public ones: %s', async (path) => {
    const answer = await send(`GET ${path} HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`);
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.text).not.toMatch(/"dependencies"|<%|root:x/);
  });
});

describe('W20: a body', () => {
  const post = (
    path: string,
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
    encoding = 'identity',
  ): ReturnType<typeof ask> =>
    ask(broker, path, {
      method: 'POST',
      body,
      headers: {
        'content-type': type,
        'content-encoding': encoding,
        cookie,
        'sec-fetch-site': 'same-origin',
      },
    });

  it.each([
    ['/api/oauth/token', FORM],
    ['/api/v1/roles/development-developer/credentials', 'application/json'],
    ['/roles/development-developer/credentials', FORM],
    ['/saml/sandbox-saml/acs', FORM],
    ['/sign-out', FORM],
  ])('that unpacks to a hundred megabytes is refused early: %s', async (path, type) => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(100 * 1_048_576, 0x61)));
    const started = performance.now();
    const before = process.memoryUsage.rss();
    const answer = await post(path, type, bomb, 'gzip');
    expect([400, 413]).toContain(answer.status);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(60 * 1_048_576);
  });

  it.each([
    ['an unknown encoding', 'application/json', 'x-unknown'],
    ['UTF-7', 'application/json; charset=utf-7', 'identity'],
    ['EBCDIC', 'application/json; charset=ibm037', 'identity'],
    ['a charset that is a path', 'application/json; charset=../../x', 'identity'],
    ['XML', 'application/xml', 'identity'],
    ['YAML', 'application/yaml', 'identity'],
  ])('in %s is refused', async (_what, type, encoding) => {
    const answer = await post('/api/v1/roles/development-developer/credentials', type, '{}', encoding);
    expect([answer.status, answer.code]).toEqual([400, 'request.malformed']);
  });

  it.each(['/api/oauth/token', '/saml/sandbox-saml/acs', '/oidc/sandbox-oidc/backchannel-logout'])(
    'of ten megabytes without a length is not read to its end: %s',
    async (path) => {
      const chunk = `${(65_536).toString(16)}\r\n${'a'.repeat(65_536)}\r\n`;
      const head = `POST ${path} HTTP/1.1\r\n${host()}Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
      const answer = await send(head + chunk.repeat(160) + '0\r\n\r\n');
      expect([400, 413]).toContain(answer.status);
    },
  );
});

describe('W19: clients that dawdle', () => {
  it('are sent away', { timeout: 60_000 }, async () => {
    const { all, closedAfter, startedAt } = dawdlers;
    while (closedAfter.length < all.length && performance.now() - startedAt < 45_000) await sleep(100);
    expect(closedAfter).toHaveLength(200);
    const sorted = closedAfter.toSorted((one, other) => one - other);
    expect(sorted[149]).toBeLessThan(20_000);
    expect(sorted[199]).toBeLessThan(40_000);
  });
});
