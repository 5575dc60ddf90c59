/** From a sign-in to AWS in a real browser, on the pages as they are. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { callerIdentityInBash } from '../support/bash-session.ts';
import { browserWorld } from '../support/browser-world.ts';
import { lastCall } from '../support/sandbox-aws.ts';
import { refusal, signInAs, type Visitor } from '../support/visitor.ts';

const world = browserWorld();

/** Signed in, on the roles page. */
async function visit(person: RegExp): Promise<Visitor> {
  const visitor = await world.arrive();
  await signInAs(visitor.page, world.broker.baseUrl, { person, connector: 'sandbox-saml' });
  return visitor;
}

/** What stands beside a name in a list of facts. */
const fact = (page: Page, name: string): Promise<string> =>
  page.locator(`dt:text-is("${name}") + dd`).innerText();

/** Presses the button and returns what is in the clipboard then. */
async function copy(page: Page, form: string): Promise<string> {
  await page.getByRole('tab', { name: form }).click();
  await page.getByRole('button', { name: `Copy for ${form}` }).click();
  await page.getByRole('button', { name: `Copied for ${form}` }).waitFor();
  return page.evaluate<string>('navigator.clipboard.readText()');
}

async function getCredentials(page: Page, role: string): Promise<void> {
  await page.getByRole('button', { name: `Credentials ${role}` }).click();
  await page.waitForURL('**/credentials');
}

describe('the roles page', () => {
  it('finds a role as one types, and by Enter', async () => {
    const { page } = await visit(/Erin/);
    const rows = page.locator('.role:visible');
    const all = await rows.count();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('production ec2');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('Ec2Operator')]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/?q=production+ec2');
    expect(await rows.count()).toBe(1);
    expect(await page.getByRole('status').first().innerText()).toBe(`1 of ${all} roles match`);
    await page.getByRole('link', { name: 'Clear the search' }).click();
    await expect.poll(() => rows.count()).toBe(all);
  });

  it('says how long and why', async () => {
    const { page } = await visit(/Erin/);
    const row = page.locator('.role', { hasText: 'Ec2Operator' });
    expect(await row.innerText()).toMatch(/up to 4 hours\s+through group engineering/);
  });

  it('asks for styles and scripts once, not on every page', async () => {
    const { page } = await visit(/Erin/);
    await page.getByRole('link', { name: /^Options EC2 operator/ }).click();
    await page.getByRole('link', { name: 'Your roles' }).click();
    const transferred = await page.evaluate<number[]>(
      'performance.getEntriesByType("resource").map((entry) => entry.transferSize)',
    );
    expect(transferred.length).toBeGreaterThan(8);
    expect(transferred.filter((size) => size > 0)).toEqual([]);
  });
});

describe('the console', () => {
  it('opens in a new tab as the role, with session name and tags; signing out of it leads back to the role', async () => {
    const visitor = await visit(/Priya/);
    const developer = visitor.page.getByRole('button', { name: 'Console Developer in Example Production' });
    const tab = await visitor.newTab(() => developer.click());
    await tab.waitForURL(`${world.broker.awsUrl}/console/ec2/home?region=us-east-1`);
    expect(await tab.getByRole('heading', { level: 1 }).innerText()).toContain('Example Production');
    expect(await fact(tab, 'Account')).toBe('Example Production (444455556666)');
    expect(await fact(tab, 'Role')).toBe('Developer');
    expect(await fact(tab, 'Credentials')).toBe('by a SAML assertion');
    const name = await fact(tab, 'Session name');
    expect(name).toMatch(/^priya\.nair-[a-z2-7]{12}$/);
    expect(await fact(tab, 'Source identity')).toBe(name);
    expect(await fact(tab, 'ARN')).toBe(`arn:aws:sts::444455556666:assumed-role/Developer/${name}`);
    expect(await fact(tab, 'Session tags')).toMatch(
      /department: payments \(transitive\)\s+costCenter: cc-3310/,
    );
    expect(await tab.evaluate('window.opener')).toBeNull();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.waitForURL(`${world.broker.baseUrl}/roles/production-developer`);
    expect(await tab.getByRole('heading', { level: 1 }).innerText()).toBe('Developer');
    await tab.goto(`${world.broker.awsUrl}/console/`);
    expect(await tab.getByRole('heading', { level: 1 }).innerText()).toBe('Sign in again');
    await visitor.complained(refusal(401, 'Unauthorized'));
  });

  it('opens with the rights of GetFederationToken too, narrowed by the mapping', async () => {
    const visitor = await visit(/Erin/);
    const tab = await visitor.newTab(() =>
      visitor.page.getByRole('button', { name: /^Console Reports/ }).click(),
    );
    await tab.waitForURL(`${world.broker.awsUrl}/console/s3/home`);
    expect(await fact(tab, 'IAM user')).toContain('reports');
    expect(await fact(tab, 'ARN')).toMatch(
      /^arn:aws:sts::111122223333:federated-user\/erin\.engel-[a-z2-7]{12}$/,
    );
    expect(await tab.locator('pre').innerText()).toContain('s3:ListBucket');
  });

  it('lasts as long as one chose', async () => {
    const visitor = await visit(/Erin/);
    await visitor.page.goto(`${world.broker.baseUrl}/roles/development-developer`);
    await visitor.page.getByLabel('How long').selectOption({ label: '12 hours' });
    const tab = await visitor.newTab(() =>
      visitor.page.getByRole('button', { name: /^Open console/ }).click(),
    );
    await tab.waitForURL(`${world.broker.awsUrl}/console/**`);
    expect(await fact(tab, 'Ends')).toMatch(/\((?:12:00:00|11:59:\d\d) left\)/);
  });
});

