/** A person's own token, from its making to an AWS call, and everything that must not get it further. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { callerIdentity } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';

interface Token {
  readonly id: string;
  readonly token: string;
  readonly label: string;
  readonly roles?: readonly string[];
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

const ROLE = 'production-readonly';
const DAY_MS = 86_400_000;
const WISH = { label: 'Nightly report', expiresInDays: 30 };

let broker: TestBroker;
let clockOffset = 0;

beforeAll(async () => {
  broker = await startTestBroker({
    settings: { personalTokens: { maximumDays: 60, signInDays: 20 } },
    clock: { now: () => new Date(Date.now() + clockOffset) },
  });
});
afterAll(() => broker.close());
beforeEach(() => {
  clockOffset = 0;
});

async function signedIn(person = 'erin.engel'): Promise<{ browser: HttpBrowser; api: ApiClient }> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector: 'sandbox-oidc' });
  return { browser, api: ApiClient.ofBrowser(browser, broker.baseUrl) };
}

const withToken = ({ token }: { readonly token: string }): ApiClient =>
  new ApiClient(broker.baseUrl, { authorization: `Bearer ${token}` });

const create = (api: ApiClient, wish: object = {}, headers = {}): Promise<ApiAnswer<Token>> =>
  api.post<Token>('/api/v1/tokens', { ...WISH, ...wish }, headers);

const listed = async (api: ApiClient): Promise<readonly Omit<Token, 'token'>[]> =>
  (await api.get<{ tokens: readonly Token[] }>('/api/v1/tokens')).body.tokens;

describe('a personal token', () => {
  it('is shown once, and gets its person’s credentials', async () => {
    const { api } = await signedIn();
    const made = await create(api);
    expect([made.status, made.body.token]).toEqual([
      201,
      expect.stringMatching(/^daypass_pat_[\w-]{43}$/) as string,
    ]);
    expect(Date.parse(made.body.expiresAt) - Date.parse(made.body.createdAt)).toBe(30 * DAY_MS);
    const handedOut = await withToken(made.body).credentials(ROLE);
    expect((await callerIdentity(broker.awsUrl, handedOut.body)).Arn).toContain(
      'assumed-role/ReadOnly/erin.engel',
    );
    const shown = (await listed(api)).find(({ id }) => id === made.body.id) ?? expect.fail();
    expect({ ...shown, token: made.body.token }).toEqual(made.body);
    expect(JSON.stringify(storedAudit(broker))).not.toContain(made.body.token);
    expect(recordedFor(broker, made)).toMatchObject([
      {
        name: 'access-token.issued',
        principal: 'user:sandbox-oidc:erin.engel',
        detail: { kind: 'personal', authorization: shown.id, label: WISH.label, expiresAt: shown.expiresAt },
      },
    ]);
  });

  it('works on when its person signs out, and after a restart', async () => {
    const { browser, api } = await signedIn();
    const { body } = await create(api);
    const page = await browser.get(`${broker.baseUrl}/`);
    await browser.submit(page, '/sign-out');
    await broker.restart();
    expect((await api.get('/api/v1/me')).status).toBe(401);
    expect((await withToken(body).get('/api/v1/me')).body).toMatchObject({
      id: 'user:sandbox-oidc:erin.engel',
      groups: expect.arrayContaining(['engineering']) as string[],
    });
  });

  it('is for the roles alone that were chosen', async () => {
    const { api } = await signedIn();
    const { body } = await create(api, { roles: [ROLE] });
    const client = withToken(body);
    const roles = await client.get<{ roles: { id: string }[] }>('/api/v1/roles');
    expect(roles.body.roles.map(({ id }) => id)).toEqual([ROLE]);
    expect((await client.credentials(ROLE)).status).toBe(200);
    const other = await client.credentials('development-readonly');
    expect([other.status, other.body.code]).toEqual([403, 'token.role']);
  });

  it('A01: ends at once when its person ends it, and nobody else can', async () => {
    const { api } = await signedIn();
    const stranger = await signedIn('priya.nair');
    const { body } = await create(api);
    const revoke = `/api/v1/tokens/${body.id}/revoke`;
    const foreign = await stranger.api.post(revoke);
    expect([foreign.status, foreign.body.code]).toEqual([404, 'request.not_found']);
    expect((await listed(stranger.api)).map(({ id }) => id)).not.toContain(body.id);
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
    const ended = await api.post(revoke);
    expect([ended.status, ended.body]).toEqual([200, {}]);
    expect(recordedFor(broker, ended)).toMatchObject([
      { name: 'access-token.revoked', detail: { kind: 'personal', authorization: body.id } },
    ]);
    expect((await withToken(body).get('/api/v1/me')).body.code).toBe('token.invalid');
    expect((await api.post(revoke)).status).toBe(404);
  });

  it('A01: ends by itself', async () => {
    const { api } = await signedIn();
    const { body } = await create(api, { expiresInDays: 2 });
    clockOffset = 2 * DAY_MS - 60_000;
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
    clockOffset = 2 * DAY_MS;
    expect((await withToken(body).get('/api/v1/me')).body.code).toBe('token.invalid');
  });

  it('A01: rests while its person has not signed in for long, and not with their next sign-in', async () => {
    const { api } = await signedIn('nora.quinn');
    const { body } = await create(api, { expiresInDays: 60 });
    clockOffset = 20 * DAY_MS - 60_000;
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
    clockOffset = 20 * DAY_MS;
    expect((await withToken(body).get('/api/v1/me')).body.code).toBe('token.invalid');
    clockOffset = 0;
    await signedIn('nora.quinn');
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
  });

  it('A01: rests while its person’s provider refuses them', async () => {
    const { api } = await signedIn('carlos.ortiz');
    const { body } = await create(api);
    const person = { connectorId: 'sandbox-oidc', subject: 'carlos.ortiz' };
    await broker.whileDown((stores) => stores.people.refuse(person, new Date()));
    expect((await withToken(body).get('/api/v1/me')).body.code).toBe('token.invalid');
    await signedIn('carlos.ortiz');
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
  });
});

describe('the making of a personal token', () => {
  it('A05: takes a sign-in session: no token makes, lists or ends tokens', async () => {
    const { api } = await signedIn();
    const { body } = await create(api);
    const application = await ApiClient.ofApplication(
      broker.baseUrl,
      'billing-report',
      SANDBOX_SECRETS['billing-report'],
    );
    for (const client of [withToken(body), application]) {
      const answers = [
        await create(client),
        await client.get('/api/v1/tokens'),
        await client.post(`/api/v1/tokens/${body.id}/revoke`),
      ];
      expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual(
        Array.from({ length: 3 }, () => [403, 'session.only']),
      );
    }
    expect((await withToken(body).get('/api/v1/me')).status).toBe(200);
  });

  it('A06: narrows to roles of one’s own alone', async () => {
    const { api } = await signedIn('nora.quinn');
    const answer = await create(api, { roles: [ROLE] });
    expect([answer.status, answer.body.code]).toEqual([404, 'role.not_found']);
    expect(answer.body.title).toContain(ROLE);
    const none = await create(api, { roles: ['__proto__'] });
    expect([none.status, none.body.code]).toEqual([404, 'role.not_found']);
  });

  it.each([
    ['no label', { label: undefined }],
    ['an empty label', { label: '' }],
    ['a label of spaces', { label: '   ' }],
    ['a label of two lines', { label: 'a\nb' }],
    ['an endless label', { label: 'a'.repeat(101) }],
    ['no end', { expiresInDays: undefined }],
    ['no life', { expiresInDays: 0 }],
    ['a life beyond the longest', { expiresInDays: 61 }],
    ['half a day', { expiresInDays: 0.5 }],
    ['days as text', { expiresInDays: '30' }],
    ['no role at all', { roles: [] }],
    ['roles as a text', { roles: ROLE }],
    ['more roles than anybody narrows to', { roles: Array.from({ length: 101 }, () => ROLE) }],
    ['a field that there is not', { owner: { connectorId: 'sandbox-oidc', subject: 'alex.admin' } }],
    ['an id of one’s choice', { id: 'mine' }],
    ['a token of one’s choice', { token: 'daypass_pat_mine' }],
  ])('A06: refuses %s', async (_what, wish) => {
    const { api } = await signedIn();
    const answer = await create(api, wish);
    expect([answer.status, answer.body.code]).toEqual([400, 'request.malformed']);
  });

  it('takes the session’s own site alone', async () => {
    const { browser } = await signedIn();
    const cookie = [...browser.cookiesOf(broker.baseUrl)].map((pair) => pair.join('=')).join('; ');
    const foreign = new ApiClient(broker.baseUrl, { cookie, 'sec-fetch-site': 'cross-site' });
    expect((await create(foreign)).body.code).toBe('request.cross_site');
  });

  it('makes one token of fifty requests with one Idempotency-Key, and says where to look', async () => {
    const { api } = await signedIn('alex.admin');
    const key = { 'idempotency-key': 'a-key-of-my-own' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(api, {}, key)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const repeated = answers.filter(({ status }) => status === 409);
    expect(repeated).toHaveLength(49);
    expect(repeated[0]?.body).toMatchObject({
      code: 'request.repeated',
      title: expect.stringContaining('among your tokens') as string,
    });
    expect(await listed(api)).toHaveLength(1);

    await broker.restart();
    expect((await create(api, {}, key)).status, 'after a restart').toBe(409);
    expect((await create(api, { label: 'Another' }, key)).status, 'with another body').toBe(409);
    const another = await signedIn('priya.nair');
    expect((await create(another.api, {}, key)).status, 'somebody else’s key').toBe(201);
    expect((await create(api, {}, { 'idempotency-key': 'another' })).status).toBe(201);
  });

  it('does not spend the key of a request that was refused', async () => {
    const { api } = await signedIn();
    const key = { 'idempotency-key': 'good-for-one' };
    expect((await create(api, { roles: ['no-such-role'] }, key)).status).toBe(404);
    expect((await create(api, {}, key)).status).toBe(201);
  });

  it.each([' ', 'two words', 'a'.repeat(256), 'é'])('refuses the Idempotency-Key %j', async (key) => {
    const { api } = await signedIn();
    const answer = await create(api, {}, { 'idempotency-key': key });
    expect([answer.status, answer.body.code]).toEqual([400, 'request.malformed']);
  });

  it('ends at a number that a person can look through', async () => {
    const { api } = await signedIn('carlos.ortiz');
    const before = (await listed(api)).length;
    for (let made = before; made < 50; made += 1) expect((await create(api)).status).toBe(201);
    const answer = await create(api);
    expect([answer.status, answer.body.code]).toEqual([409, 'token.too_many']);
    const [newest] = await listed(api);
    await api.post(`/api/v1/tokens/${newest?.id ?? ''}/revoke`);
    expect((await create(api)).status).toBe(201);
  });
});
