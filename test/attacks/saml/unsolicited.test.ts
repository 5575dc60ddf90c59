/** S34: sign-ins that a provider starts, at a connector that is told to take them: nothing else gets easier. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, type AuthnRequestFacts, type Recipe } from '../../support/fake-saml-idp.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { expectRefused, whoIs } from '../attack-world.ts';
import { GENUINE, attackedConnector, expectGenuine, type AttackedConnector } from './attacked-connector.ts';
import { EVIL, editing, evilCopy } from './edit-xml.ts';
import type { Codes } from './mutation.ts';

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'assertion', settings: () => ({ idpInitiated: true }) });
});
afterAll(() => target.close());

const UNASKED: Recipe = { inResponseTo: undefined, responseInResponseTo: undefined };

function unasked(recipe: Recipe = {}): string {
  const { baseUrl } = target.world.broker;
  const request: AuthnRequestFacts = {
    id: '_of-a-request-of-somebody',
    acsUrl: target.acsUrl,
    issuer: `${baseUrl}/saml/attacked/metadata`,
    relayState: '',
    xml: '',
  };
  return base64(target.idp.answerXml(request, { ...UNASKED, ...recipe }));
}

function post(browser: HttpBrowser, SAMLResponse: string, RelayState = ''): Promise<Page> {
  return browser.send(target.acsUrl, {
    method: 'POST',
    form: new Map(Object.entries({ SAMLResponse, RelayState })),
    // As the page of ours that posts it once more: see `bringCookiesAlong`.
    from: target.world.broker.baseUrl,
  });
}

async function expectWelcome(): Promise<void> {
  const browser = new HttpBrowser();
  const page = await post(browser, unasked());
  expect([page.status, page.headers.get('location')], page.text.slice(0, 200)).toEqual([303, '/']);
  expect(await whoIs(target.world.broker, browser)).toMatchObject(GENUINE);
}

const CASES: readonly (readonly [name: string, message: () => string, codes: Codes])[] = [
  ['unsigned', () => unasked({ signs: 'none' }), ['saml.signature_invalid']],
  ['signed by a stranger', () => unasked({ key: target.aid.stranger }), ['saml.signature_invalid']],
  ['of another issuer', () => unasked({ issuer: 'https://other.example' }), ['saml.issuer']],
  ['for another audience', () => unasked({ audiences: [['https://other.example']] }), ['saml.audience']],
  ['for another address', () => unasked({ recipient: 'https://other.example/acs' }), ['saml.recipient']],
  ['that has expired', () => unasked({ confirmationNotOnOrAfter: -120_000 }), ['saml.time']],
  ['that names a request', () => unasked({ inResponseTo: '_x' }), ['saml.in_response_to']],
  ['whose wrapper names a request', () => unasked({ responseInResponseTo: '_x' }), ['saml.in_response_to']],
  [
    'whose subject and wrapper name a request',
    () => unasked({ inResponseTo: '_x', responseInResponseTo: '_x' }),
    ['saml.in_response_to'],
  ],
  [
    'with a forged assertion beside the genuine one',
    () =>
      unasked({
        afterSigning: editing(({ response, assertion }) => {
          response.insertBefore(evilCopy(assertion), assertion);
        }),
      }),
    ['saml.assertion_count'],
  ],
];

describe('an answer that nobody asked for, where such are taken', () => {
  it.each(CASES)('S34: %s is refused', async (_name, message, codes) => {
    const browser = new HttpBrowser();
    const page = await post(browser, message());
    await expectRefused(target.world, browser, page, { codes, secrets: [EVIL, GENUINE.email] });
    await expectWelcome();
  });

  it('S34: is taken once', async () => {
    const message = unasked();
    expect((await post(new HttpBrowser(), message)).status).toBe(303);
    const browser = new HttpBrowser();
    const codes: Codes = ['sign_in.replayed', 'saml.replay'];
    const page = await post(browser, message);
    await expectRefused(target.world, browser, page, { codes, secrets: [GENUINE.email] });
  });

  it.each(['https://evil.example/', '//evil.example', '/roles', '/sign-out', 'x'])(
    'S34, S42: leads to the front page, whatever its RelayState “%s” says',
    async (relayState) => {
      const browser = new HttpBrowser();
      const page = await post(browser, unasked(), relayState);
      expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
    },
  );

  it('S34, S37: is no way around a sign-in of another browser', async () => {
    const [victim, attacker] = [await target.leave(), new HttpBrowser()];
    const form = await victim.answer(UNASKED);
    for (const RelayState of [form.RelayState, 'A'.repeat(43)]) {
      const page = await post(attacker, form.SAMLResponse, RelayState);
      await expectRefused(target.world, attacker, page, {
        codes: ['saml.no_flow'],
        secrets: [GENUINE.email],
      });
    }
    await expectGenuine(target, victim);
  });

  it('S34: does not silently take the place of somebody who is signed in', async () => {
    const victim = await target.leave();
    await expectGenuine(target, victim);
    const message = unasked({ subjectXml: `<saml:NameID>${EVIL}</saml:NameID>` });
    await post(victim.browser, message);
    expect(await whoIs(target.world.broker, victim.browser)).toMatchObject(GENUINE);
  });
});
