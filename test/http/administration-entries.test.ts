import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAs, withAdministrators } from '../support/administrators.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type ApiAnswer } from '../support/api-client.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const ENTRIES = '/api/v1/admin/entries';

interface Answer {
  readonly version: number;
  readonly code?: string;
  readonly entries: readonly object[];
  readonly refusal?: string;
  readonly problems?: readonly { readonly path: readonly (string | number)[] }[];
}

describe('the catalogue, entry by entry', () => {
  let broker: TestBroker;
  let alex: ApiClient;
  let erin: ApiClient;
  let now = Date.now();

  beforeAll(async () => {
    broker = await startTestBroker({
      clock: { now: () => new Date(now) },
      access: withAdministrators,
    });
    [alex, erin] = await Promise.all([clientAs(broker, 'alex.admin'), clientAs(broker, 'erin.engel')]);
  });
  afterAll(() => broker.close());

  async function apply(client: ApiClient, edits: readonly object[]): Promise<ApiAnswer<Answer>> {
    const { version } = await read();
    return client.post<Answer>(ENTRIES, { edits, reason: 'a test' }, { 'if-match': `"${version}"` });
  }

  const read = async (): Promise<{ readonly version: number; readonly catalogue: Catalogue }> =>
    (await alex.get<{ version: number; catalogue: Catalogue }>('/api/v1/admin/catalogue')).body;

  const rolesOfErin = async (): Promise<readonly string[]> =>
    (await erin.get<{ roles: readonly { id: string }[] }>('/api/v1/roles')).body.roles.map(({ id }) => id);

  const mapping = (id: string, rest: object = {}): object => ({
    list: 'mappings',
    entry: {
      id,
      connector: 'sandbox-saml',
      groups: ['engineering'],
      roles: { ids: ['development-data-analyst'] },
      ...rest,
    },
  });

  it('adds, changes and removes several at once, each at its place, and says what each version changed', async () => {
    const before = await read();
    const edits = [
      mapping('extra'),
      {
        list: 'mappings',
        id: 'billing-report',
        entry: { ...before.catalogue.mappings.find(({ id }) => id === 'billing-report'), note: 'Changed.' },
      },
      { list: 'mappings', id: 'engineering-reports-saml' },
    ];
    const planned = await alex.post<Answer>(`${ENTRIES}/plan`, { edits });
    expect(planned.status).toBe(200);
    expect(await read()).toEqual(before);
    const applied = await apply(alex, edits);
    expect(applied.body.entries).toEqual(planned.body.entries);
    expect(applied.body.entries).toMatchObject([
      { id: 'billing-report', kind: 'changed' },
      { id: 'extra', kind: 'added' },
      { id: 'engineering-reports-saml', kind: 'removed' },
    ]);
    const ids = (await read()).catalogue.mappings.map(({ id }) => id);
    const old = before.catalogue.mappings.map(({ id }) => id);
    expect(ids).toEqual([...old.filter((id) => id !== 'engineering-reports-saml'), 'extra']);
    const version = `/api/v1/admin/versions/${applied.body.version}`;
    expect((await alex.get(version)).body).toMatchObject({
      author: 'user:sandbox-saml:alex.admin',
      entries: applied.body.entries,
      catalogue: (await read()).catalogue,
    });
    for (const none of ['0', '99', 'x']) {
      expect((await alex.get(`/api/v1/admin/versions/${none}`)).status).toBe(404);
    }
  });

  it('works out what a seed brought when somebody first looks, and keeps it', async () => {
    const { store } = broker.daypass.config;
    if (store.kind !== 'sqlite') throw new Error('no file to look into');
    const database = new DatabaseSync(store.file, { readOnly: true });
    const found = database.prepare('select difference from catalogue_versions where version = 1');
    const kept = (): string | null => (found.get() as { difference: string | null }).difference;
    expect(kept()).toBeNull();
    const { body } = await alex.get<Answer>('/api/v1/admin/versions/1');
    expect(body.entries.length).toBeGreaterThan(10);
    expect(JSON.parse(String(kept()))).toMatchObject({ entries: body.entries });
    expect((await alex.get('/api/v1/admin/versions/1')).body).toEqual(body);
    database.close();
  });

  it('W13: refuses what it does not know, and tells each mistake by the edit that it is in', async () => {
    const wrong = await apply(alex, [
      mapping('fine'),
      mapping('evil', { isAdmin: true }),
      mapping('nowhere', { roles: { ids: ['development-readonly', 'no-such'] } }),
    ]);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'catalogue.refused' } });
    expect(wrong.body.problems?.map(({ path }) => path)).toEqual([['edits', 1, 'entry']]);
    const dangling = await apply(alex, [mapping('nowhere', { roles: { ids: ['no-such'] } })]);
    expect(dangling.body.problems?.[0]?.path).toEqual(['edits', 0, 'entry', 'roles', 'ids', 0]);
    const missing = await apply(alex, [{ list: 'mappings', id: 'none' }]);
    expect(missing.body.problems?.[0]?.path).toEqual(['edits', 0, 'id']);
    const twice = await apply(alex, [
      { list: 'mappings', id: 'billing-report' },
      { list: 'mappings', id: 'billing-report' },
    ]);
    expect(twice.body.problems?.[0]?.path).toEqual(['edits', 1, 'id']);
    for (const edits of [[], [{ list: 'people' }], [{ ...mapping('x'), force: true }], 'x']) {
      const answer = await alex.post<Answer>(`${ENTRIES}/plan`, { edits });
      expect(answer.body.code).toBe('request.malformed');
    }
  });

  it('A22: refuses edits of a version that is not the newest any more', async () => {
    const { version } = await read();
    expect((await apply(alex, [mapping('first')])).status).toBe(200);
    const stale = await alex.post<Answer>(
      ENTRIES,
      { edits: [mapping('second')], reason: 'late' },
      { 'if-match': `"${version}"` },
    );
    expect(stale).toMatchObject({ status: 412, body: { code: 'catalogue.stale' } });
  });

  it('A06: keeps an administrator of some accounts inside them', async () => {
    expect((await apply(erin, [mapping('own')])).status).toBe(200);
    const outside = [mapping('out', { roles: { ids: ['production-developer'] } })];
    expect((await erin.post<Answer>(`${ENTRIES}/plan`, { edits: outside })).body.refusal).toContain(
      'outside',
    );
    for (const edits of [
      outside,
      [{ list: 'mappings', id: 'payments-leads-saml' }],
      [{ list: 'accounts', entry: { id: '999988887777', name: 'New' } }],
    ]) {
      const answer = await apply(erin, edits);
      expect(answer).toMatchObject({ status: 403, body: { code: 'administration.forbidden' } });
    }
  });

  it('gives a mapping’s roles only between its moments, from the very second on', async () => {
    const edit = mapping('for-a-while', {
      roles: { ids: ['production-support-operator'] },
      validFrom: new Date(now + 60_000).toISOString(),
      validUntil: new Date(now + 120_000).toISOString(),
    });
    expect((await apply(alex, [edit])).status).toBe(200);
    expect(await rolesOfErin()).not.toContain('production-support-operator');
    const why = await alex.post<{ mappings: readonly { mappingId: string; lacks: readonly string[] }[] }>(
      '/api/v1/admin/explain',
      { role: 'production-support-operator', person: { connector: 'sandbox-saml', subject: 'erin.engel' } },
    );
    expect(why.body.mappings.find(({ mappingId }) => mappingId === 'for-a-while')?.lacks).toEqual([
      expect.stringMatching(/^It is valid from .* until .* only\.$/),
    ]);
    now += 60_000;
    expect(await rolesOfErin()).toContain('production-support-operator');
    now += 59_999;
    expect(await rolesOfErin()).toContain('production-support-operator');
    now += 1;
    expect(await rolesOfErin()).not.toContain('production-support-operator');
    const never = await apply(alex, [
      mapping('never', { validFrom: '2030-01-02T00:00:00Z', validUntil: '2030-01-02T00:00:00+01:00' }),
    ]);
    expect(never.body.problems?.[0]?.path).toEqual(['edits', 0, 'entry', 'validUntil']);
  });
});