describe('credentials', () => {
  it('are masked until shown, counted down, and work when their bash block is pasted into a bash', async () => {
    const { page } = await visit(/Erin/);
    await getCredentials(page, 'EC2 operator');
    const main = page.getByRole('main');
    expect(await main.innerText()).toMatch(/AWS_SECRET_ACCESS_KEY=•+\s/);
    expect(await page.locator('.lifetime').innerText()).toMatch(/in (?:1 h 0 min|59 min \d+ s)$/);
    const block = await copy(page, 'bash, zsh');
    const secret = /AWS_SECRET_ACCESS_KEY='(.+)'/.exec(block)?.[1] ?? '';
    expect(secret).toMatch(/^\S{40}$/);
    expect(await main.innerText()).not.toContain(secret);
    await page.getByRole('tabpanel').locator('summary').click();
    expect(await main.innerText()).toContain(secret);

    const identity = await callerIdentityInBash(block, world.broker.awsUrl);
    const name = await fact(page, 'Session name');
    expect(identity.Arn).toBe(`arn:aws:sts::444455556666:assumed-role/Ec2Operator/${name}`);
  });

  it('come in every form, each with the same secret', async () => {
    const { page } = await visit(/Erin/);
    await getCredentials(page, 'Data analyst in Example Development');
    const { secretAccessKey } = JSON.parse(await copy(page, 'JSON')) as { secretAccessKey: string };
    for (const form of ['bash, zsh', 'PowerShell', 'Windows cmd', 'Credentials file']) {
      expect(await copy(page, form), form).toContain(secretAccessKey);
    }
  });

  it('are not handed out again by opening their page’s address', async () => {
    const { page } = await visit(/Erin/);
    await getCredentials(page, 'EC2 operator');
    await page.goto(page.url());
    expect(page.url()).toBe(`${world.broker.baseUrl}/roles/production-ec2-operator`);
  });
});

describe('the choices on a role’s page', () => {
  it('hold: a duration of one’s own, in minutes', async () => {
    const { page } = await visit(/Erin/);
    await page.getByRole('link', { name: 'Options EC2 operator in Example Production' }).click();
    await page.getByLabel('How long').selectOption({ label: 'Another duration…' });
    await page.getByRole('spinbutton', { name: 'Minutes' }).fill('77');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/credentials');
    expect((await lastCall(world.broker.awsUrl, 'AssumeRole')).parameters).toMatchObject({
      durationSeconds: 4_620,
    });
  });

  it('hold: a session policy that narrows', async () => {
    const { page } = await visit(/Erin/);
    await page.goto(`${world.broker.baseUrl}/roles/production-ec2-operator`);
    await page.getByText('Narrow what the session may do').click();
    const policy =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}}';
    await page.getByLabel('Session policy').fill(policy);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/credentials');
    expect((await lastCall(world.broker.awsUrl, 'AssumeRole')).parameters['policy']).toBe(policy);
  });

  it('hold: the mapping, of which each has limits of its own', async () => {
    const { page } = await visit(/Alex/);
    await page.goto(`${world.broker.baseUrl}/roles/production-readonly`);
    const rules = page.getByRole('navigation', { name: 'By which rule' });
    const longest = (): Promise<string> => page.getByLabel('How long').locator('option').nth(-2).innerText();
    expect(await rules.locator('[aria-current]').innerText()).toContain('administrators-s3-saml');
    expect(await longest()).toBe('12 hours');
    await rules.getByRole('link', { name: /through group engineering/ }).click();
    await page.waitForURL('**/roles/production-readonly?mapping=engineering-production-saml');
    expect(await rules.locator('[aria-current]').innerText()).toContain('engineering-production-saml');
    expect(await longest()).toBe('4 hours');
    await page.getByLabel('How long').selectOption({ label: '4 hours' });
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.waitForURL('**/credentials');
    const { parameters } = await lastCall(world.broker.awsUrl, 'AssumeRoleWithSAML');
    expect(parameters).toMatchObject({ durationSeconds: 14_400 });
    expect(JSON.stringify(parameters)).not.toContain('AmazonS3ReadOnlyAccess');
  });

  it('hold: the MFA code that the sandbox’s page shows, and a wrong one leads back for another try', async () => {
    const visitor = await visit(/Alex/);
    const { page } = visitor;
    await page.getByRole('link', { name: /^Credentials… Tools with MFA/ }).click();
    await page.getByLabel('MFA code').fill('000000');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.getByRole('heading', { name: 'The MFA code did not work' }).waitFor();
    await visitor.complained(refusal(400, 'Bad Request'));
    await page.getByRole('link', { name: 'Back to the role' }).click();
    const aws = await visitor.newTab(() =>
      page.getByRole('link', { name: /shows the current code/ }).click(),
    );
    const code = await aws.locator('.code-of-the-moment').innerText();
    await page.getByLabel('MFA code').fill(code);
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await page.getByRole('heading', { name: 'Credentials for Tools with MFA' }).waitFor();
    const identity = await callerIdentityInBash(await copy(page, 'bash, zsh'), world.broker.awsUrl);
    expect(identity.Arn).toBe('arn:aws:iam::111122223333:user/tools');
  });
});
