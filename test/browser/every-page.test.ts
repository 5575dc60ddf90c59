/** A walk past every page of Daypass and of its sandbox, as phones and wide screens show them, by day and by night. */
import { describe, it } from 'vitest';
import { AwsLoginClient } from '../support/aws-login-client.ts';
import { browserWorld } from '../support/browser-world.ts';
import { IdentityCenterClient } from '../support/identity-center-client.ts';
import { look } from '../support/look.ts';
import { pick, refusal, type Visitor } from '../support/visitor.ts';

const world = browserWorld();

async function signIn({ page }: Visitor, person: RegExp): Promise<void> {
  await page.goto(world.broker.baseUrl);
  await look(page, 'Sign in to Daypass');
  await page.getByRole('link', { name: /\(SAML\)/ }).click();
  await look(page, 'Who do you want to be?');
  await pick(page, person, world.broker.baseUrl);
  await look(page, 'Your AWS roles');
}

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  const arrive = (): Promise<Visitor> => world.arrive({ viewport: { width, height: 800 }, colorScheme });

  it('the way from a sign-in to the console, to credentials and out again', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await signIn(visitor, /Alex/);
    await page.locator('.menu summary').click();
    await look(page, 'Your AWS roles');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('no such thing');
    await look(page, 'Your AWS roles');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL('**/?q=*');
    await look(page, 'Your AWS roles');
    await page.goto(`${world.broker.baseUrl}/roles/development-readonly`);
    await page.getByText('Narrow what the session may do').click();
    await page.getByLabel('How long').selectOption({ label: 'Another duration…' });
    await look(page, 'Read only');
    await page.goto(`${world.broker.baseUrl}/roles/tools-session`);
    await look(page, 'Tools with MFA');
    await page.goto(`${world.broker.baseUrl}/roles/development-readonly`);
    const tab = await visitor.newTab(() => page.getByRole('button', { name: /^Open console/ }).click());
    await look(tab, 'You are in the console of Example Development');
    await page.getByRole('button', { name: 'Get credentials' }).click();
    await look(page, 'Credentials for Read only');
    await page.getByRole('tabpanel').locator('summary').click();
    await look(page, 'Credentials for Read only');
    await page.locator('.menu summary').click();
    await page.getByRole('link', { name: 'Set up your tools' }).click();
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await look(page, 'Set up your tools');
    }
    await page.locator('.menu summary').click();
    await page.getByRole('link', { name: 'Sign-ins and tokens', exact: true }).click();
    await look(page, 'Sign-ins and tokens');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await look(page, 'You are signed out');
  });

  it('a device’s code, and the client behind it', async () => {
    const { page } = await arrive();
    await page.goto(`${world.broker.baseUrl}/sign-in/sandbox-saml?returnTo=%2Fdevice`);
    await pick(page, /Alex/, world.broker.baseUrl);
    await look(page, 'Let a device in');
    const client = await IdentityCenterClient.register(world.broker.baseUrl);
    const { userCode } = await client.device();
    await page.getByRole('textbox', { name: 'Code' }).fill(userCode);
    await page.getByRole('button', { name: 'Continue' }).click();
    await look(page, 'Let this client in?');
    await page.getByRole('button', { name: 'Yes, let it in' }).click();
    await look(page, 'The client is in');
  });

  it('what aws login asks, on this device and on another', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await signIn(visitor, /Erin/);
    await page.goto(new AwsLoginClient(world.broker).authorizeUrl());
    await look(page, 'Choose a role for the AWS CLI');
    await page.goto(new AwsLoginClient(world.broker, { onOtherDevice: true }).authorizeUrl());
    await look(page, 'Choose a role for the AWS CLI');
    await page.getByLabel('I started this myself').check();
    await page.getByRole('button', { name: 'Use Read only in Example Production' }).click();
    await look(page, 'Your code for the AWS CLI');
  });

  it('refusals, and somebody without a role', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await signIn(visitor, /Nora/);
    for (const [path, title] of [
      ['/roles/development-readonly', 'This role is not open to you'],
      ['/nowhere', 'Page not found'],
    ] as const) {
      await page.goto(`${world.broker.baseUrl}${path}`);
      await look(page, title);
      await visitor.complained(refusal(404, 'Not Found'));
    }
  });

  it('the sandbox’s own pages', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await page.goto(world.broker.awsUrl);
    await look(page, 'A small AWS to try things in');
    await page.getByRole('button', { name: 'Be lambda.amazonaws.com', exact: true }).click();
    await page.getByText('lambda.amazonaws.com has the role').waitFor();
    await look(page, 'A small AWS to try things in');
    await page.goto(world.broker.identityProvidersUrl);
    await look(page, 'Identity providers');
    await page.goto(`${world.broker.awsUrl}/console/`);
    await look(page, 'Sign in again');
    await visitor.complained(refusal(401, 'Unauthorized'));
  });
});
