import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakGlassSecret, secondPersonSettings } from '../support/second-person.ts';
import { clientAs, visitAs, withAdministrators, withPriya } from '../support/administrators.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { recordedFor } from '../support/stored-audit.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const ADMIN = '/api/v1/admin';

interface Edit {
  readonly list: string;
  readonly id?: string;
  readonly entry?: object;
}
interface Made {
  readonly version?: number;
  readonly proposal?: { readonly id: string; readonly url: string };
}
interface Read {
  readonly state: string;
  readonly author: string;
  readonly isOwn: boolean;
  readonly impact?: { readonly roles: readonly { readonly roleId: string }[] };
  readonly obstacle?: string;
  readonly whyNotApprove?: string;
  readonly whyNotReject?: string;
  readonly decision?: { readonly by: string; readonly reason?: string; readonly version?: number };
  readonly edits: readonly Edit[];
}

const ALEX = 'user:sandbox-saml:alex.admin';
const PRIYA = 'user:sandbox-saml:priya.nair';

let count = 0;
/** A mapping by which engineers, of whom Alex is one, get a role. */
function mapping(role: string, overrides: object = {}): Edit {
  count += 1;
  const entry = {
    id: `m-${count}`,
    connector: 'sandbox-saml',
    groups: ['engineering'],
    roles: { ids: [role] },
  };
  return { list: 'mappings', entry: { ...entry, ...overrides } };
}

