/** A provider whose addresses, keys or answers are not what they should be: O17, O18, O21. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { HttpBrowser } from '../../support/http-browser.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { LIES } from './hostile-providers.ts';
import type { HostileWorld } from './hostile-world.ts';

const MEGABYTE = 1_048_576;
type Answer = (response: ServerResponse, canaryUrl: string) => void;

const text =
  (
    status: number,
    type: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
const json = (status: number, body: string): Answer => text(status, 'application/json', body);

function endless(response: ServerResponse): void {
  const piece = Buffer.alloc(MEGABYTE, 0x20);
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    for (let count = 0; count < 50 && !response.destroyed; count += 1) {
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

const FAULTS: readonly (readonly [what: string, answer: Answer, codes: readonly ErrorCode[]])[] = [
  ['500', json(500, '{"error":"server_error"}'), ['idp.unavailable']],
  [
    '503 with a secret in it',
    json(503, '{"error":"x","error_description":"the-client-secret"}'),
    ['idp.unavailable'],
  ],
  ['a page', text(200, 'text/html', '<html>maintenance</html>'), ['idp.unavailable']],
  ['a page with an error', text(502, 'text/html', '<script>alert(1)</script>'), ['idp.unavailable']],
  ['nothing', json(200, ''), ['idp.unavailable']],
  ['204', (response) => response.writeHead(204).end(), ['idp.unavailable']],
  ['a list', json(200, '[]'), ['idp.unavailable']],
  ['null', json(200, 'null'), ['idp.unavailable']],
  ['half of a JSON', json(200, '{"id_token":"a.b'), ['idp.unavailable']],
  ['JSON 100,000 deep', json(200, `${'['.repeat(100_000)}${']'.repeat(100_000)}`), ['idp.unavailable']],
  ['no ID token', json(200, '{"access_token":"a","token_type":"Bearer"}'), ['idp.unavailable']],
  [
    'an ID token that is an object',
    json(200, '{"access_token":"a","token_type":"Bearer","id_token":{}}'),
    ['idp.unavailable'],
  ],
  ['no access token', json(200, '{"id_token":"a.b.c","token_type":"Bearer"}'), ['idp.unavailable']],
  [
    'a token of another type',
    json(200, '{"id_token":"a.b.c","access_token":"a","token_type":"mac"}'),
    ['idp.unavailable'],
  ],
  ['that the client is unknown', json(401, '{"error":"invalid_client"}'), ['idp.unavailable']],
  ['that the code is wrong', json(400, '{"error":"invalid_grant"}'), ['oidc.refused']],
  ['two megabytes', json(200, ' '.repeat(2 * MEGABYTE)), ['idp.unavailable']],
  ['50 megabytes', endless, ['idp.unavailable']],
  [
    'a gzip that unpacks to 100 megabytes',
    (response) => text(200, 'application/json', BOMB(), { 'content-encoding': 'gzip' })(response, ''),
    ['idp.unavailable'],
  ],
  ['a reset', (response) => response.socket?.resetAndDestroy(), ['idp.unavailable']],
  ...[301, 302, 303, 307, 308].map((status): readonly [string, Answer, readonly ErrorCode[]] => [
    `${status} to somebody else`,
    (response, canary) => response.writeHead(status, { location: canary }).end(),
    ['idp.unavailable'],
  ]),
  [
    'headers of 100 kB',
    (response) => response.writeHead(200, { 'x-large': 'x'.repeat(100_000) }).end('{}'),
    ['idp.unavailable'],
  ],
  ['silence', () => undefined, ['idp.timeout']],
  [
    'a byte at a time',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 200);
      response.once('close', () => clearInterval(timer));
    },
    ['idp.timeout'],
  ],
];

const BOMB = (): Buffer => gzipSync(Buffer.alloc(100 * MEGABYTE));

export function describeProviderFaults(world: () => HostileWorld): void {
  describe('a provider’s token endpoint', () => {
    it.each(FAULTS)(
      'O21: that answers with %s is refused within six seconds',
      async (_what, answer, codes) => {
        const attempt = await world().leave();
        const before = await residentMegabytes(world().pid);
        const startedAt = performance.now();
        const handle = (response: ServerResponse): void => answer(response, world().canaryUrl);
        const page = await attempt.bring(attempt.answer({ handle }));
        expect(performance.now() - startedAt).toBeLessThan(6_500);
        const code = codes.find((candidate) => candidate === codeOn(page)) ?? codes[0] ?? 'internal';
        world().expectRefusal(page, code);
        expect(page.text).not.toContain('alert(1)');
        expect((await residentMegabytes(world().pid)) - before).toBeLessThan(64);
        world().count('O21');
        await world().control(attempt);
      },
    );

    it('O21: that is silent for one provider does not hold up another', async () => {
      const slow = await world().leave();
      const waiting = slow.bring(slow.answer({ handle: () => undefined }));
      const startedAt = performance.now();
      await world().control(await world().leave('other'));
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      expect((await waiting).status).toBe(504);
      world().count('O21');
    });
  });

  describe('a provider’s own description', () => {
    it.each(Object.keys(LIES))('O17: with %s starts no sign-in', async (connector) => {
      const page = await new HttpBrowser().send(`${world().baseUrl}/sign-in/${connector}`);
      expect([page.status, codeOn(page)]).toEqual([502, 'idp.unavailable']);
      expect(page.headers.get('location')).toBeNull();
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(world().canary).toEqual([]);
      world().count('O17');
      // Once it says what is true, people sign in.
      const provider = world().providers.of(connector);
      provider.discovery = {};
      await world().control(await world().leave('elliptic'));
    });

    it.each([301, 302, 307, 308])('O17: by way of somebody else (%d) is not read', async (status) => {
      const provider = world().providers.of('redirecting');
      provider.handlers.set('/.well-known/openid-configuration', (_request, response) =>
        response
          .writeHead(status, { location: `${world().canaryUrl}/.well-known/openid-configuration` })
          .end(),
      );
      const page = await new HttpBrowser().send(`${world().baseUrl}/sign-in/redirecting`);
      expect([page.status, codeOn(page)]).toEqual([502, 'idp.unavailable']);
      expect(world().canary).toEqual([]);
      world().count('O17');
    });

    it('O17: of 50 megabytes is not read, and nothing is remembered of it', async () => {
      const provider = world().providers.of('failing');
      provider.handlers.set('/.well-known/openid-configuration', (_request, response) => endless(response));
      const before = await residentMegabytes(world().pid);
      const page = await new HttpBrowser().send(`${world().baseUrl}/sign-in/failing`);
      expect([page.status, codeOn(page)]).toEqual([502, 'idp.unavailable']);
      expect((await residentMegabytes(world().pid)) - before).toBeLessThan(64);
      provider.handlers.clear();
      world().count('O17');
    });
  });

  describe('a provider’s keys', () => {
    it('O18: one that appears just before it signs is found', async () => {
      const provider = world().providers.of('rotating');
      await world().control(await world().leave('rotating'));
      const attempt = await world().leave('rotating');
      await provider.rotate();
      const before = provider.reads.keys;
      await world().control(attempt);
      expect(provider.reads.keys).toBe(before + 1);
      world().count('O18');
    });

    it('O18: one that is never published is not found, and is not looked for again and again', async () => {
      const provider = world().providers.of('removing');
      await world().control(await world().leave('removing'));
      const before = provider.reads.keys;
      for (let round = 0; round < 5; round += 1) {
        const attempt = await world().leave('removing');
        const query = attempt.answer({ key: world().stranger });
        await world().expectRefused(attempt, query, { code: 'oidc.signature', tokenRequests: 1 });
        await world().control(attempt);
      }
      expect(provider.reads.keys - before).toBeLessThanOrEqual(2);
      world().count('O18');
    });

    it('O18: one that was taken away is refused, once the new set was read', async () => {
      const provider = world().providers.of('local');
      const old = provider.key();
      await world().control(await world().leave('local'));
      await provider.rotate();
      provider.keySet = { keys: [provider.key().publicJwk] };
      await world().control(await world().leave('local'));
      const attempt = await world().leave('local');
      await world().expectRefused(attempt, attempt.answer({ key: old }), {
        code: 'oidc.signature',
        tokenRequests: 1,
      });
      world().count('O18');
      await world().control(attempt);
    });

    // OpenID Connect Core section 10.1: where there are several keys, a token must name its own.
    it('O18: a token that names none is believed where there is one key, and not where there are two', async () => {
      const provider = world().providers.of('keyless');
      const [first, second] = [provider.key(), world().stranger];
      const nameless = ({ publicJwk: { kid: _kid, ...jwk } }: typeof first): object => jwk;
      const header = { kid: undefined };
      provider.keySet = { keys: [nameless(first)] };
      await world().control(await world().leave('keyless'), { header });
      const attempt = await world().leave('keyless');
      await world().expectRefused(attempt, attempt.answer({ key: second, header }), {
        code: 'oidc.signature',
        tokenRequests: 1,
      });
      const two = world().providers.of('keyless-two');
      two.keySet = { keys: [nameless(two.key()), nameless(second)] };
      const ambiguous = await world().leave('keyless-two');
      await world().expectRefused(ambiguous, ambiguous.answer({ header }), {
        code: 'oidc.signature',
        tokenRequests: 1,
      });
      world().count('O18', 'O18');
    });

    it.each([
      ['10,000 keys', 'crowded-10000'],
      ['no list', 'crowded-none'],
      ['symmetric keys', 'crowded-symmetric'],
    ])('O18: of which there are %s prove nothing', async (_what, connector) => {
      const provider = world().providers.of(connector);
      const { publicJwk } = provider.key();
      const sets: Readonly<Record<string, object>> = {
        'crowded-10000': { keys: Array.from({ length: 10_000 }, () => publicJwk) },
        'crowded-none': { keys: 'all' },
        'crowded-symmetric': { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: publicJwk.kid, alg: 'RS256' }] },
      };
      provider.keySet = sets[connector];
      const attempt = await world().leave(connector);
      const code = connector === 'crowded-symmetric' ? 'oidc.signature' : 'idp.unavailable';
      await world().expectRefused(attempt, attempt.answer(), { code, tokenRequests: 1 });
      world().count('O18');
    });

    it('O18: that cannot be read any more still hold, and a new one is not believed', async () => {
      const provider = world().providers.of('quiet');
      await world().control(await world().leave('quiet'));
      provider.handlers.set('/keys', (_request, response) => response.writeHead(500).end());
      await world().control(await world().leave('quiet'));
      const attempt = await world().leave('quiet');
      await world().expectRefused(attempt, attempt.answer({ key: world().stranger }), {
        code: 'oidc.signature',
        tokenRequests: 1,
      });
      await world().control(attempt);
      provider.handlers.clear();
      world().count('O18');
    });
  });
}

/** What the broker's process holds in memory. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
