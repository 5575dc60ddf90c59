import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitAs } from '../support/administrators.ts';
import type { HttpBrowser } from '../support/http-browser.ts';
import { formsOf, type Page } from '../support/http-browser.ts';
import { putInventoryRole, withInventory } from '../support/inventory-role.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

const GROUPS = 'aws#payments#ReadOnly#123412341234\nDomain Admins\n';
const QUESTION = { kind: 'saml-roles', connector: 'sandbox-saml', credentialSource: '', text: GROUPS };

let broker: TestBroker;
let alex: HttpBrowser;
let erin: HttpBrowser;
let nora: HttpBrowser;

beforeAll(async () => {
  broker = await startTestBroker({
    access: (sandbox) => ({
      ...withInventory(sandbox),
      administrators: [
        ...(sandbox.administrators ?? []),
        { connector: 'sandbox-saml', users: ['nora.quinn'], may: 'read' },
      ],
    }),
  });
  [alex, erin, nora] = await Promise.all([
    visitAs(broker, 'alex.admin'),
    visitAs(broker, 'erin.engel'),
    visitAs(broker, 'nora.quinn'),
  ]);
});
afterAll(() => broker.close());

async function send(
  browser: HttpBrowser,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> {
  await browser.get(`${broker.baseUrl}/admin/import`);
  return browser.post(`${broker.baseUrl}${path}`, fields);
}

function press(browser: HttpBrowser, page: Page, more: Readonly<Record<string, string>>): Promise<Page> {
  const form = formsOf(page).find(({ action }) => action === '/admin/change');
  if (form === undefined) throw new Error(page.text);
  return browser.post(
    `${broker.baseUrl}/admin/change`,
    { ...Object.fromEntries(form.fields), ...more },
    page.url,
  );
}

describe('the page of imports', () => {
  it('lists what AWS has, by a role of one’s own, and says where AWS refuses that', async () => {
    const asked = { role: 'inventory', list: 'accounts' };
    const refused = await send(alex, '/admin/discover', asked);
    expect([refused.status, refused.text.includes('This cannot be read')]).toEqual([502, true]);
    await putInventoryRole(broker.awsUrl);
    const page = await send(alex, '/admin/discover', asked);
    expect(page.status).toBe(200);
    expect(page.text).toContain('What was found');
  });

  it('shows what was found, left out and changed, and leads by the preview to a version', async () => {
    const proposed = await send(alex, '/admin/import', QUESTION);
    expect(proposed.status).toBe(200);
    expect(proposed.text).toContain('New: 1 account, 1 role, 1 mapping.');
    expect(proposed.text).toContain('what you pasted, line 2');
    const preview = await press(alex, proposed, { do: 'preview' });
    expect(preview.text).toContain('What this would change');
    expect(preview.text).toContain('payments-readonly');
    const unreasoned = await press(alex, preview, { do: 'apply', reason: '' });
    expect(unreasoned.status).toBe(400);
    const applied = await press(alex, unreasoned, { do: 'apply', reason: 'carried over' });
    expect(applied.url).toMatch(/\/admin\/versions\/[0-9]+$/);
    expect((await alex.get(`${broker.baseUrl}/admin/roles/payments-readonly`)).status).toBe(200);

    const again = await send(alex, '/admin/import', QUESTION);
    expect(again.text).toContain('New: 0 accounts, 0 roles, 0 mappings.');
    expect(formsOf(again).some(({ action }) => action === '/admin/change')).toBe(false);
  });

  it('keeps what was pasted where it cannot be read', async () => {
    for (const wrong of [{ connector: 'none' }, { credentialSource: 'none' }, { kind: 'okta' }]) {
      const page = await send(alex, '/admin/import', { ...QUESTION, ...wrong });
      expect(page.status).toBe(400);
      expect(page.text).toContain('Domain Admins');
    }
    expect((await send(alex, '/admin/import', { ...QUESTION, text: '' })).status).toBe(400);
    const unknown = await send(alex, '/admin/discover', { role: 'no-such-role', list: 'roles' });
    expect([unknown.status, unknown.text.includes('no-such-role')]).toEqual([404, true]);
  });

  it('offers no more at once than a page takes', async () => {
    const text = Array.from({ length: 600 }, (_, at) => `aws#many#Role${at}#123412341235`).join('\n');
    const page = await send(alex, '/admin/import', { ...QUESTION, text });
    expect(page.text).toContain('more than a page takes');
    expect(formsOf(page).some(({ action }) => action === '/admin/change')).toBe(false);
  });

  it('W13: refuses fields that no form has, and edits that no preview made', async () => {
    expect((await send(alex, '/admin/import', { ...QUESTION, force: 'true' })).status).toBe(400);
    const mapping = { list: 'mappings', entry: { id: 'evil', isAdmin: true } };
    const many = Array.from({ length: 1_001 }, () => mapping);
    for (const edits of [
      '{',
      '{}',
      '[]',
      '[{"list":"people"}]',
      JSON.stringify([mapping]),
      JSON.stringify(many),
    ]) {
      const fields = { edits, version: '1', do: 'apply', reason: 'x' };
      expect((await send(alex, '/admin/change', fields)).status).toBe(400);
    }
  });

  it('W23: adds nothing for whoever may only read, and is nowhere for anybody else', async () => {
    const text = 'aws#other#Auditor#123412341236';
    const proposed = await send(nora, '/admin/import', { ...QUESTION, text });
    expect(proposed.text).toContain('New: 1 account, 1 role, 1 mapping.');
    expect((await press(nora, proposed, { do: 'apply', reason: 'x' })).status).toBe(403);
    for (const path of ['/admin/import', '/admin/discover']) {
      expect((await erin.post(`${broker.baseUrl}${path}`, QUESTION)).status).toBe(404);
    }
  });
});
