import { describe, expect, it } from 'vitest';
import { HttpBrowser } from '../support/http-browser.ts';
import { signIn, startTestBroker } from '../support/start-test-broker.ts';
import { describeSimpleSamlPhp } from './describe-simplesamlphp.ts';
import { whoIs } from './saml-trip.ts';

// The provider is a package of Debian's; CI has it, and signs in through it by SAML.
const installation = process.env['DAYPASS_TEST_SIMPLESAMLPHP'];
if (installation === undefined) describeAlone();
else describeSimpleSamlPhp(installation);

function describeAlone(): void {
  describe('sign-in by SAML, without a provider of somebody else’s', () => {
    it('works with the sandbox’s own', async () => {
      const broker = await startTestBroker();
      try {
        const browser = new HttpBrowser();
        await signIn(browser, broker, { person: 'erin.engel', connector: 'sandbox-saml' });
        expect(await whoIs(browser, broker)).toMatchObject({
          connector: 'sandbox-saml',
          subject: 'erin.engel',
        });
      } finally {
        await broker.close();
      }
    });
  });
}
