/** A role that asks for another sign-in, in a real browser: from the button to the console, and what one sees on the way. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { browserWorld } from '../support/browser-world.ts';
import { lastCall } from '../support/sandbox-aws.ts';
import type { ConnectorId } from '../support/start-test-broker.ts';
import { refusal, signInAs, type Visitor } from '../support/visitor.ts';

const ROLE = 'production-developer-step-up';

const world = browserWorld();

async function priya(
  connector: ConnectorId,
  options: { javaScriptEnabled?: boolean } = {},
): Promise<Visitor> {
  const visitor = await world.arrive(options);
  await signInAs(visitor.page, world.broker.baseUrl, { person: /Priya/, connector });
  return visitor;
}

/** On the identity provider's page, where the press led by way of the page between. */
async function confirm(tab: Page, secondFactor = true): Promise<void> {
  await tab.waitForURL(`${world.broker.identityProvidersUrl}/**`);
  const box = tab.getByRole('checkbox', { name: /^With a second factor, which/ });
  expect(await box.isChecked()).toBe(true);
  await box.setChecked(secondFactor);
  await tab.getByRole('button', { name: /Priya/ }).click();
}

describe.each<ConnectorId>(['sandbox-saml', 'sandbox-oidc'])(
  'from the press and back, by %s',
  (connector) => {
    it('opens the console by one press and one sign-in', async () => {
      const visitor = await priya(connector);
      const row = visitor.page.locator('.role', { hasText: 'Developer after step-up' });
      expect(await row.innerText()).toContain('asks for a fresh, stronger sign-in (15 minutes)');
      const tab = await visitor.newTab(() =>
        visitor.page.getByRole('button', { name: /^Console Developer after step-up/ }).click(),
      );
      await confirm(tab);
      await tab.waitForURL(`${world.broker.awsUrl}/console/ec2/home?region=us-east-1`);
      expect(await tab.getByRole('heading', { level: 1 }).innerText()).toContain('Example Production');
      await visitor.complained(refusal(401, 'Unauthorized'));
    });

    it('hands out credentials for what was chosen, once: the same address again waits for a press', async () => {
      const visitor = await priya(connector);
      const { page } = visitor;
      await page.goto(`${world.broker.baseUrl}/roles/${ROLE}`);
      await page.getByLabel('How long').selectOption({ label: 'Another duration…' });
      await page.getByRole('spinbutton', { name: 'Minutes' }).fill('77');
      await page.getByRole('button', { name: 'Get credentials' }).click();
      await confirm(page);
      await page.waitForURL(`${world.broker.baseUrl}/roles/${ROLE}/credentials`);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Credentials for');
      const { parameters } = await lastCall(world.broker.awsUrl, 'AssumeRoleWithSAML');
      expect(parameters).toMatchObject({ durationSeconds: 4_620 });

      await page.goto(`${world.broker.baseUrl}/roles/${ROLE}?purpose=credentials&durationSeconds=4620`);
      expect(await page.getByText('Your choices are as you left them.').isVisible()).toBe(true);
      expect(await page.getByLabel('How long').inputValue()).toBe('4620');
      await visitor.complained(refusal(401, 'Unauthorized'));
    });
  },
);

describe('without scripts', () => {
  it('waits at the filled-in page for one more press', async () => {
    const visitor = await priya('sandbox-oidc', { javaScriptEnabled: false });
    const { page } = visitor;
    await page.goto(`${world.broker.baseUrl}/roles/${ROLE}`);
    await page.getByLabel('How long').selectOption({ label: '15 minutes' });
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await confirm(page);
    await page.waitForURL(`${world.broker.baseUrl}/roles/${ROLE}?**`);
    expect(await page.getByText('this page goes on with what you pressed').isVisible()).toBe(true);
    expect(await page.getByLabel('How long').inputValue()).toBe('900');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL(`${world.broker.baseUrl}/roles/${ROLE}/credentials`);
    expect(await page.getByText(/ASIA/).count()).toBeGreaterThan(0);
    await visitor.complained(refusal(401, 'Unauthorized'));
  });
});

describe('a second factor that is not vouched for', () => {
  it('ends at a page that says so, with the way back to one’s roles', async () => {
    const visitor = await priya('sandbox-saml');
    const { page } = visitor;
    await page.goto(`${world.broker.baseUrl}/roles/${ROLE}`);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await confirm(page, false);
    await page.getByText('saml.authn_context').waitFor();
    await page.getByRole('link', { name: 'Your roles' }).first().click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Your AWS roles');
    await visitor.complained(refusal(401, 'Unauthorized'));
    await visitor.complained(refusal(403, 'Forbidden'));
  });
});
