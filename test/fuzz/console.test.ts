/** What a browser can bring to the console: federation parameters, addresses, cookies, role choices. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { anyChange, fewChanged, formText, hostileText } from './hostile.ts';
import type { Seen } from './shot.ts';
import { signedShot } from './signed-shot.ts';

let door: FuzzDoor;
let session: string;
let cookie: string;

beforeAll(async () => {
  door = await openFuzzDoor();
  const body = 'Action=GetFederationToken&Version=2011-06-15&Name=billing';
  const { text } = await door.fire(signedShot(door, { credentials: door.keyOf('reports'), body }));
  const member = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';
  session = JSON.stringify({
    sessionId: member('AccessKeyId'),
    sessionKey: member('SecretAccessKey'),
    sessionToken: member('SessionToken'),
  });
  cookie = await signIn();
});
afterAll(() => door.close());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function newSigninToken(): Promise<string> {
  const body = formText([
    ['Action', 'getSigninToken'],
    ['Session', session],
  ]);
  const { text } = await door.fire({ method: 'POST', path: '/federation', headers: FORM, body });
  return (JSON.parse(text) as { SigninToken: string }).SigninToken;
}

const login = (token: string): Record<string, string> => ({
  Action: 'login',
  Issuer: 'https://broker.example/roles',
  Destination: `${door.url}/console/home`,
  SigninToken: token,
});

async function signIn(): Promise<string> {
  const query = formText(Object.entries(login(await newSigninToken())));
  const seen = await door.fire({ method: 'GET', path: `/federation?${query}` });
  return (seen.headers['set-cookie'] ?? []).map((line) => line.slice(0, line.indexOf(';'))).join('; ');
}

/** Nothing may lead a browser away from here, whatever was asked for. */
function expectToStay({ headers }: Seen): void {
  const { location } = headers;
  if (location === undefined) return;
  const { origin, href } = new URL(location, door.url);
  if (href !== 'https://aws.amazon.com/iam') expect(origin).toBe(door.url);
}

const asGet = fc.boolean();
const bothWays = (
  path: string,
  body: string,
  get: boolean,
  headers: Record<string, string> = {},
): Promise<Seen> =>
  get
    ? door.fire({ method: 'GET', path: `${path}?${body}`.slice(0, 15_000), headers })
    : door.fire({ method: 'POST', path, headers: { ...FORM, ...headers }, body });

const AWAY = fc.constantFrom(
  ...[
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    'http:evil.example',
  ],
  ...[
    'https://console.aws.amazon.com@evil.example/',
    'https://console.aws.amazon.com.evil.example/',
    '\thttps://evil',
  ],
  ...[
    'https://console.aws.amazon.com/../../x',
    'https://console.aws.amazon.com/s3/home?x=%0d%0ay',
    '/console/../..//evil',
  ],
);

describe('whatever a browser brings', () => {
  const asked = fc.record({
    pairs: fewChanged({ Action: 'getSigninToken', Session: '{session}', SessionDuration: '900' }, anyChange),
    get: asGet,
  });
  fuzz(
    'a sign-in token is given for genuine credentials or not at all',
    { from: asked, runs: 400 },
    (input) => {
      const pairs = input.pairs.map(
        ([name, value]) => [name, value.replace('{session}', () => session)] as const,
      );
      return bothWays('/federation', formText(pairs), input.get);
    },
  );

  const json = fc.oneof(
    fc.json(),
    fc
      .dictionary(
        fc.constantFrom('sessionId', 'sessionKey', 'sessionToken', '__proto__'),
        fc.oneof(hostileText, fc.jsonValue()),
      )
      .map((value) => JSON.stringify(value)),
    fc.constantFrom('[', '{"a":').map((open) => open.repeat(3_000)),
  );
  fuzz('a session that is other JSON is refused', { from: json, runs: 250 }, async (input) => {
    const body = formText([
      ['Action', 'getSigninToken'],
      ['Session', input],
    ]);
    expect((await bothWays('/federation', body, false)).status).toBe(400);
  });

  const landing = fc.record({
    parameters: fewChanged(
      {
        Action: 'login',
        Issuer: 'https://broker.example/',
        Destination: '{url}/console/home',
        SigninToken: '{token}',
      },
      fc.oneof(
        anyChange,
        AWAY.map((text) => () => text),
      ),
    ),
    get: asGet,
    signedIn: fc.boolean(),
  });
  fuzz('a login stays on this site', { from: landing, runs: 300 }, async (input) => {
    const token = await newSigninToken();
    const pairs = input.parameters.map(
      ([name, value]) =>
        [name, value.replace('{url}', () => door.url).replace('{token}', () => token)] as const,
    );
    expectToStay(await bothWays('/federation', formText(pairs), input.get, input.signedIn ? { cookie } : {}));
  });

  const logout = fc.record({
    pairs: fewChanged(
      { Action: 'logout', redirect_uri: '{url}/console/home' },
      fc.oneof(
        anyChange,
        AWAY.map((text) => () => text),
      ),
    ),
    cookie: fc.oneof(hostileText, fc.constant('')),
  });
  fuzz('so does a logout', { from: logout, runs: 250 }, async (input) => {
    const pairs = input.pairs.map(([name, value]) => [name, value.replace('{url}', () => door.url)] as const);
    expectToStay(await bothWays('/oauth', formText(pairs), true, { cookie: headerSafe(input.cookie) }));
  });

  const page = fc.record({
    method: fc.constantFrom('GET', 'POST'),
    path: fc.oneof(
      fc.constantFrom(
        '/console',
        '/console/sign-out',
        '/console/s3/home',
        '/saml/role',
        '/saml/acs/SAMLSPX',
        '/saml',
        '/',
      ),
      fc.constantFrom(
        '/static/saml-metadata.xml',
        '/static/saml/SAMLSPX/saml-metadata.xml',
        '/_sandbox/play',
        '/_sandbox/assets/x',
      ),
      hostileText.map(
        (text) => `/console/${encodeURIComponent(Buffer.from(text).toString('utf8')).slice(0, 4_000)}`,
      ),
    ),
    cookie: fc.oneof(
      fc.constant('{own}'),
      hostileText.map((text) => `{own}${text}`),
      hostileText,
    ),
    body: fc.oneof(
      hostileText.map((text) =>
        formText([
          ['signIn', text],
          ['roleIndex', text],
          ['service', text],
          ['RelayState', text],
        ]),
      ),
      hostileText,
    ),
  });
  fuzz('every page takes any cookie, path and form', { from: page, runs: 400 }, async (input) => {
    const sent = headerSafe(input.cookie.replace('{own}', () => cookie));
    const { method, path, body } = input;
    const headers = { ...FORM, cookie: sent, accept: 'text/html' };
    expectToStay(await door.fire({ method, path, headers, ...(method === 'POST' ? { body } : {}) }));
  });

  it('signed in where everything was as it should be', async () => {
    const own = await signIn();
    const seen = await door.fire({ method: 'GET', path: '/console/home', headers: { cookie: own } });
    expect(seen).toMatchObject({ status: 200, text: expect.stringContaining('billing') as string });
    expect(door.outcomes.get('303')).toBeGreaterThan(1);
    expect(door.outcomes.get('400')).toBeGreaterThan(5);
  });
});

function headerSafe(text: string): string {
  return text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?').slice(0, 8_000);
}
