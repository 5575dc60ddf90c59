/** The page of a role's trust, as an administrator uses it: look, try, mend, give an external ID. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { look } from '../support/look.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { signInAs, Visitor } from '../support/visitor.ts';

let browser: Browser;
let broker: TestBroker;
beforeAll(async () => {
  [browser, broker] = await Promise.all([launchChromium(), startTestBroker()]);
});
afterAll(async () => {
  await browser.close();
  await broker.close();
});

it.each([
  [1280, 'light'],
  [360, 'dark'],
] as const)(
  'tells what to set up, tries it, and reads a policy, at %i px, %s',
  async (width, colorScheme) => {
    const visitor = await Visitor.arrive(browser, { viewport: { width, height: 900 }, colorScheme });
    const { page } = visitor;
    await signInAs(page, broker.baseUrl, { person: /Alex/, connector: 'sandbox-saml' });
    await page.goto(`${broker.baseUrl}/admin/roles/tools-cost-reader-other-id`);
    await page.getByRole('link', { name: 'What its account needs, and whether it works' }).click();
    await page.getByRole('heading', { name: 'Trust for Cost reader, another external ID' }).waitFor();
    await page.getByRole('tab', { name: 'Terraform' }).click();
    expect(await page.getByRole('tabpanel').innerText()).toContain('aws_iam_role');
    await page.getByRole('tab', { name: 'AWS CLI' }).click();
    await look(page, /./, 'trust');

    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByText('It does not work.').waitFor();
    await page.getByText('This mends it, in account 111122223333').waitFor();
    await look(page, /./, 'trust-fails');

    await page
      .getByLabel('The role’s trust policy, as it is now')
      .fill(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"sts:AssumeRole"}]}',
      );
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('the confused deputy').waitFor();
    await look(page, /./, 'trust-lint');
    await visitor.leave();
  },
);

it('gives a role an external ID, and nobody but administrators anything', async () => {
  const visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await signInAs(page, broker.baseUrl, { person: /Alex/, connector: 'sandbox-saml' });
  await page.goto(`${broker.baseUrl}/admin/roles/production-ec2-operator/trust`);
  await page.getByLabel('Why?').fill('Agreed with production');
  await page.getByRole('button', { name: 'Give it one' }).click();
  await page.getByText(/^External ID: daypass-[\w-]{43}$/).waitFor();
  await visitor.leave();

  const other = await Visitor.arrive(browser);
  await signInAs(other.page, broker.baseUrl, { person: /Erin/, connector: 'sandbox-saml' });
  const answer = await other.page.goto(`${broker.baseUrl}/admin/roles/production-ec2-operator/trust`);
  expect(answer?.status()).toBe(404);
  await other.leave();
});
