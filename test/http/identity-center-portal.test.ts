/** The SSO portal as clients read it: accounts, roles in pages, credentials, and their end; rows D09 and D11. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { IdentityCenterClient, send, type WireAnswer } from '../support/identity-center-client.ts';
import { callerIdentity } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

const PRODUCTION = '444455556666';
const MANY = '101010101010';
/** Enough roles that work which grows with their square would be felt. */
const MANY_ROLES = 10_000;

let broker: TestBroker;
let client: IdentityCenterClient;
let accessToken: string;

function withManyRoles(sandbox: AccessFile): AccessFile {
  const ids = Array.from({ length: MANY_ROLES }, (_, index) => `many-${String(index).padStart(5, '0')}`);
  const role = (id: string) => ({
    id,
    accountId: MANY,
    roleName: id,
    grant: { method: 'assume-role-with-saml' as const },
  });
  return {
    ...sandbox,
    accounts: [...(sandbox.accounts ?? []), { id: MANY, name: 'Many roles' }],
    roles: [...(sandbox.roles ?? []), ...ids.map(role)],
    mappings: [
      ...(sandbox.mappings ?? []),
      { id: 'many', connector: 'sandbox-oidc', groups: ['engineering'], roles: { pattern: 'many-*' } },
      {
        id: 'support',
        connector: 'sandbox-saml',
        groups: ['engineering'],
        roles: { ids: ['production-developer-step-up', 'tools-session'] },
      },
    ],
  };
}

beforeAll(async () => {
  broker = await startTestBroker({ access: withManyRoles });
  client = await IdentityCenterClient.register(broker.baseUrl);
  ({ accessToken } = await signedIn('sandbox-saml'));
}, 120_000);
afterAll(() => broker.close());

async function signedIn(connector: 'sandbox-saml' | 'sandbox-oidc'): Promise<{ accessToken: string }> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person: 'erin.engel', connector });
  return client.signIn(browser);
}

const portal = (path: string, token = accessToken): Promise<WireAnswer> => client.portal(path, token);

describe('lists', () => {
  it('the accounts, with a null where no page follows', async () => {
    const { status, body } = await portal('/assignment/accounts');
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextToken: null });
    expect(body['accountList']).toContainEqual({
      accountId: PRODUCTION,
      accountName: 'Example Production',
      emailAddress: '',
    });
  });

  it('the roles that a name alone is enough for: none for a service, none that needs a code', async () => {
    const names = async (accountId: string): Promise<unknown> =>
      (await portal(`/assignment/roles?account_id=${accountId}`)).body['roleList'];
    expect(await names(PRODUCTION)).toContainEqual({
      roleName: 'production-readonly',
      accountId: PRODUCTION,
    });
    const tools = JSON.stringify(await names('111122223333'));
    expect(tools).toContain('tools-reports');
    expect(tools).not.toContain('tools-edge-list-buckets');
    expect(tools).not.toContain('tools-session');
    expect(await names('999999999999')).toEqual([]);
  });

  it('goes through all pages of 10,000 roles, each once', async () => {
    const { accessToken: token } = await signedIn('sandbox-oidc');
    const seen: string[] = [];
    let next: unknown = '';
    do {
      const query = new URLSearchParams({ account_id: MANY, next_token: String(next) });
      const { status, body } = await portal(`/assignment/roles?${query.toString()}`, token);
      expect(status).toBe(200);
      seen.push(...(body['roleList'] as { roleName: string }[]).map(({ roleName }) => roleName));
      next = body['nextToken'];
    } while (next !== null);
    expect(seen).toHaveLength(MANY_ROLES);
    expect(new Set(seen).size).toBe(MANY_ROLES);
  }, 120_000);

  it('in pages of the size that is asked for', async () => {
    const { body } = await portal('/assignment/accounts?max_result=1');
    expect(body['accountList']).toHaveLength(1);
    const rest = await portal(`/assignment/accounts?next_token=${String(body['nextToken'])}`);
    expect(rest.body['accountList']).not.toContainEqual((body['accountList'] as unknown[])[0]);
  });

  it.each([
    '/assignment/accounts?max_result=0',
    '/assignment/accounts?max_result=101',
    '/assignment/accounts?max_result=1&max_result=2',
    '/assignment/accounts?max_result=1e1',
    '/assignment/accounts?next_token=bm90aGluZw',
    `/assignment/roles?account_id=${PRODUCTION}&next_token=${Buffer.from('after tools-reports').toString('base64url')}`,
    '/assignment/roles',
    `/federation/credentials?account_id=${PRODUCTION}`,
  ])('%s is InvalidRequest', async (path) => {
    expect(await portal(path)).toMatchObject({ status: 400, type: 'InvalidRequestException' });
  });
});