describe('changes that reach their author’s own access', () => {
  let now = Date.now();
  let broker: TestBroker;
  let alex: ApiClient;
  let priya: ApiClient;
  let erin: ApiClient;
  let nora: ApiClient;

  const arrive = async (): Promise<void> => {
    [alex, priya, erin, nora] = await Promise.all([
      clientAs(broker, 'alex.admin'),
      clientAs(broker, 'priya.nair'),
      clientAs(broker, 'erin.engel'),
      clientAs(broker, 'nora.quinn'),
    ]);
  };

  beforeAll(async () => {
    broker = await startTestBroker({
      access: (sandbox) => withPriya(withAdministrators(sandbox)),
      settings: secondPersonSettings('own-access'),
      clock: { now: () => new Date(now) },
    });
    await arrive();
  });
  afterAll(() => broker.close());

  const version = async (): Promise<number> =>
    (await alex.get<{ version: number }>(`${ADMIN}/catalogue`)).body.version;

  async function apply(client: ApiClient, ...edits: Edit[]): Promise<ApiAnswer<Made>> {
    const body = { edits, reason: 'CHG-1' };
    return client.post<Made>(`${ADMIN}/entries`, body, { 'if-match': `"${await version()}"` });
  }

  /** What Alex proposes. @returns its address */
  async function propose(...edits: Edit[]): Promise<string> {
    const asked = await apply(alex, ...edits);
    expect(asked.status).toBe(202);
    return `${ADMIN}/proposals/${asked.body.proposal?.id ?? ''}`;
  }

  const read = async (client: ApiClient, path: string): Promise<Read> => {
    const answer = await client.get<Read>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };

  const roles = async (client: ApiClient): Promise<string[]> =>
    (await client.get<{ roles: readonly { id: string }[] }>('/api/v1/roles')).body.roles.map(({ id }) => id);

  it('A06: wait for somebody else, whose approval makes them, on record with both', async () => {
    const edit = mapping('production-support-operator');
    const planned = await alex.post<{ needsSecondPerson?: string }>(`${ADMIN}/entries/plan`, {
      edits: [edit],
    });
    expect(planned.body.needsSecondPerson).toContain('“production-support-operator”');
    const before = await version();
    const asked = await apply(alex, edit);
    expect(asked).toMatchObject({ status: 202, body: { proposal: { url: expect.any(String) as string } } });
    const path = asked.headers.get('location') ?? '';
    expect(recordedFor(broker, asked)).toMatchObject([
      { name: 'change.proposed', principal: ALEX, detail: { reason: 'CHG-1', added: 1, against: before } },
    ]);
    expect([await version(), await roles(alex)]).toEqual([
      before,
      expect.not.arrayContaining(['production-support-operator']),
    ]);

    const listed = await nora.get<{ proposals: readonly object[] }>(`${ADMIN}/proposals`);
    expect(listed.body.proposals).toMatchObject([{ author: ALEX, reason: 'CHG-1', baseVersion: before }]);
    const seen = await read(priya, path);
    expect(seen).toMatchObject({ state: 'open', author: ALEX, isOwn: false });
    expect(seen.impact?.roles.map(({ roleId }) => roleId)).toEqual(['production-support-operator']);
    expect(seen.whyNotApprove).toBeUndefined();
    expect(seen.edits).toMatchObject([edit]);

    const approved = await priya.post<Made>(`${path}/approve`);
    expect(approved).toMatchObject({ status: 200, body: { version: before + 1 } });
    expect(recordedFor(broker, approved)).toMatchObject([
      {
        name: 'catalogue.changed',
        principal: ALEX,
        detail: { approvedBy: PRIYA, reason: 'CHG-1', version: before + 1 },
      },
    ]);
    expect(await roles(alex)).toContain('production-support-operator');
    const versions = await nora.get<{ versions: readonly object[] }>(`${ADMIN}/versions`);
    expect(versions.body.versions[0]).toMatchObject({ author: ALEX, approvedBy: PRIYA, reason: 'CHG-1' });
    expect(await read(nora, path)).toMatchObject({ state: 'applied', decision: { by: PRIYA } });
    const again = await priya.post(`${path}/approve`);
    expect(again).toMatchObject({ status: 409, body: { code: 'proposal.closed' } });
    expect((await nora.get<{ proposals: [] }>(`${ADMIN}/proposals`)).body.proposals).toEqual([]);
  });

  it('A06: are approved by nobody who proposed them, by whichever session, token or page they come', async () => {
    const path = await propose(mapping('production-developer'));
    const browser = await visitAs(broker, 'alex.admin');
    const second = ApiClient.ofBrowser(browser, broker.baseUrl);
    const made = await second.post<{ token: string }>('/api/v1/tokens', { label: 'x', expiresInDays: 1 });
    const byToken = new ApiClient(broker.baseUrl, { authorization: `Bearer ${made.body.token}` });
    for (const client of [alex, second, byToken]) {
      const answer = await client.post(`${path}/approve`);
      expect(answer).toMatchObject({ status: 403, body: { code: 'administration.forbidden' } });
      expect(recordedFor(broker, answer)).toMatchObject([{ name: 'administration.denied', principal: ALEX }]);
    }
    const page = await browser.get(`${broker.baseUrl}${path.replace('/api/v1', '')}`);
    expect(page.text).not.toContain('/approve"');
    const posted = await browser.post(`${page.url}/approve`, {}, page.url);
    expect(posted.status).toBe(403);
    expect(await read(alex, path)).toMatchObject({ state: 'open', isOwn: true });
    expect((await priya.post(`${path}/withdraw`)).status).toBe(403);
    const withdrawn = await alex.post(`${path}/withdraw`);
    expect(recordedFor(broker, withdrawn)).toMatchObject([{ name: 'change.withdrawn', principal: ALEX }]);
    expect((await priya.post(`${path}/approve`)).body.code).toBe('proposal.closed');
  });

  it('A06: are all that could give it to them, now or later, and none that only reach others or take', async () => {
    const { body } = await alex.get<{ catalogue: Record<string, { id: string }[]> }>(`${ADMIN}/catalogue`);
    const entry = (list: string, id: string): { id: string; [setting: string]: unknown } => {
      const found = body.catalogue[list]?.find((each) => each.id === id);
      if (found === undefined) throw new Error(id);
      return found;
    };
    const changed = (list: string, id: string, settings: object): Edit => ({
      list,
      id,
      entry: { ...entry(list, id), ...settings },
    });
    const administrator = { connector: 'sandbox-saml', users: ['x'], may: 'read' };
    const cases: readonly [what: string, edit: Edit, needs: boolean][] = [
      ['by a group of theirs', mapping('production-developer'), true],
      ['by their subject', mapping('production-developer', { groups: [], users: ['alex.admin'] }), true],
      ['beginning later', mapping('production-developer', { validFrom: '2999-01-01T00:00:00Z' }), true],
      ['a role of theirs by another mapping', mapping('production-readonly'), true],
      ['by a tag of a role', changed('roles', 'production-developer', { tags: { access: 'read' } }), true],
      ['a longer role', changed('roles', 'development-readonly', { maximumDurationSeconds: 7_200 }), true],
      ['the key of their role', changed('roles', 'tools-session', { roleName: 'another' }), true],
      ['without a limit', changed('mappings', 'administrators-s3-saml', { limits: {} }), true],
      ['another administrator', { list: 'administrators', entry: administrator }, true],
      ['a connector', changed('connectors', 'sandbox-oidc', { label: 'Another' }), true],
      ['an application', changed('applications', 'billing-report', { name: 'Another' }), true],
      ['by a group of others', mapping('production-developer', { groups: ['contractors'] }), false],
      ['by another connector', mapping('production-developer', { connector: 'sandbox-oidc' }), false],
      ['the colour of an account', changed('accounts', '222233334444', { colour: 'violet' }), false],
      ['what a mapping is for', changed('mappings', 'alex-tools-saml', { note: 'Another' }), false],
      ['a role that only others have', changed('roles', 'production-developer', { label: 'X' }), false],
      ['taken from themselves', { list: 'mappings', id: 'alex-tools-saml' }, false],
    ];
    for (const [what, edit, needs] of cases) {
      const plan = await alex.post<{ needsSecondPerson?: string }>(`${ADMIN}/entries/plan`, {
        edits: [edit],
      });
      const { needsSecondPerson } = plan.body;
      expect([what, plan.status, needsSecondPerson !== undefined]).toEqual([what, 200, needs]);
    }
  });

  it('A06: are also those by which a time is moved, or an earlier version is gone back to', async () => {
    const closed = mapping('production-developer', { validUntil: '2001-01-01T00:00:00Z' });
    expect((await priya.post(`${await propose(closed)}/approve`)).status).toBe(200);
    const { id } = closed.entry as { id: string };
    const opened = { ...closed.entry, validUntil: '2999-01-01T00:00:00Z' };
    const path = await propose({ list: 'mappings', id, entry: opened });
    expect((await alex.post(`${path}/withdraw`)).status).toBe(200);

    const had = await version();
    expect((await apply(alex, { list: 'mappings', id })).status).toBe(200);
    const back = await alex.post<Made>(
      `${ADMIN}/versions/${had}/restore`,
      { reason: 'back' },
      { 'if-match': `"${had + 1}"` },
    );
    expect(back.status).toBe(202);
    const approved = await priya.post(`${ADMIN}/proposals/${back.body.proposal?.id ?? ''}/approve`);
    expect(recordedFor(broker, approved)).toMatchObject([{ detail: { restored: had, approvedBy: PRIYA } }]);
  });

  it('A06: are decided only by who may make them', async () => {
    const outside = await propose(mapping('production-developer'));
    for (const client of [erin, nora]) {
      const seen = await read(client, outside);
      expect([seen.whyNotApprove, seen.whyNotReject]).toEqual([expect.any(String), expect.any(String)]);
      for (const [verb, body] of [
        ['approve', {}],
        ['reject', { reason: 'no' }],
      ] as const) {
        const answer = await client.post(`${outside}/${verb}`, body);
        expect(answer.body.code).toBe('administration.forbidden');
        expect(recordedFor(broker, answer)).toMatchObject([{ name: 'administration.denied' }]);
      }
    }
    const rejected = await priya.post(`${outside}/reject`, { reason: 'not this one' });
    expect(recordedFor(broker, rejected)).toMatchObject([
      { name: 'change.rejected', principal: PRIYA, detail: { author: ALEX, reason: 'not this one' } },
    ]);
    expect(await read(alex, outside)).toMatchObject({
      state: 'rejected',
      decision: { by: PRIYA, reason: 'not this one' },
    });
    const inside = await propose(mapping('development-readonly'));
    expect((await erin.post(`${inside}/approve`)).status).toBe(200);
  });

  it('A22: are made of no catalogue but the one that they were proposed for', async () => {
    const path = await propose(mapping('production-developer'));
    expect((await apply(priya, mapping('production-readonly', { groups: ['contractors'] }))).status).toBe(
      200,
    );
    const late = await priya.post(`${path}/approve`);
    expect(late).toMatchObject({ status: 412, body: { code: 'catalogue.stale' } });
    expect((await erin.post(`${path}/reject`, { reason: 'x' })).status).toBe(403);
    const { obstacle, edits } = await read(alex, path);
    expect(obstacle).toContain('somebody else');
    const anew = await propose(...edits);
    expect((await alex.post(`${path}/withdraw`)).status).toBe(200);
    expect((await priya.post(`${anew}/approve`)).status).toBe(200);
  });

  it('A06: are made once, of several decisions at the same moment', async () => {
    const path = await propose(mapping('production-developer'));
    const before = await version();
    const answers = await Promise.all([
      priya.post(`${path}/approve`),
      priya.post(`${path}/approve`),
      priya.post(`${path}/reject`, { reason: 'no' }),
      alex.post(`${path}/withdraw`),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { state } = await read(alex, path);
    expect(await version()).toBe(before + (state === 'applied' ? 1 : 0));
    expect(answers.flatMap((answer) => recordedFor(broker, answer))).toHaveLength(1);
  });

  it('A06: need an author who still administers', async () => {
    const path = await propose(mapping('production-developer'));
    const people = await priya.get<{ people: readonly { id: string; subject: string }[] }>(
      `${ADMIN}/people?q=alex.admin`,
    );
    const found = people.body.people.find(({ subject }) => subject === 'alex.admin');
    const person = `${ADMIN}/people/${found?.id ?? ''}`;
    expect((await priya.post(`${person}/disable`, { reason: 'left' })).status).toBe(200);
    const answer = await priya.post(`${path}/approve`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'proposal.author' } });
    expect(await read(priya, path)).toMatchObject({ obstacle: expect.any(String) as string });
    expect((await priya.post(`${path}/reject`, { reason: 'left' })).status).toBe(200);
    await priya.post(`${person}/enable`, { reason: 'back' });
    await arrive();
  });

  it('A06: wait through a restart, for seven days, twenty of one person at most', async () => {
    const path = await propose(mapping('production-developer'));
    await broker.restart();
    expect(await read(priya, path)).toMatchObject({ state: 'open' });
    const open = await priya.get<{ proposals: readonly object[] }>(`${ADMIN}/proposals`);
    for (let more = open.body.proposals.length; more < 20; more += 1)
      await propose(mapping('production-developer'));
    const full = await apply(alex, mapping('production-developer'));
    expect(full).toMatchObject({ status: 409, body: { code: 'proposal.too_many' } });
    const made = await priya.post<{ token: string }>('/api/v1/tokens', { label: 'x', expiresInDays: 30 });
    const later = new ApiClient(broker.baseUrl, { authorization: `Bearer ${made.body.token}` });
    now += 7 * 86_400_000 + 1_000;
    for (const answer of [await later.get(path), await later.post(`${path}/approve`)])
      expect(answer).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
    expect((await later.get<{ proposals: [] }>(`${ADMIN}/proposals`)).body.proposals).toEqual([]);
    now = Date.now();
    expect((await alex.post(`${path}/withdraw`)).status).toBe(200);
  });

  it('W13, W23: take no field that they do not know, and tell nobody else that they are there', async () => {
    const path = await propose(mapping('production-developer'));
    for (const [verb, body] of [
      ['approve', { force: true }],
      ['approve', { author: PRIYA }],
      ['withdraw', { reason: 'x' }],
      ['reject', {}],
      ['reject', { reason: 'two\nlines' }],
      ['reject', { reason: 'x', state: 'applied' }],
    ] as const) {
      expect((await priya.post(`${path}/${verb}`, body)).body.code).toBe('request.malformed');
    }
    for (const id of ['nothing', '%00', 'x'.repeat(43), '..%2fx'])
      expect((await priya.get(`${ADMIN}/proposals/${id}`)).status).toBe(404);
    const stranger = await clientAs(broker, 'alex.admin', 'sandbox-oidc');
    expect((await stranger.get(path)).status).toBe(200);
    const nobody = await clientAs(broker, 'erin.engel', 'sandbox-oidc');
    for (const answer of [await nobody.get(path), await nobody.post(`${path}/approve`)])
      expect(answer.body.code).toBe('administration.forbidden');
    expect(await read(priya, path)).toMatchObject({ state: 'open' });
  });
});

