import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../src/cli/run-command.ts';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const GROUP = 'aws#payments#ReadOnly#123412341234';

interface Proposal {
  readonly entries: { readonly mappings: readonly { readonly id: string }[] };
  readonly notes: readonly { readonly kind: string; readonly place: string }[];
  readonly plan: {
    readonly version: number;
    readonly entries: readonly { readonly list: string; readonly id: string }[];
    readonly impact: { readonly people: number };
    readonly refusal?: string;
  };
}

describe('importing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'daypass-import-'));
  const groups = join(directory, 'groups.txt');
  let broker: TestBroker;
  let alex: ApiClient;

  beforeAll(async () => {
    writeFileSync(groups, `${GROUP}\nDomain Admins\n`);
    broker = await startTestBroker();
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'alex.admin', connector: 'sandbox-oidc' });
    alex = ApiClient.ofBrowser(browser, broker.baseUrl);
  });
  afterAll(async () => {
    await broker.close();
    rmSync(directory, { recursive: true });
  });

  async function daypass(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCommand(['access', 'import', ...args], {
      environment: {},
      workingDirectory: directory,
      print: (text) => out.push(text),
      complain: (text) => err.push(text),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  it('prints entries as access.yaml has them, and tells what it left out by its line', async () => {
    const { code, out, err } = await daypass('saml-roles', groups, '--connector', 'corp');
    expect(code).toBe(0);
    expect(parse(out)).toEqual({
      accounts: [{ id: '123412341234', name: 'payments' }],
      roles: [
        {
          id: 'payments-readonly',
          accountId: '123412341234',
          roleName: 'ReadOnly',
          grant: { method: 'assume-role-with-saml' },
        },
      ],
      mappings: [
        {
          id: 'aws-payments-readonly-123412341234',
          connector: 'corp',
          groups: [GROUP],
          roles: { ids: ['payments-readonly'] },
        },
      ],
    });
    expect(err).toBe(`${groups}, line 2: left out: names no role in a way that is known`);
  });

  it('adds them to a file, keeps its comments, and adds nothing twice', async () => {
    const file = join(directory, 'access.yaml');
    const old = [
      '# Ours.',
      'accounts:',
      "  - { id: '123412341234', name: Payments, colour: red } # production",
      '',
    ].join('\n');
    writeFileSync(file, old);
    const added = await daypass('saml-roles', groups, '--connector', 'corp', '--into', file);
    expect(added).toMatchObject({ code: 0 });
    expect(added.out).toContain('0 accounts, 1 roles, 1 mappings added');
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith(old.trimEnd())).toBe(true);
    expect(parse(text)).toMatchObject({
      accounts: [{ name: 'Payments' }],
      roles: [{ roleName: 'ReadOnly' }],
    });

    await daypass('saml-roles', groups, '--connector', 'corp', '--into', file);
    expect(readFileSync(file, 'utf8')).toBe(text);

    writeFileSync(file, 'roles: [{}]\n');
    expect(await daypass('saml-roles', groups, '--into', file)).toMatchObject({ code: 1, out: '' });
    expect(readFileSync(file, 'utf8')).toBe('roles: [{}]\n');
  });

  it('says what is wrong with the command line', async () => {
    for (const [args, words] of [
      [['okta', groups], 'KIND'],
      [['saml-roles'], 'KIND'],
      [['saml-roles', join(directory, 'none')], 'ENOENT'],
    ] as const) {
      const { code, err } = await daypass(...args);
      expect(code).toBe(1);
      expect(err).toContain(words);
    }
  });

  it('answers by the API with the same entries and what they would change, and stores nothing', async () => {
    const question = {
      kind: 'saml-roles',
      files: [{ name: 'groups.txt', text: readFileSync(groups, 'utf8') }],
      connector: 'sandbox-saml',
    };
    const { status, body } = await alex.post<Proposal>('/api/v1/admin/import', question);
    expect(status).toBe(200);
    expect(body.entries.mappings.map(({ id }) => id)).toEqual(['aws-payments-readonly-123412341234']);
    expect(body.notes).toMatchObject([{ kind: 'left-out', place: 'line 2' }]);
    expect(body.plan.entries.map(({ list }) => list)).toEqual(['accounts', 'roles', 'mappings']);
    const now = await alex.get<{ version: number }>('/api/v1/admin/catalogue');
    expect(now.body.version).toBe(body.plan.version);

    for (const wrong of [
      { ...question, connector: 'none' },
      { ...question, credentialSource: 'none' },
      { ...question, kind: 'okta' },
      { ...question, files: [] },
    ]) {
      expect((await alex.post('/api/v1/admin/import', wrong)).status).toBe(400);
    }
  });

  it('A06: gives nothing to somebody who is no administrator', async () => {
    const browser = new HttpBrowser();
    await signIn(browser, broker, { person: 'nora.quinn', connector: 'sandbox-oidc' });
    const nora = ApiClient.ofBrowser(browser, broker.baseUrl);
    const question = { kind: 'saml-roles', files: [{ name: 'x', text: GROUP }] };
    expect((await nora.post('/api/v1/admin/import', question)).status).toBe(403);
  });
});
