/** What a real browser shows to whoever is refused. */
import { describe, expect, it } from 'vitest';
import { browserWorld } from '../support/browser-world.ts';
import { refusal, signInAs, type Visitor } from '../support/visitor.ts';

const world = browserWorld();

async function visit(person: RegExp): Promise<Visitor> {
  const visitor = await world.arrive();
  await signInAs(visitor.page, world.broker.baseUrl, { person, connector: 'sandbox-saml' });
  return visitor;
}

const mainText = ({ page }: Visitor): Promise<string> => page.getByRole('main').innerText();

describe('a refusal', () => {
  it('of a role for an AWS service says so, who one is, which groups arrived, the code and the request', async () => {
    const visitor = await visit(/Erin/);
    await visitor.page.getByRole('button', { name: 'Try it Edge function' }).click();
    await visitor.page.getByRole('heading', { level: 1, name: 'No person can use this role' }).waitFor();
    const text = await mainText(visitor);
    for (const part of [
      'lambda.amazonaws.com and edgelambda.amazonaws.com',
      'Erin Engel',
      'erin.engel@example.com',
      'engineering',
      'role.reserved_for_service',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/);
    await visitor.complained(refusal(403, 'Forbidden'));
    await visitor.page.getByRole('link', { name: 'Your roles' }).click();
    await visitor.page.waitForURL(`${world.broker.baseUrl}/`);
  });

  it.each(['/roles/tools-session', '/roles/no-such-role'])(
    'of %s, which is not Erin’s, shows her groups and what to do',
    async (path) => {
      const visitor = await visit(/Erin/);
      await visitor.page.goto(`${world.broker.baseUrl}${path}`);
      const text = await mainText(visitor);
      expect(text).toContain('This role is not open to you');
      expect(text).toContain('engineering');
      expect(text).toContain('ask an administrator');
      await visitor.complained(refusal(404, 'Not Found'));
    },
  );

  it('of a mapping that gives the role to others only is no page of that mapping', async () => {
    const visitor = await visit(/Erin/);
    await visitor.page.goto(
      `${world.broker.baseUrl}/roles/production-readonly?mapping=administrators-s3-saml`,
    );
    expect(await mainText(visitor)).toContain('That rule does not apply');
    await visitor.complained(refusal(400, 'Bad Request'));
  });

  it('by AWS, without the external ID, says that the role’s trust policy is the place to look', async () => {
    const visitor = await visit(/Carlos/);
    await visitor.page.getByRole('button', { name: /^Credentials Cost reader, no external ID/ }).click();
    await visitor.page.getByRole('heading', { level: 1, name: 'AWS refused this role' }).waitFor();
    const text = await mainText(visitor);
    expect(text).toContain('trust policy');
    expect(text).toContain('sts.refused');
    await visitor.complained(refusal(502, 'Bad Gateway'));
    await visitor.page.getByRole('link', { name: 'Back to the role' }).click();
    await visitor.page.waitForURL('**/roles/tools-cost-reader-without-id');
  });

  it('by the identity provider leads to another sign-in', async () => {
    for (const connector of ['sandbox-saml', 'sandbox-oidc']) {
      const visitor = await world.arrive();
      await visitor.page.goto(`${world.broker.baseUrl}/sign-in/${connector}`);
      await visitor.page.getByRole('button', { name: /^Nobody/ }).click();
      await visitor.page.getByRole('heading', { name: 'The sign-in did not work' }).waitFor();
      await visitor.complained(refusal(403, 'Forbidden'));
      await visitor.page.getByRole('link', { name: 'Sign in again' }).click();
      await visitor.page.getByRole('heading', { name: 'Sign in to Daypass' }).waitFor();
    }
  });

  it('is not what somebody without a role sees first: the page says which groups arrived and what to do', async () => {
    const visitor = await visit(/Nora/);
    const text = await mainText(visitor);
    expect(text).toContain('No role is open to you yet');
    expect(text).toContain('No groups arrived from Sandbox (SAML).');
    expect(text).toContain('What to do');
    expect(await visitor.page.getByRole('searchbox').count()).toBe(0);
  });
});
