/** How long credentials live: asked of the broker, refused or granted to the second, judged by the sandbox's journal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfTokenOf } from '../../src/http/middleware/csrf-token.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { journal, lastCall, type JournalCall } from '../support/sandbox-aws.ts';
import {
  signIn,
  startTestBroker,
  type AccessFile,
  type ConnectorId,
  type TestBroker,
} from '../support/start-test-broker.ts';

interface Operation {
  readonly action: string;
  readonly role: string;
  readonly person: string;
  readonly connector: ConnectorId;
  readonly maximum: number;
  readonly usual: number;
}

const OPERATIONS: readonly Operation[] = [
  {
    action: 'AssumeRoleWithSAML',
    role: 'development-developer',
    person: 'erin.engel',
    connector: 'sandbox-saml',
    maximum: 43_200,
    usual: 5_400,
  },
  {
    action: 'AssumeRoleWithWebIdentity',
    role: 'development-data-analyst',
    person: 'erin.engel',
    connector: 'sandbox-saml',
    maximum: 43_200,
    usual: 5_400,
  },
  {
    action: 'AssumeRoleWithWebIdentity',
    role: 'development-data-analyst-own-token',
    person: 'erin.engel',
    connector: 'sandbox-oidc',
    maximum: 43_200,
    usual: 3_600,
  },
  {
    action: 'AssumeRole',
    role: 'production-ec2-operator',
    person: 'erin.engel',
    connector: 'sandbox-saml',
    maximum: 43_200,
    usual: 3_600,
  },
  {
    action: 'AssumeRole',
    role: 'production-support-operator',
    person: 'priya.nair',
    connector: 'sandbox-saml',
    maximum: 3_600,
    usual: 3_600,
  },
  {
    action: 'GetFederationToken',
    role: 'tools-reports',
    person: 'erin.engel',
    connector: 'sandbox-saml',
    maximum: 129_600,
    usual: 43_200,
  },
  {
    action: 'GetSessionToken',
    role: 'tools-session-without-mfa',
    person: 'alex.admin',
    connector: 'sandbox-saml',
    maximum: 129_600,
    usual: 43_200,
  },
];

/** Nothing but AWS's own limits stands in the way: every role and mapping allows the most it can. */
function generous(access: AccessFile): AccessFile {
  const session = access.roles?.find(({ id }) => id === 'tools-session');
  if (session === undefined) throw new Error('the sandbox has no role tools-session');
  const withoutMfa = {
    ...session,
    id: 'tools-session-without-mfa',
    grant: { method: 'get-session-token', credentialSource: 'tools' },
  } as const;
  const mappings = (access.mappings ?? []).map((mapping) => {
    if (mapping.id.startsWith('alex-tools-'))
      return { ...mapping, roles: { ids: ['tools-session', withoutMfa.id] } };
    if (mapping.id.startsWith('engineering-production-'))
      return { ...mapping, limits: { ...mapping.limits, maximumDurationSeconds: 43_200 } };
    if (mapping.id.startsWith('engineering-development-'))
      return { ...mapping, limits: { ...mapping.limits, defaultDurationSeconds: 5_400 } };
    return mapping.id.startsWith('payments-support-') ? { ...mapping, limits: {} } : mapping;
  });
  return { ...access, roles: [...(access.roles ?? []), withoutMfa], mappings };
}

let broker: TestBroker;
const browsers = new Map<string, HttpBrowser>();

beforeAll(async () => {
  broker = await startTestBroker({ access: generous });
});
afterAll(() => broker.close());

async function browserOf({
  person,
  connector,
}: Pick<Operation, 'person' | 'connector'>): Promise<HttpBrowser> {
  const key = `${person} ${connector}`;
  const known = browsers.get(key);
  if (known !== undefined) return known;
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  browsers.set(key, browser);
  return browser;
}

async function clientOf(operation: Operation): Promise<ApiClient> {
  return ApiClient.ofBrowser(await browserOf(operation), broker.baseUrl);
}

async function callsSince(id: number): Promise<readonly JournalCall[]> {
  return journal(broker.awsUrl, id);
}

async function newestCall(): Promise<number> {
  return (await journal(broker.awsUrl)).at(-1)?.id ?? 0;
}

