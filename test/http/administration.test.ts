import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVELOPMENT, clientAs, withAdministrators } from '../support/administrators.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { SANDBOX_SECRETS } from '../../src/sandbox/access.ts';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { recordedFor } from '../support/stored-audit.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const CATALOGUE = '/api/v1/admin/catalogue';

interface Read {
  readonly version: number;
  readonly catalogue: Catalogue;
}
interface Changed {
  readonly version: number;
  readonly entries: readonly { readonly list: string; readonly id: string; readonly kind: string }[];
}
interface Planned extends Changed {
  readonly refusal?: string;
  readonly impact: {
    readonly people: number;
    readonly roles: readonly {
      readonly roleId: string;
      readonly gains: { readonly count: number; readonly who: readonly { readonly id: string }[] };
      readonly loses: { readonly count: number };
    }[];
  };
}

describe('the API of administrators', () => {
  let broker: TestBroker;
  let alex: ApiClient;
  let erin: ApiClient;
  let sam: ApiClient;

  beforeAll(async () => {
    broker = await startTestBroker({
      access: withAdministrators,
    });
    [alex, erin, sam] = await Promise.all([
      clientAs(broker, 'alex.admin'),
      clientAs(broker, 'erin.engel'),
      clientAs(broker, 'nora.quinn'),
    ]);
  });
  afterAll(() => broker.close());

  const read = async (): Promise<Read> => (await alex.get<Read>(CATALOGUE)).body;

  async function edited(edit: (catalogue: Catalogue) => Partial<Catalogue>): Promise<Read> {
    const { version, catalogue } = await read();
    return { version, catalogue: { ...catalogue, ...edit(catalogue) } };
  }

  function apply(client: ApiClient, { version, catalogue }: Read): Promise<ApiAnswer<Changed>> {
    return client.post<Changed>(CATALOGUE, { catalogue, reason: 'a test' }, { 'if-match': `"${version}"` });
  }

  const mapping = (
    id: string,
    roles: Catalogue['mappings'][number]['roles'] | object,
  ): Catalogue['mappings'][number] =>
    ({ id, connector: 'sandbox-saml', groups: ['engineering'], roles }) as Catalogue['mappings'][number];

  const adding = (id: string, roles: object): Promise<Read> =>
    edited(({ mappings }) => ({ mappings: [...mappings, mapping(id, roles)] }));

  it('tells nobody else anything, whatever they ask for', async () => {
    const strangers = [
      await clientAs(broker, 'erin.engel', 'sandbox-oidc'),
      await ApiClient.ofApplication(broker.baseUrl, 'billing-report', SANDBOX_SECRETS['billing-report']),
    ];
    const large = 'x'.repeat(1_000_000);
    for (const client of strangers) {
      const answers = [
        await client.get(CATALOGUE),
        await client.get('/api/v1/admin/versions'),
        await client.get('/api/v1/admin/nothing'),
        await client.post(CATALOGUE, { large }),
        await client.post(`${CATALOGUE}/plan`, '{'),
        await client.post('/api/v1/admin/explain', {}),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(403);
        expect(answer.body).toMatchObject({ code: 'administration.forbidden' });
        expect(recordedFor(broker, answer)).toMatchObject([{ name: 'administration.denied' }]);
      }
    }
    const nobody = new ApiClient(broker.baseUrl, {});
    expect((await nobody.get(CATALOGUE)).status).toBe(401);
    const elsewhere = await alex.post(CATALOGUE, {}, { 'sec-fetch-site': 'cross-site' });
    expect(elsewhere.body.code).toBe('request.cross_site');
  });

  it('plans a change with its impact, stores nothing, then applies it with its author and reason', async () => {
    const change = await adding('engineers-support', { ids: ['production-support-operator'] });
    const planned = await erin.post<Planned>(`${CATALOGUE}/plan`, { catalogue: change.catalogue });
    expect(planned.status).toBe(200);
    expect(planned.body.entries).toEqual([
      { list: 'mappings', id: 'engineers-support', kind: 'added', fields: [] },
    ]);
    expect(planned.body.refusal).toContain('outside the accounts');
    const [role] = planned.body.impact.roles;
    expect(role?.roleId).toBe('production-support-operator');
    expect(role?.gains.who.map(({ id }) => id)).toContain('user:sandbox-saml:erin.engel');
    expect((await read()).version).toBe(change.version);

    const applied = await apply(alex, change);
    expect(applied.status).toBe(200);
    expect(applied.headers.get('etag')).toBe(`"${change.version + 1}"`);
    expect(recordedFor(broker, applied)).toMatchObject([
      {
        name: 'catalogue.changed',
        principal: 'user:sandbox-saml:alex.admin',
        detail: { version: change.version + 1, reason: 'a test', added: 1, removed: 0, changed: 0 },
      },
    ]);
    const mine = await erin.get<{ roles: readonly { id: string }[] }>('/api/v1/roles');
    expect(mine.body.roles.map(({ id }) => id)).toContain('production-support-operator');
    const { body } = await sam.get<{ versions: readonly object[] }>('/api/v1/admin/versions');
    expect(body.versions[0]).toMatchObject({
      version: change.version + 1,
      author: 'user:sandbox-saml:alex.admin',
      reason: 'a test',
    });

    const path = `/api/v1/admin/versions/${change.version}/restore`;
    const back = await alex.post<Changed>(
      path,
      { reason: 'too much' },
      { 'if-match': `"${change.version + 1}"` },
    );
    expect(back.body).toMatchObject({ version: change.version + 2, entries: [{ kind: 'removed' }] });
    expect(recordedFor(broker, back)).toMatchObject([{ detail: { restored: change.version } }]);
    const again = await apply(alex, { ...(await read()) });
    expect(again.body).toMatchObject({ version: change.version + 2, entries: [] });
    expect(recordedFor(broker, again)).toEqual([]);
  });

  it('A22: refuses a stale write, and lets one of two at once win', async () => {
    const [one, other] = [
      await adding('first', { ids: ['development-readonly'] }),
      await adding('second', { ids: ['development-readonly'] }),
    ];
    const answers = await Promise.all([apply(alex, one), apply(alex, other)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const late = await apply(alex, one);
    expect(late).toMatchObject({ status: 412, body: { code: 'catalogue.stale' } });
    for (const headers of [{}, { 'if-match': '*' }, { 'if-match': `W/"${one.version + 1}"` }]) {
      const without = await alex.post(CATALOGUE, { catalogue: one.catalogue, reason: 'x' }, headers);
      expect(without.body.code).toBe('request.malformed');
    }
    expect((await read()).version).toBe(one.version + 1);
  });

  it('A06: keeps an administrator of some accounts inside them', async () => {
    const allowed = await apply(erin, await adding('own', { ids: ['development-readonly'] }));
    expect(allowed.status).toBe(200);
    const role = (catalogue: Catalogue, id: string): Catalogue['roles'][number] => {
      const found = catalogue.roles.find((each) => each.id === id);
      if (found === undefined) throw new Error(id);
      return found;
    };
    const attempts: [string, Read][] = [
      ['a role of another account', await adding('out', { ids: ['production-developer'] })],
      ['a pattern', await adding('pattern', { pattern: 'development-read*' })],
      ['tags', await adding('tags', { ids: ['development-readonly'], tags: { none: 'yet' } })],
      ['another account', await adding('account', { accounts: ['444455556666'] })],
      [
        'the mapping that grants her production',
        await edited(({ mappings }) => ({
          mappings: mappings.map((each) =>
            each.id === 'engineering-production-saml'
              ? { ...each, limits: { ...each.limits, maximumDurationSeconds: 43_200 } }
              : each,
          ),
        })),
      ],
      [
        'that mapping, gone',
        await edited(({ mappings }) => ({
          mappings: mappings.filter(({ id }) => id !== 'engineering-production-saml'),
        })),
      ],
      [
        'administrators',
        await edited(({ administrators }) => ({
          administrators: [
            ...administrators,
            { connector: 'sandbox-saml', users: ['erin.engel', 'x'], groups: [], may: 'all' },
          ],
        })),
      ],
      [
        'her own entry',
        await edited(({ administrators }) => ({
          administrators: administrators.map(({ accounts: _accounts, ...each }) => each),
        })),
      ],
      [
        'a role moved into her account',
        await edited(({ roles }) => ({
          roles: roles.map((each) =>
            each.id === 'production-developer' ? { ...each, accountId: DEVELOPMENT } : each,
          ),
        })),
      ],
      [
        'somebody else’s key under her account’s name',
        await edited((catalogue) => ({
          roles: [
            ...catalogue.roles,
            { ...role(catalogue, 'tools-session'), id: 'mine', accountId: DEVELOPMENT },
          ],
        })),
      ],
      [
        'the accounts',
        await edited(({ accounts }) => ({ accounts: accounts.map((each) => ({ ...each, colour: 'red' })) })),
      ],
      [
        'the order of connectors',
        await edited(({ connectors }) => ({ connectors: connectors.toReversed() })),
      ],
    ];
    const { version } = await read();
    for (const [what, change] of attempts) {
      const answer = await apply(erin, change);
      expect([what, answer.status, answer.body.code]).toEqual([what, 403, 'administration.forbidden']);
      expect(recordedFor(broker, answer)).toMatchObject([{ name: 'administration.denied' }]);
    }
    const reader = await apply(sam, await adding('x', { ids: ['development-readonly'] }));
    expect(reader.body.code).toBe('administration.forbidden');
    expect((await read()).version).toBe(version);
  });

  it('W13: refuses every field that it does not know, and every catalogue with a mistake, and changes nothing', async () => {
    const { version, catalogue } = await read();
    const headers = { 'if-match': `"${version}"` };
    const extra = await alex.post(CATALOGUE, { catalogue, reason: 'x', force: true }, headers);
    expect(extra.body.code).toBe('request.malformed');
    const broken: object[] = [
      { ...catalogue, superusers: [] },
      { ...catalogue, mappings: [{ ...catalogue.mappings[0], id: 'evil', isAdmin: true }] },
      { ...catalogue, mappings: [mapping('nowhere', { ids: ['no-such-role'] })] },
      { ...catalogue, administrators: [] },
      {},
      [],
      JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as object,
      { ...catalogue, mappings: [{ ...mapping('deep', {}), limits: { sessionPolicy: nested(20_000) } }] },
    ];
    for (const candidate of broken) {
      for (const path of [CATALOGUE, `${CATALOGUE}/plan`]) {
        const body = { catalogue: candidate, ...(path === CATALOGUE ? { reason: 'x' } : {}) };
        const answer = await alex.post<{ problems: readonly object[] }>(path, written(body), headers);
        expect(answer).toMatchObject({ status: 400, body: { code: 'catalogue.refused' } });
        expect(answer.body.problems[0]).toMatchObject({ message: expect.any(String) as string });
      }
    }
    for (const reason of ['', ' ', 'two\nlines', 'x'.repeat(501), 7]) {
      expect((await alex.post(CATALOGUE, { catalogue, reason }, headers)).body.code).toBe(
        'request.malformed',
      );
    }
    expect((await read()).version).toBe(version);
  });

  it('explains a person, an application, and what a provider might say, step by step', async () => {
    const ask = (
      body: object,
    ): Promise<
      ApiAnswer<{ permitted: boolean; code?: string; steps: readonly { step: string; state: string }[] }>
    > => sam.post('/api/v1/admin/explain', body);
    const person = { connector: 'sandbox-saml', subject: 'erin.engel' };
    const yes = await ask({ role: 'development-readonly', person });
    expect(yes.body.permitted).toBe(true);
    const no = await ask({ role: 'production-developer', person });
    expect(no.body).toMatchObject({ permitted: false, code: 'role.not_found' });
    expect(no.body.steps.find(({ state }) => state === 'failed')?.step).toBe('mapping');
    expect((await ask({ role: 'production-readonly', application: 'billing-report' })).body.permitted).toBe(
      true,
    );
    const identity = { connector: 'sandbox-saml', groups: ['contractors'] };
    expect((await ask({ role: 'development-readonly', identity })).body.permitted).toBe(false);
    expect((await ask({ role: 'r', person: { ...person, subject: 'nobody' } })).status).toBe(404);
    expect((await ask({ role: 'r', application: 'nobody' })).status).toBe(404);
    expect((await ask({ role: 'r' })).status).toBe(400);
    expect((await ask({ role: 'r', person, identity })).status).toBe(400);
  });
});

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

/** JSON.stringify gives up where a text of the same depth can still be sent. */
function written(body: object): string {
  try {
    return JSON.stringify(body);
  } catch {
    const deep = `${'{"a":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
    return `{"catalogue":{"mappings":[{"id":"deep","limits":{"sessionPolicy":${deep}}}]}${'reason' in body ? ',"reason":"x"' : ''}}`;
  }
}
