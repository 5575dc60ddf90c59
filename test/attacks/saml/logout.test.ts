/** S43: logout messages of anybody but the provider end nobody's session; the provider's own does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RSA_SHA256,
  logoutXml,
  postForm,
  redirectQuery,
  signXml,
  signatureOf,
  withLogout,
  type LogoutRecipe,
} from '../../support/fake-saml-logout.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { recordedFor } from '../../support/stored-audit.ts';
import { whoIs } from '../attack-world.ts';
import {
  GENUINE,
  attackedConnector,
  expectGenuine,
  type AttackedConnector,
  type Departure,
} from './attacked-connector.ts';
import type { Codes } from './mutation.ts';
import { signRoot } from './sign-anything.ts';

let target: AttackedConnector;
let victim: Departure;
let logoutUrl: string;

beforeAll(async () => {
  target = await attackedConnector({ mode: 'assertion' });
  logoutUrl = target.acsUrl.replace(/acs$/, 'logout');
  target.idp.serveMetadata({ body: withLogout(target.idp) });
  victim = await target.leave();
  await expectGenuine(target, victim);
});
afterAll(() => target.close());

const request = (recipe?: LogoutRecipe): string => logoutXml(target.idp, logoutUrl, recipe);
const genuineKey = (): ReturnType<AttackedConnector['idp']['key']> => target.idp.key();
const query = (recipe?: LogoutRecipe): string => redirectQuery(request(recipe), { key: genuineKey() });
const without = (name: string): string =>
  query()
    .split('&')
    .filter((part) => !part.startsWith(`${name}=`))
    .join('&');
const byPost = (xml: string): Promise<Page> =>
  new HttpBrowser().send(logoutUrl, {
    method: 'POST',
    form: new Map(Object.entries(postForm(xml))),
    from: target.idp.ssoUrl,
  });
const byRedirect = (text: string): Promise<Page> => new HttpBrowser().send(`${logoutUrl}?${text}`);

/** An honest answer to a sign-in, under names that a lenient parser reads as another message. */
async function confused(): Promise<string> {
  const departure = await target.leave();
  const { SAMLResponse } = await departure.answer();
  const octets = `SAMLResponse=${encodeURIComponent(SAMLResponse)}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  const [message = ''] = query().split('&');
  const signature = encodeURIComponent(signatureOf(octets, genuineKey()));
  return `%53AMLRequest=${message.slice(message.indexOf('=') + 1)}&${octets}&Signature=${signature}`;
}

const INVALID: Codes = ['saml.signature_invalid'];

const CASES: readonly (readonly [name: string, send: () => Promise<Page>, codes: Codes])[] = [
  ['unsigned by redirect', () => byRedirect(without('Signature')), INVALID],
  ['without an algorithm', () => byRedirect(without('SigAlg')), INVALID],
  ['unsigned by POST', () => byPost(request()), INVALID],
  [
    'signed by a stranger, by redirect',
    () => byRedirect(redirectQuery(request(), { key: target.aid.stranger })),
    INVALID,
  ],
  ['signed by a stranger, by POST', () => byPost(signXml(request(), target.aid.stranger)), INVALID],
  [
    'signed by the neighbour',
    () => byRedirect(redirectQuery(request(), { key: target.aid.neighbour.key() })),
    INVALID,
  ],
  [
    'with sha1',
    () =>
      byRedirect(
        redirectQuery(request(), {
          key: genuineKey(),
          algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
          hash: 'sha1',
        }),
      ),
    ['saml.weak_algorithm'],
  ],
  [
    'CVE-2025-27773: under an encoded name, over an answer’s signature',
    async () => byRedirect(await confused()),
    ['saml.malformed', 'saml.signature_invalid'],
  ],
  [
    'with both a request and an answer',
    () => byRedirect(`${query()}&SAMLResponse=x`),
    ['saml.malformed', 'saml.signature_invalid'],
  ],
  [
    'twice in one address',
    () => byRedirect(`${query()}&${query()}`),
    ['saml.malformed', 'saml.signature_invalid'],
  ],
  ['with a RelayState put in', () => byRedirect(`${query()}&RelayState=x`), INVALID],
  [
    'of another issuer',
    () => byRedirect(query({ issuerXml: '<saml:Issuer>https://other.example</saml:Issuer>' })),
    ['saml.issuer'],
  ],
  ['without an issuer', () => byRedirect(query({ issuerXml: '' })), ['saml.issuer']],
  [
    'for another address',
    () => byRedirect(query({ destination: 'https://other.example/logout' })),
    ['saml.destination'],
  ],
  ['for no address', () => byRedirect(query({ destination: undefined })), ['saml.destination']],
  ['expired', () => byRedirect(query({ notOnOrAfter: -120_000 })), ['saml.time']],
  ['made an hour ago', () => byRedirect(query({ issueInstant: -3_600_000 })), ['saml.time']],
  ['made in an hour', () => byRedirect(query({ issueInstant: 3_600_000 })), ['saml.time']],
  [
    'with a comment in the name',
    () => byRedirect(query({ nameIdXml: '<saml:NameID>ann<!-- -->.x</saml:NameID>' })),
    ['saml.forbidden_markup'],
  ],
  [
    'with two names',
    () => byRedirect(query({ nameIdXml: '<saml:NameID>x</saml:NameID><saml:NameID>ann</saml:NameID>' })),
    ['saml.subject'],
  ],
  ['that is none', () => byRedirect(query({ element: 'AuthnRequest' })), ['saml.malformed']],
  [
    'by POST with a signature over something inside',
    () =>
      byPost(
        signXml(request({ extraXml: '<samlp:Extensions ID="_e"/>' }), genuineKey(), {
          element: 'Extensions',
        }),
      ),
    ['saml.signature_invalid'],
  ],
  [
    'by POST inside another one that is signed',
    () => byPost(signRoot(`<a xmlns="urn:x" ID="_a">${request()}</a>`, genuineKey())),
    ['saml.malformed', 'saml.signature_invalid'],
  ],
  [
    'with a changed name by POST',
    () =>
      byPost(
        signXml(request({ nameIdXml: '<saml:NameID>bob</saml:NameID>' }), genuineKey()).replace(
          '>bob<',
          '>ann<',
        ),
      ),
    INVALID,
  ],
];

async function expectIntact(): Promise<void> {
  expect(await whoIs(target.world.broker, victim.browser)).toMatchObject(GENUINE);
}

/** Somebody else's session ends by the same means, so that a door that hears nobody cannot pass. */
async function genuineOneWorks(): Promise<void> {
  const subject = `ben-${String(Math.random()).slice(2)}`;
  const departure = await target.leave();
  const answer = await departure.answer({ subjectXml: `<saml:NameID>${subject}</saml:NameID>` });
  expect((await departure.post(answer)).status).toBe(303);
  expect(await whoIs(target.world.broker, departure.browser)).toMatchObject({ subject });
  const page = await byRedirect(query({ nameIdXml: `<saml:NameID>${subject}</saml:NameID>` }));
  expect(page.status, codeOn(page)).toBe(303);
  expect(await whoIs(target.world.broker, departure.browser)).toBeUndefined();
}

describe('a logout request', () => {
  it.each(CASES)('S43: %s is refused, and the session is intact', async (_name, send, codes) => {
    const page = await send();
    expect(codes, String(page.status)).toContain(codeOn(page));
    expect([400, 403]).toContain(page.status);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(recordedFor(target.world.broker, page)).toMatchObject([
      { name: 'sign-out.denied', detail: { reason: codeOn(page) } },
    ]);
    await expectIntact();
    await genuineOneWorks();
  });

  it('S43: is heard once, and a copy ends nothing', async () => {
    const first = await target.leave();
    await expectGenuine(target, first);
    const message = query();
    expect((await byRedirect(message)).status).toBe(303);
    expect(await whoIs(target.world.broker, first.browser)).toBeUndefined();
    victim = await target.leave();
    await expectGenuine(target, victim);
    const again = await byRedirect(message);
    expect([again.status, codeOn(again)]).toEqual([
      403,
      expect.stringMatching(/^(?:saml\.replay|sign_in\.replayed)$/),
    ]);
    await expectIntact();
  });

  it('S43: for the neighbour’s people ends nobody’s session here', async () => {
    const url = logoutUrl.replace('/attacked/', '/neighbour/');
    const { neighbour } = target.aid;
    neighbour.serveMetadata({ body: withLogout(neighbour) });
    const message = redirectQuery(logoutXml(neighbour, url), { key: neighbour.key() });
    const page = await new HttpBrowser().send(`${url}?${message}`);
    expect(page.status).toBe(303);
    await expectIntact();
  });
});