describe('credentials', () => {
  it('of a role, to the end', async () => {
    const answer = await client.credentials(accessToken, PRODUCTION, 'production-readonly');
    expect(answer.status).toBe(200);
    const { roleCredentials } = answer.body as {
      roleCredentials: {
        accessKeyId: string;
        secretAccessKey: string;
        sessionToken: string;
        expiration: number;
      };
    };
    const { expiration, ...keys } = roleCredentials;
    expect(expiration - Date.now()).toBeGreaterThan(3_500_000);
    const expiresAt = new Date(expiration).toISOString();
    const identity = await callerIdentity(broker.awsUrl, { ...keys, expiresAt });
    expect(identity.Arn).toMatch(/:assumed-role\/ReadOnly\/erin\.engel-/);
    expect(recordedFor(broker, answer).map(({ name }) => name)).toEqual([
      'credentials.requested',
      'credentials.issued',
    ]);
  });

  it.each([
    ['a role of somebody else', PRODUCTION, 'production-developer'],
    ['a role that does not exist', PRODUCTION, 'nothing'],
    ['a role under another account', '222233334444', 'production-readonly'],
    ['another case', PRODUCTION, 'Production-ReadOnly'],
    ['the name in AWS', PRODUCTION, 'ReadOnly'],
    ['an ARN', PRODUCTION, `arn:aws:iam::${PRODUCTION}:role/ReadOnly`],
    ['a path', PRODUCTION, '../production-readonly'],
    ['what an object is born with', PRODUCTION, '__proto__'],
  ])('D09: %s is Forbidden, in the same words', async (_name, accountId, roleName) => {
    const answer = await client.credentials(accessToken, accountId, roleName);
    expect(answer).toMatchObject({ status: 403, type: 'ForbiddenException' });
    expect(answer.body['message']).toMatch(
      /^There is no such role among those you may use\. Nothing that has arrived of you gives you a role of this name\. You are "[^"]+" of connector "sandbox-saml", with the groups .+\. See http/,
    );
    expect(recordedFor(broker, answer)).toMatchObject([
      { name: 'credentials.denied', detail: { reason: 'role.not_found' } },
    ]);
  });

  it.each([
    ['for a service', '111122223333', 'tools-edge-list-buckets', /lambda\.amazonaws\.com/],
    ['with an MFA code', '111122223333', 'tools-session', /MFA code/],
    ['after a stronger sign-in', PRODUCTION, 'production-developer-step-up', /stronger sign-in/],
  ])(
    'a role %s is Forbidden with the reason and the way to it',
    async (_name, accountId, roleName, reason) => {
      const answer = await client.credentials(accessToken, accountId, roleName);
      expect(answer).toMatchObject({ status: 403, type: 'ForbiddenException' });
      expect(answer.body['message']).toMatch(reason);
      expect(answer.body['message']).toContain(`See ${broker.baseUrl}/roles/${roleName}`);
    },
  );
});

describe('access tokens', () => {
  it.each([
    ['in the query', '/assignment/accounts?access_token=TOKEN&x-amz-sso_bearer_token=TOKEN', {}],
    ['in Authorization', '/assignment/accounts', { authorization: 'Bearer TOKEN' }],
    ['in a cookie', '/assignment/accounts', { cookie: 'x-amz-sso_bearer_token=TOKEN' }],
    ['not at all', '/assignment/accounts', {}],
  ])('D11: %s is Unauthorized', async (_name, path, headers) => {
    const withToken = Object.entries(headers).map(([name, value]) => [
      name,
      value.replace('TOKEN', accessToken),
    ]);
    const answer = await send(broker.baseUrl + path.replaceAll('TOKEN', accessToken), {
      headers: Object.fromEntries(withToken) as Record<string, string>,
    });
    expect(answer).toMatchObject({ status: 401, type: 'UnauthorizedException' });
  });

  it('D11: are nothing to the API of applications', async () => {
    const answer = await send(`${broker.baseUrl}/api/v1/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(answer.status).toBe(401);
  });

  it('end when the client logs out, with what would renew them', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    const tokens = await client.signIn(browser);
    const logout = await client.portal('/logout', tokens.accessToken, 'POST');
    expect([logout.status, logout.body['text']]).toEqual([200, '']);
    expect(recordedFor(broker, logout)).toMatchObject([
      { name: 'access-token.revoked', detail: { cause: 'client' } },
    ]);
    expect(await portal('/assignment/accounts', tokens.accessToken)).toMatchObject({ status: 401 });
    expect(await client.refresh(tokens.refreshToken)).toMatchObject({ status: 400 });
    expect(await client.portal('/logout', tokens.accessToken, 'POST')).toMatchObject({ status: 401 });
  });
});

it.each(['GET', 'HEAD'])(
  '%s /start leads the AWS CLI to a name of AWS’s, and browsers home',
  async (method) => {
    const start = (userAgent: string) =>
      send(`${broker.baseUrl}/start`, { method, headers: { 'user-agent': userAgent } });
    const location = async (userAgent: string) => {
      const { status, headers } = await start(userAgent);
      return [status, headers.get('location')];
    };
    expect(await location('Python-urllib/3.14')).toEqual([302, 'https://daypass.awsapps.com/start']);
    expect(await location('Mozilla/5.0')).toEqual([302, '/']);
  },
);
