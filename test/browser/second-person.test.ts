/** A change that one administrator proposes and another approves, on a wide screen and on a phone, by day and by night. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { withPriya } from '../support/administrators.ts';
import { browserWorld } from '../support/browser-world.ts';
import { look } from '../support/look.ts';
import { secondPersonSettings } from '../support/second-person.ts';
import { signInAs } from '../support/visitor.ts';

const world = browserWorld(() => ({ access: withPriya, settings: secondPersonSettings('own-access') }));

describe.each([
  { width: 1280, colorScheme: 'light', role: 'production-support-operator' },
  { width: 360, colorScheme: 'dark', role: 'production-developer' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme, role }) => {
  async function arrive(person: RegExp): Promise<Page> {
    const { page } = await world.arrive({ viewport: { width, height: 800 }, colorScheme });
    await signInAs(page, world.broker.baseUrl, { person, connector: 'sandbox-saml' });
    return page;
  }

  async function propose(page: Page, id: string): Promise<void> {
    await page.goto(`${world.broker.baseUrl}/admin/new/mappings`);
    await page.getByLabel('Id', { exact: true }).fill(id);
    await page.getByLabel('Identity provider').selectOption('sandbox-saml');
    await page.getByRole('textbox', { name: 'Groups', exact: true }).fill('daypass-administrators');
    await page.locator('textarea[name="roles.ids"]').fill(role);
    await page.getByRole('button', { name: 'See what it changes' }).last().click();
    await look(page, 'What this would change', 'second-person-preview');
    await page.getByLabel('Why?').fill(`Support needs ${id}`);
    await page.getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByRole('heading', { name: 'Proposed change' }).waitFor();
  }

  it('waits where the other sees it, is approved there, and gives the role', async () => {
    const alex = await arrive(/Alex/);
    await propose(alex, `second-${width}`);
    await look(alex, 'Proposed change', 'second-person-own');
    expect(await alex.getByRole('button', { name: 'Approve' }).count()).toBe(0);

    const priya = await arrive(/Priya/);
    await priya.goto(`${world.broker.baseUrl}/admin`);
    await priya.getByRole('link', { name: '1 change waits for approval' }).click();
    await look(priya, 'Changes', 'second-person-list');
    await priya.getByRole('link', { name: `Support needs second-${width}` }).click();
    await look(priya, 'Proposed change', 'second-person-other');
    await priya.getByText('Gives').waitFor();
    await priya.getByRole('button', { name: 'Approve' }).click();
    await look(priya, /^Version /, 'second-person-version');
    await priya.getByText('user:sandbox-saml:priya.nair').waitFor();
    await alex.goto(`${world.broker.baseUrl}/roles/${role}`);
    await alex.getByText(`second-${width}`).waitFor();
  });

  it('is rejected with a reason, withdrawn, and proposed again for what the catalogue is by then', async () => {
    const [alex, priya] = [await arrive(/Alex/), await arrive(/Priya/)];
    await propose(alex, `rejected-${width}`);
    await priya.goto(alex.url());
    await priya.getByLabel('Why not?').fill('Not this one');
    await priya.getByRole('button', { name: 'Reject' }).click();
    await look(priya, 'Proposed change', 'second-person-rejected');
    await priya.getByText('Not this one').waitFor();

    await propose(alex, `stale-${width}`);
    await priya.goto(`${world.broker.baseUrl}/admin/accounts/222233334444`);
    await priya.getByLabel('Name', { exact: true }).fill(`Development ${width}`);
    await priya.getByRole('button', { name: 'See what it changes' }).last().click();
    await priya.getByLabel('Why?').fill('a name');
    await priya.getByRole('button', { name: 'Apply' }).click();
    await priya.getByRole('heading', { level: 1, name: /^Version / }).waitFor();
    await alex.reload();
    await look(alex, 'Proposed change', 'second-person-stale');
    await alex.getByRole('button', { name: 'See what it would do now' }).click();
    await alex.getByLabel('Why?').fill('once more');
    await alex.getByRole('button', { name: 'Ask for approval' }).click();
    await alex.getByText('once more').waitFor();
    await alex.getByRole('button', { name: 'Withdraw it' }).click();
    await alex.getByText('It was withdrawn').waitFor();
    await alex.goto(`${world.broker.baseUrl}/admin/versions`);
    await alex.getByRole('link', { name: `Support needs stale-${width}` }).click();
    await alex.getByRole('button', { name: 'Withdraw it' }).click();
    await alex.getByText('It was withdrawn').waitFor();
  });
});
