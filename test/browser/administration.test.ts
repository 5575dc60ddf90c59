/** Administrators at their pages: with a mouse, by keyboard alone, on a phone, and without scripts. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { browserWorld, type BrowserWorld } from '../support/browser-world.ts';
import { look } from '../support/look.ts';
import type { ConnectorId } from '../support/start-test-broker.ts';
import { refusal, signInAs, type Visitor } from '../support/visitor.ts';

const world = browserWorld();

async function arrive(
  options: Parameters<BrowserWorld['arrive']>[0] = {},
  connector: ConnectorId = 'sandbox-saml',
): Promise<Visitor> {
  const visitor = await world.arrive(options);
  await signInAs(visitor.page, world.broker.baseUrl, { person: /Alex/, connector });
  return visitor;
}

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  it('every page can be read and used by whoever cannot see or point', async () => {
    const { page } = await arrive({ viewport: { width, height: 800 }, colorScheme });
    for (const [path, title] of [
      ['', 'Administration'],
      ['/mappings', 'Mappings'],
      ['/mappings?q=nothing-like-it', 'Mappings'],
      ['/roles', 'Roles'],
      ['/accounts', 'Accounts'],
      ['/connectors', 'Connectors'],
      ['/applications', 'Applications'],
      ['/administrators', 'Administrators'],
      ['/import', 'Import'],
      ['/versions', 'Changes'],
      ['/versions/1', 'Version 1'],
      ['/new/mappings', 'New mapping'],
      ['/new/roles', 'New role'],
      ['/new/accounts', 'New account'],
      ['/new/connectors', 'New connector'],
      ['/new/applications', 'New application'],
      ['/new/administrators', 'New administrator'],
      ['/mappings/payments-leads-saml', 'Mapping payments-leads-saml'],
      ['/roles/production-ec2-operator', 'Role production-ec2-operator'],
      ['/connectors/sandbox-saml', 'Connector sandbox-saml'],
      ['/applications/billing-report', 'Application billing-report'],
    ] as const) {
      await page.goto(`${world.broker.baseUrl}/admin${path}`);
      await look(page, title);
    }
  });

  it('a change: its form, its mistakes, its preview, its version, and the way back', async () => {
    const id = `support-${width}`;
    const visitor = await arrive({ viewport: { width, height: 800 }, colorScheme });
    const { page } = visitor;
    if (width < 500) await page.locator('.menu summary').click();
    await page.getByRole('link', { name: 'Administration' }).filter({ visible: true }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Mappings' }).click();
    await page.getByRole('link', { name: 'Add to mappings' }).click();
    await page.getByLabel('Id', { exact: true }).fill('Not an id');
    await page.getByLabel('Identity provider').selectOption('sandbox-saml');
    await page.getByRole('checkbox', { name: /^engineering/ }).check();
    await page.getByLabel('Session policy').fill('{ "Version": "2012-10-17", "Statement": [ oops ] }');
    await page.getByRole('button', { name: 'See what it changes' }).filter({ visible: true }).last().click();
    await look(page, 'New mapping');
    await visitor.complained(refusal(400, 'Bad Request'));
    expect(await page.getByText('is not JSON: look at line 1, column').count()).toBe(2);
    expect(await page.getByLabel('Groups', { exact: true }).inputValue()).toBe('engineering');

    await page.getByLabel('Id', { exact: true }).fill(id);
    await page.getByLabel('Session policy').fill('{ "Version": "2012-10-17", "Statement": [] }');
    await page.getByText(/^39 of 2048/).waitFor();
    await page.getByLabel('Session policy').fill('');
    await page.getByLabel('Find more to tick').fill('support operator');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('checkbox', { name: /^production-support-operator/ }).check();
    await page.getByRole('button', { name: 'See what it changes' }).last().click();
    await look(page, 'What this would change');
    await page.getByText('Support operator in Example Production to').waitFor();
    await page.getByRole('button', { name: 'Change it further' }).click();
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe(id);
    await page.getByRole('button', { name: 'See what it changes' }).last().click();
    await page.getByLabel('Why?').fill('Support needs it');
    await page.getByRole('button', { name: 'Apply' }).click();
    await look(page, /^Version /);
    await page.getByText('Support needs it').waitFor();

    await page.goto(`${world.broker.baseUrl}/admin/versions`);
    await page
      .getByRole('link', { name: /^Version / })
      .nth(1)
      .click();
    await page.getByRole('button', { name: 'Go back to this version' }).click();
    await look(page, /^Go back to version /);
    await page.getByLabel('Why?').fill('too much');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('too much').waitFor();
  });
});

it('a role’s form shows only what its operation has, and all of it without scripts', async () => {
  const { page } = await arrive();
  await page.goto(`${world.broker.baseUrl}/admin/new/roles`);
  const externalId = page.getByLabel('External ID');
  expect(await externalId.isVisible()).toBe(false);
  await page.getByLabel('STS operation').selectOption('assume-role');
  expect(await externalId.isVisible()).toBe(true);
  expect(await page.getByLabel('SAML provider in the account').isVisible()).toBe(false);
  const plain = await arrive({ javaScriptEnabled: false }, 'sandbox-oidc');
  await plain.page.goto(`${world.broker.baseUrl}/admin/new/roles`);
  expect(await plain.page.getByLabel('External ID').isVisible()).toBe(true);
});

it('what is pasted is seen, previewed and added without scripts', async () => {
  const phone = { javaScriptEnabled: false, viewport: { width: 360, height: 800 } };
  const { page } = await arrive(phone, 'sandbox-oidc');
  const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
  const said = (text: string): Promise<void> => page.getByText(text).first().waitFor();
  await page.goto(`${world.broker.baseUrl}/admin/import`);
  await page.getByLabel('What it is').selectOption('saml-roles');
  await page.getByLabel('Its text').fill('aws#imported#ReadOnly#123412341234\nDomain Admins\n');
  await page.getByLabel('Whose groups and people these are').selectOption('sandbox-saml');
  await press('See what is in it');
  await said('New: 1 account, 1 role, 1 mapping.');
  await said('what you pasted, line 2');
  expect(await page.getByLabel('Its text').inputValue()).toContain('Domain Admins');
  await press('Go on to add them');
  await page.getByRole('heading', { name: 'What this would change' }).waitFor();
  await said('imported-readonly');
  await page.getByLabel('Why?').fill('carried over by hand');
  await press('Apply');
  await page.getByRole('heading', { name: /^Version / }).waitFor();
  await said('carried over by hand');
  await page.goto(`${world.broker.baseUrl}/admin/roles/imported-readonly`);
  await page.getByRole('heading', { name: 'Role imported-readonly' }).waitFor();
});

it('an account is added by keyboard alone', async () => {
  const { page } = await arrive();
  const { keyboard } = page;
  await page.goto(`${world.broker.baseUrl}/admin/accounts`);
  await reach(page, 'Add to accounts');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New account' }).waitFor();
  await reach(page, 'Id');
  await keyboard.type('999988887777');
  await keyboard.press('Tab');
  await keyboard.type('By keyboard');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What this would change' }).waitFor();
  await reach(page, 'Why?');
  await keyboard.type('no mouse at hand');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Version / }).waitFor();
  await page.getByText('no mouse at hand').waitFor();
});

/** Presses Tab until whatever has this name has the focus. */
async function reach(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(
      `(document.activeElement?.labels?.[0] ?? document.activeElement)?.textContent?.trim() ?? ''`,
    );
    if (focused === name) return;
  }
  throw new Error(`${name} cannot be reached`);
}
