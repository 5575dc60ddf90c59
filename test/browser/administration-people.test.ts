/** The administrators' way through people and explanations, as phones and wide screens show it, by day and by night. */
import { describe, expect, it } from 'vitest';
import { browserWorld } from '../support/browser-world.ts';
import { look } from '../support/look.ts';
import { refusal, signInAs } from '../support/visitor.ts';

const world = browserWorld();

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  it('finds a person, explains what they lack, disables them and lets them in again', async () => {
    const { page: erin } = await world.arrive();
    await signInAs(erin, world.broker.baseUrl, { person: /Erin/, connector: 'sandbox-saml' });
    const visitor = await world.arrive({ viewport: { width, height: 800 }, colorScheme });
    const { page } = visitor;
    await signInAs(page, world.broker.baseUrl, { person: /Alex/, connector: 'sandbox-saml' });
    await page.goto(`${world.broker.baseUrl}/admin/people`);
    await look(page, 'People', 'people');
    await page.getByRole('searchbox').fill('erin');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Erin Engel' }).click();
    await look(page, 'Erin Engel', 'person');

    await page.getByRole('link', { name: 'Explain a role' }).click();
    await page.getByLabel('Role', { exact: true }).fill('production-developer');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'There is no such role among those you may use.' }).waitFor();
    await look(page, 'Explain', 'explain-refused');
    expect(await page.locator('.step[data-state=failed]').textContent()).toContain('No mapping gives');
    expect(await page.getByRole('link', { name: 'payments-leads-saml' }).count()).toBe(1);

    await page.getByLabel('Whoever would come with these groups').check();
    await page.getByRole('textbox', { name: 'Groups' }).fill('payments-leads');
    await page.getByText('Attributes, sign-in, and what').click();
    await page.getByRole('textbox', { name: 'Attributes' }).fill('department=payments\ncostCenter=cc-1');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'Permitted, by the mapping “payments-leads-saml”' }).waitFor();
    await look(page, 'Explain', 'explain-permitted');
    expect(await page.locator('.step').last().textContent()).toContain('sts:TagSession');

    await page.goto(`${world.broker.baseUrl}/admin/people?q=erin`);
    await page.getByRole('link', { name: 'Erin Engel' }).click();
    await page.getByLabel('Why').fill('left the company');
    await page.getByRole('button', { name: 'Disable Erin Engel' }).click();
    await page.getByText('left the company').waitFor();
    await look(page, 'Erin Engel', 'person-disabled');
    await erin.reload();
    await erin.getByRole('heading', { name: 'Sign in to Daypass' }).waitFor();

    await page.getByLabel('Why').fill('a mistake');
    await page.getByRole('button', { name: 'Enable Erin Engel' }).click();
    await page.getByRole('heading', { name: 'Disable' }).waitFor();
  });

  it('shows somebody who is refused a role what led to it', async () => {
    const visitor = await world.arrive({ viewport: { width, height: 800 }, colorScheme });
    const { page } = visitor;
    await signInAs(page, world.broker.baseUrl, { person: /Erin/, connector: 'sandbox-saml' });
    await page.goto(`${world.broker.baseUrl}/roles/production-developer`);
    await look(page, 'This role is not open to you', 'refused');
    expect(await page.locator('.step[data-state=failed]').textContent()).toContain(
      'Nothing that has arrived',
    );
    await visitor.complained(refusal(404, 'Not Found'));
  });
});