describe.each(OPERATIONS)('$action for $role', (operation) => {
  const { action, role, maximum, usual } = operation;

  it.each([900, maximum])('asks AWS for the %i seconds that were asked for', async (durationSeconds) => {
    const client = await clientOf(operation);
    const { status, body } = await client.credentials(role, { durationSeconds });
    expect(status).toBe(200);
    const call = await lastCall(broker.awsUrl, action);
    expect(call.parameters['durationSeconds']).toBe(durationSeconds);
    const seconds = (Date.parse(body.expiresAt) - Date.now()) / 1_000;
    expect(Math.abs(seconds - durationSeconds)).toBeLessThan(30);
  });

  it.each([899, maximum + 1])('A14: refuses %i seconds before AWS is asked', async (durationSeconds) => {
    const client = await clientOf(operation);
    const before = await newestCall();
    const { status, body } = await client.credentials(role, { durationSeconds });
    expect([status, body.code]).toEqual([400, 'duration']);
    expect(body.title).toContain(`900 to ${maximum} seconds`);
    expect(await callsSince(before)).toEqual([]);
  });

  it('asks for the mapping’s default where nothing was asked for', async () => {
    const client = await clientOf(operation);
    expect((await client.credentials(role)).status).toBe(200);
    expect((await lastCall(broker.awsUrl, action)).parameters['durationSeconds']).toBe(usual);
  });

  it('says the same limits in the list of roles', async () => {
    const client = await clientOf(operation);
    const { body } = await client.get<{ roles: { id: string; durationSeconds: object }[] }>('/api/v1/roles');
    const listed = body.roles.find(({ id }) => id === role);
    expect(listed?.durationSeconds).toEqual({ minimum: 900, default: usual, maximum });
  });

  it('holds the page’s form to the same limits', async () => {
    const browser = await browserOf(operation);
    const address = `${broker.baseUrl}/roles/${role}/credentials`;
    for (const seconds of [899, maximum + 1]) {
      const page = await browser.post(address, { durationSeconds: String(seconds) });
      expect(page.status).toBe(400);
      expect(page.text).toContain('<code>duration</code>');
      expect(page.text).not.toContain('ASIA');
    }
    for (const seconds of [900, maximum]) {
      expect((await browser.post(address, { durationSeconds: String(seconds) })).status).toBe(200);
      expect((await lastCall(broker.awsUrl, action)).parameters['durationSeconds']).toBe(seconds);
    }
  });
});

describe('the one-hour cap of role chaining', () => {
  it('is said as the reason', async () => {
    const priya = await browserOf({ person: 'priya.nair', connector: 'sandbox-saml' });
    const client = ApiClient.ofBrowser(priya, broker.baseUrl);
    const { body } = await client.credentials('production-support-operator', { durationSeconds: 3_601 });
    expect(body.title).toContain('AWS caps chained role sessions at one hour');
  });
});

describe('A14: a duration that is not a whole number of seconds', () => {
  const role = 'development-developer';
  const erin = { person: 'erin.engel', connector: 'sandbox-saml' } as const;

  it.each([
    '"abc"',
    '"1e3"',
    '"3600"',
    '"3600.5"',
    '"-900"',
    '""',
    '3600.5',
    '-900',
    '-0',
    '0',
    '1e9',
    '1e400',
    '9007199254740993',
    'true',
    'null',
    '[]',
    '[3600]',
    '{}',
    '{"$gt":0}',
  ])('is refused by the API: %s', async (value) => {
    const client = ApiClient.ofBrowser(await browserOf(erin), broker.baseUrl);
    const before = await newestCall();
    const answer = await client.post(`/api/v1/roles/${role}/credentials`, `{"durationSeconds":${value}}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'duration']);
    expect(await callsSince(before)).toEqual([]);
  });

  it.each(['abc', '1e3', '3600.5', '-900', '+900', ' 900', '900 ', '0x384', '٩٠٠', '9'.repeat(400), '1 000'])(
    'is refused by the page: %j',
    async (durationSeconds) => {
      const browser = await browserOf(erin);
      const before = await newestCall();
      const page = await browser.post(`${broker.baseUrl}/roles/${role}/credentials`, { durationSeconds });
      expect(page.status).toBe(400);
      expect(page.text).toContain('<code>duration</code>');
      expect(await callsSince(before)).toEqual([]);
    },
  );

  it('is refused by the page when it comes twice', async () => {
    const browser = await browserOf(erin);
    const before = await newestCall();
    const cookies = browser.cookiesOf(broker.baseUrl);
    const csrfToken = csrfTokenOf(cookies.get('daypass-session') ?? '');
    const response = await fetch(`${broker.baseUrl}/roles/${role}/credentials`, {
      method: 'POST',
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: `csrfToken=${csrfToken}&durationSeconds=900&durationSeconds=3600`,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<code>request.malformed</code>');
    expect(await callsSince(before)).toEqual([]);
  });

  it('is the default where the page’s field was left empty', async () => {
    const browser = await browserOf(erin);
    const page = await browser.post(`${broker.baseUrl}/roles/${role}/credentials`, { durationSeconds: '' });
    expect(page.status).toBe(200);
    expect((await lastCall(broker.awsUrl, 'AssumeRoleWithSAML')).parameters['durationSeconds']).toBe(5_400);
  });
});

describe('the console', () => {
  it('lasts as long as was asked, within the same limits', async () => {
    const client = ApiClient.ofBrowser(
      await browserOf({ person: 'erin.engel', connector: 'sandbox-saml' }),
      broker.baseUrl,
    );
    const address = '/api/v1/roles/development-developer/console-url';
    expect((await client.post(address, { durationSeconds: 43_201 })).body.code).toBe('duration');
    const { status, body } = await client.post<{ url: string }>(address, { durationSeconds: 43_200 });
    expect(status).toBe(200);
    expect(new URL(body.url).searchParams.get('Action')).toBe('login');
    expect((await lastCall(broker.awsUrl, 'AssumeRoleWithSAML')).parameters['durationSeconds']).toBe(43_200);
  });
});
