/** How connectors and roles are, as phones and wide screens show it, by day and by night. */
import { afterAll, describe, expect, it } from 'vitest';
import { browserWorld } from '../support/browser-world.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { look } from '../support/look.ts';
import { certify } from '../support/self-signed-certificate.ts';
import { signInAs } from '../support/visitor.ts';

let idp: FakeSamlIdp;

const world = browserWorld(async () => {
  idp = await startFakeSamlIdp();
  const ending = certify('the key before', { goodForDays: 12.5 });
  const metadata = idp
    .metadataXml()
    .replace(
      /<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/,
      (own) => own + own.replace(idp.key().certificateBase64, ending.certificateBase64),
    );
  return {
    access: ({ connectors = [], ...sandbox }) => ({
      ...sandbox,
      connectors: [
        ...connectors,
        { kind: 'saml', id: 'corp', label: 'Corp', metadata },
        { kind: 'saml', id: 'away', label: 'Away', metadataUrl: 'http://127.0.0.1:9/metadata' },
      ],
    }),
  };
});
afterAll(() => idp.close());

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  it('leads from the list to what the provider says, and to a sign-in that comes back', async () => {
    const visitor = await world.arrive({ viewport: { width, height: 800 }, colorScheme });
    const { page } = visitor;
    await signInAs(page, world.broker.baseUrl, { person: /Alex/, connector: 'sandbox-saml' });
    await page.goto(`${world.broker.baseUrl}/admin/connectors/away/status`);
    await look(page, 'Away', 'connector-away');
    await page.goto(`${world.broker.baseUrl}/admin/connectors/corp/status`);
    await look(page, 'Corp', 'connector-rolling');

    await page.goto(`${world.broker.baseUrl}/admin/connectors`);
    await look(page, 'Connectors', 'connectors');
    const row = page.locator('.entry').filter({ hasText: 'Away' });
    expect(await row.textContent()).toContain('cannot be read');
    await page.getByRole('link', { name: 'Sandbox (SAML)' }).click();
    await page.getByRole('link', { name: /^Its provider/ }).click();
    await look(page, 'Sandbox (SAML)', 'connector');
    await page.getByRole('link', { name: 'Alex Admin' }).waitFor();
    await page.getByRole('link', { name: 'Try a sign-in' }).click();
    await page.getByRole('button', { name: /Alex/ }).click();
    await page.waitForURL('**/admin/connectors/sandbox-saml/status');
  });

  it('leads from a role that was tried out to what was found of all', async () => {
    const { page } = await world.arrive({ viewport: { width, height: 800 }, colorScheme });
    await signInAs(page, world.broker.baseUrl, { person: /Alex/, connector: 'sandbox-saml' });
    await page.goto(`${world.broker.baseUrl}/admin/roles/tools-cost-reader-other-id/trust`);
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByText('It does not work').waitFor();
    await page.getByRole('link', { name: 'Checks', exact: true }).click();
    await look(page, 'Role checks', 'checks');
    await page.getByRole('link', { name: 'All of them' }).click();
    await look(page, 'Role checks', 'checks-all');
  });
});