describe('with a second person for every change', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await startTestBroker({
      access: (sandbox) => withPriya(withAdministrators(sandbox)),
      settings: secondPersonSettings('every-change'),
    });
  });
  afterAll(() => broker.close());

  const colour = (value: string): object => ({
    edits: [
      {
        list: 'accounts',
        id: '222233334444',
        entry: { id: '222233334444', name: 'Example Development', environment: 'development', colour: value },
      },
    ],
    reason: 'a colour',
  });

  it('A06: none is made by one alone, but by break-glass, which approves none', async () => {
    const alex = await clientAs(broker, 'alex.admin');
    const asked = await alex.post<Made>(`${ADMIN}/entries`, colour('violet'), { 'if-match': '"1"' });
    expect(asked.status).toBe(202);
    const nothing = await alex.post<Made>(`${ADMIN}/entries`, colour('green'), { 'if-match': '"1"' });
    expect([nothing.status, nothing.body.version], 'nothing differs').toEqual([200, 1]);

    const browser = new HttpBrowser();
    const door = await browser.get(`${broker.baseUrl}/break-glass`);
    await browser.submit(door, /break-glass/, { secret: breakGlassSecret });
    const glass = ApiClient.ofBrowser(browser, broker.baseUrl);
    const approving = await glass.post(`${ADMIN}/proposals/${asked.body.proposal?.id ?? ''}/approve`);
    expect(approving.body.code).toBe('administration.forbidden');
    const alone = await glass.post<Made>(`${ADMIN}/entries`, colour('red'), { 'if-match': '"1"' });
    expect(alone).toMatchObject({ status: 200, body: { version: 2 } });
  });
});
