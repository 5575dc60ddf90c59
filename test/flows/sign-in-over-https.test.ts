/** As in production: https in front, no sandbox, an identity provider that is known by its certificate alone. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, type Daypass } from '../../src/start.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { freePorts, ROOT_DIR } from '../support/start-test-broker.ts';

const HOST = 'daypass.example.com';
const ENTITY_ID = 'https://idp.example.com/metadata';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let daypass: Daypass;
let idp: FakeSamlIdp;
let directory: string;

beforeAll(async () => {
  idp = await startFakeSamlIdp();
  directory = await mkdtemp(join(tmpdir(), 'daypass-test-'));
  const [port] = await freePorts();
  const configFile = join(directory, 'daypass.yaml');
  const accessFile = join(directory, 'access.yaml');
  const connector = {
    kind: 'saml',
    id: 'corp',
    label: 'Corp',
    entityId: ENTITY_ID,
    ssoUrl: 'https://idp.example.com/sso',
    certificates: [idp.key().certificate],
  };
  await writeFile(accessFile, stringify({ connectors: [connector] }));
  const listen = { host: '127.0.0.1', port };
  const dataDir = join(directory, 'data');
  await writeFile(
    configFile,
    stringify({ baseUrl: `https://${HOST}`, listen, dataDir, logLevel: 'error', access: accessFile }),
  );
  daypass = await start({
    rootDir: ROOT_DIR,
    workingDirectory: directory,
    environment: { DAYPASS_CONFIG: configFile, DAYPASS_MASTER_KEY: randomBytes(32).toString('base64') },
  });
});
afterAll(async () => {
  await Promise.all([daypass.stop(), idp.close()]);
  await rm(directory, { recursive: true, force: true });
});

/** As the proxy in front passes it on. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, body?: string): Promise<Answer> {
  const { port } = daypass.config.listen;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          host: HOST,
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    asked.on('error', reject).end(body);
  });
}

function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('over https', () => {
  it('W04: a sign-in travels in __Host- cookies, and only the flow’s comes along from other sites', async () => {
    const left = await ask('/sign-in/corp?returnTo=/roles/x');
    expect(left.status).toBe(303);
    expect(left.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-daypass-flow=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=None; Secure$/,
      ),
    ]);
    const redirect = new URL(left.headers.location ?? '');
    expect(redirect.origin + redirect.pathname).toBe('https://idp.example.com/sso');

    const form = new URLSearchParams(idp.answer(redirect, { issuer: ENTITY_ID })).toString();
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://idp.example.com' };
    const forgotten = await ask('/saml/corp/acs', crossSite, form);
    expect([forgotten.status, forgotten.text.includes('saml.no_flow')]).toEqual([403, true]);

    const arrived = await ask('/saml/corp/acs', { ...crossSite, cookie: cookieOf(left) }, form);
    expect([arrived.status, arrived.headers.location]).toEqual([303, '/roles/x']);
    expect(arrived.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-daypass-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
    const me = await ask('/api/v1/me', { cookie: cookieOf(arrived) });
    expect(JSON.parse(me.text)).toMatchObject({
      id: 'user:corp:ann',
      groups: ['engineers', 'aws-admins-readonly'],
    });
  });

  it('W04: a cookie without the prefix is not ours', async () => {
    const left = await ask('/sign-in/corp');
    const redirect = new URL(left.headers.location ?? '');
    const form = new URLSearchParams(idp.answer(redirect, { issuer: ENTITY_ID })).toString();
    const cookie = cookieOf(left).replace('__Host-', '');
    expect((await ask('/saml/corp/acs', { cookie }, form)).status).toBe(403);
    const arrived = await ask('/saml/corp/acs', { cookie: cookieOf(left) }, form);
    const plain = cookieOf(arrived).replace('__Host-', '');
    expect((await ask('/api/v1/me', { cookie: plain })).status).toBe(401);
  });

  it('sends browsers here by https alone', async () => {
    const { headers } = await ask('/sign-in');
    expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
  });

  it('W06: believes no proxy that nobody named', async () => {
    const { status, text } = await ask('/sign-in', { host: 'evil.example', 'x-forwarded-host': HOST });
    expect([status, text.includes('request.unknown_host')]).toEqual([421, true]);
    const metadata = await ask('/saml/corp/metadata', {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    });
    expect(metadata.text).toContain(`https://${HOST}/saml/corp/acs`);
    expect(metadata.text).not.toContain('evil');
  });
});
