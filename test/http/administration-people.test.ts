import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAs, withAdministrators } from '../support/administrators.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { recordedFor } from '../support/stored-audit.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const PEOPLE = '/api/v1/admin/people';

interface Summary {
  readonly id: string;
  readonly principal: string;
  readonly disabled?: { readonly by: string; readonly reason: string };
}
interface InFull extends Summary {
  readonly groups: readonly string[];
  readonly rolesCount: number;
  readonly sessions: readonly { readonly id: string }[];
  readonly tokens: readonly { readonly id: string; readonly label: string }[];
  readonly refusal?: string;
}

describe('people, by the API of administrators', () => {
  let broker: TestBroker;
  let alex: ApiClient;
  let erin: ApiClient;
  let nora: ApiClient;

  beforeAll(async () => {
    broker = await startTestBroker({
      access: withAdministrators,
    });
    [alex, erin, nora] = await Promise.all([
      clientAs(broker, 'alex.admin'),
      clientAs(broker, 'erin.engel'),
      clientAs(broker, 'nora.quinn'),
    ]);
  });
  afterAll(() => broker.close());

  async function found(text: string, client = alex): Promise<readonly Summary[]> {
    return (await client.get<{ people: Summary[] }>(`${PEOPLE}?q=${encodeURIComponent(text)}`)).body.people;
  }

  async function idOf(subject: string, connector = 'sandbox-saml'): Promise<string> {
    const people = await found(subject);
    return people.find(({ principal }) => principal === `user:${connector}:${subject}`)?.id ?? '';
  }

  const inFull = async (id: string): Promise<InFull> => (await alex.get<InFull>(`${PEOPLE}/${id}`)).body;

  const act = (client: ApiClient, path: string, body: object = {}): Promise<ApiAnswer<object>> =>
    client.post(`${PEOPLE}/${path}`, body);

  it('finds people by a part of subject, name or address, and takes wildcards as they are written', async () => {
    await clientAs(broker, 'erin.engel', 'sandbox-oidc');
    expect((await found('ERIN.eng')).map(({ principal }) => principal).toSorted()).toEqual([
      'user:sandbox-oidc:erin.engel',
      'user:sandbox-saml:erin.engel',
    ]);
    for (const text of ['%', '_', '\\', 'nobody at all']) expect(await found(text)).toEqual([]);
    expect(await found('')).toHaveLength(4);
    const wrong = await alex.get(`${PEOPLE}?cursor=abc`);
    expect(wrong.body).toMatchObject({ status: 400, code: 'request.malformed' });
  });

  it('tells what arrived of somebody, what they may use, and what acts for them', async () => {
    const id = await idOf('erin.engel');
    const token = await erin.post(`/api/v1/tokens`, { label: 'nightly', expiresInDays: 1 });
    expect(token.status).toBe(201);
    const person = await inFull(id);
    expect(person.groups).toContain('engineering');
    expect(person.sessions).toHaveLength(1);
    expect(person.tokens).toMatchObject([{ label: 'nightly' }]);
    expect(person).not.toHaveProperty('refusal');
    expect(JSON.stringify(person)).not.toMatch(/daypass_pat_|idHash/);
    const { body } = await alex.get<{ roles: { id: string; reason: object }[] }>(`${PEOPLE}/${id}/roles`);
    expect(body.roles).toHaveLength(person.rolesCount);
    const own = await erin.get<{ roles: object[] }>('/api/v1/roles');
    expect(body.roles).toEqual(own.body.roles);
    for (const unknown of ['nobody', `sandbox-saml.${'0'.repeat(64)}`, '%00'])
      expect((await alex.get(`${PEOPLE}/${unknown}`)).status).toBe(404);
  });

  it('W23: ends sessions and tokens of the person that the address names, and of nobody else', async () => {
    const other = await idOf('erin.engel', 'sandbox-oidc');
    const erinId = await idOf('erin.engel');
    const { sessions, tokens } = await inFull(erinId);
    const [session] = sessions;
    const [token] = tokens;
    for (const path of [`sessions/${session?.id ?? ''}/end`, `tokens/${token?.id ?? ''}/end`]) {
      expect((await act(alex, `${other}/${path}`)).body.code).toBe('request.not_found');
    }
    expect((await inFull(erinId)).sessions).toEqual(sessions);

    const ended = await act(alex, `${erinId}/tokens/${token?.id ?? ''}/end`);
    expect(recordedFor(broker, ended)).toMatchObject([
      {
        name: 'access-token.revoked',
        principal: 'user:sandbox-saml:alex.admin',
        detail: { person: 'user:sandbox-saml:erin.engel', label: 'nightly', cause: 'administrator' },
      },
    ]);
    expect((await inFull(erinId)).tokens).toEqual([]);
    const second = await clientAs(broker, 'erin.engel');
    await act(alex, `${erinId}/sessions/${session?.id ?? ''}/end`);
    expect((await erin.get('/api/v1/me')).status).toBe(401);
    expect((await second.get('/api/v1/me')).status).toBe(200);
    const all = await act(alex, `${erinId}/sessions/end`);
    expect(recordedFor(broker, all)).toMatchObject([{ name: 'session.revoked', detail: { sessions: 1 } }]);
    expect((await second.get('/api/v1/me')).status).toBe(401);
    erin = await clientAs(broker, 'erin.engel');
  });

  it('A06: lets whoever may only look, or change some accounts alone, see people and end nothing', async () => {
    const id = await idOf('alex.admin');
    const [session] = (await inFull(id)).sessions;
    for (const client of [nora, erin]) {
      const seen = await client.get<InFull>(`${PEOPLE}/${id}`);
      expect(seen.status).toBe(200);
      expect(seen.body.refusal).toMatch(/^You may /);
      for (const path of ['sessions/end', `sessions/${session?.id ?? ''}/end`, 'tokens/x/end']) {
        const refused = await act(client, `${id}/${path}`);
        expect(refused.body.code).toBe('administration.forbidden');
        expect(recordedFor(broker, refused)).toMatchObject([{ name: 'administration.denied' }]);
      }
      const refused = await act(client, `${id}/disable`, { reason: 'mine now' });
      expect(refused.body.code).toBe('administration.forbidden');
    }
    expect((await alex.get('/api/v1/me')).status).toBe(200);
  });

  it('W13: takes no field that it does not know, and no change without a reason', async () => {
    const id = await idOf('nora.quinn');
    for (const body of [{}, { reason: '' }, { reason: 'a', disabled: false }, { reason: 'a\nb' }]) {
      expect((await act(alex, `${id}/disable`, body)).body.code).toBe('request.malformed');
    }
    expect((await act(alex, `${id}/sessions/end`, { subject: 'alex.admin' })).status).toBe(400);
    expect((await alex.get(`${PEOPLE}?all=1`)).status).toBe(400);
    expect((await nora.get('/api/v1/me')).status).toBe(200);
  });

  it('disables somebody: all that acts for them ends, nothing begins, and another’s word changes nothing', async () => {
    const id = await idOf('erin.engel');
    const made = await erin.post<{ token: string }>('/api/v1/tokens', { label: 'script', expiresInDays: 1 });
    const script = new ApiClient(broker.baseUrl, { authorization: `Bearer ${made.body.token}` });
    expect((await script.get('/api/v1/me')).status).toBe(200);

    const reason = 'lost laptop';
    const disabled = await act(alex, `${id}/disable`, { reason });
    expect(disabled.status).toBe(200);
    expect(recordedFor(broker, disabled)).toMatchObject([
      {
        name: 'person.disabled',
        principal: 'user:sandbox-saml:alex.admin',
        detail: { person: 'user:sandbox-saml:erin.engel', reason },
      },
    ]);
    expect((await inFull(id)).disabled).toMatchObject({ by: 'user:sandbox-saml:alex.admin', reason });
    for (const client of [erin, script]) {
      expect((await client.get('/api/v1/me')).status).toBe(401);
      expect((await client.credentials('development-readonly')).status).toBe(401);
    }
    const page = await signIn(new HttpBrowser(), broker, { person: 'erin.engel', connector: 'sandbox-saml' });
    expect(page.status).toBe(403);
    expect(page.text).toContain('sign_in.disabled');
    const again = await act(alex, `${id}/disable`, { reason: 'twice' });
    expect(again.status).toBe(200);
    expect(recordedFor(broker, again)).toEqual([]);
    expect((await inFull(id)).disabled?.reason).toBe(reason);
    // Another way to sign in is another person.
    expect((await (await clientAs(broker, 'erin.engel', 'sandbox-oidc')).get('/api/v1/me')).status).toBe(200);

    expect((await act(alex, `${id}/enable`, { reason: 'found' })).status).toBe(200);
    expect((await script.get('/api/v1/me')).status).toBe(401);
    expect((await (await clientAs(broker, 'erin.engel')).get('/api/v1/me')).status).toBe(200);
    expect(await inFull(id)).not.toHaveProperty('disabled');
  });

  it('lets nobody disable themselves', async () => {
    const refused = await act(alex, `${await idOf('alex.admin')}/disable`, { reason: 'holiday' });
    expect(refused.body).toMatchObject({ code: 'administration.forbidden' });
    expect((await alex.get('/api/v1/me')).status).toBe(200);
  });
});
