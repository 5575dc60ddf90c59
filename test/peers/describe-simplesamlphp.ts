import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor, storedAudit } from '../support/stored-audit.ts';
import { carryOn, whoIs } from './saml-trip.ts';
import { PERSON, startSimpleSamlPhp, type SimpleSamlPhp } from './simplesamlphp.ts';

type Connector = NonNullable<AccessFile['connectors']>[number];

const SUBJECT = {
  subject: PERSON.user,
  label: 'Erin <Engel> & Co',
  email: 'erin.engel@example.com',
  groups: ['engineering', 'Zoë’s group'],
} as const;

/** One connector for each way of the provider to answer. */
const WAYS = {
  both: '[]',
  assertion: "['saml20.sign.response' => false, 'saml20.sign.assertion' => true]",
  response: "['saml20.sign.response' => true, 'saml20.sign.assertion' => false]",
  neither: "['saml20.sign.response' => false, 'saml20.sign.assertion' => false]",
  sha512: "['signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512']",
  sha1: "['signature.algorithm' => 'http://www.w3.org/2000/09/xmldsig#rsa-sha1']",
  // This release knows AES in CBC mode alone.
  encrypted: "['assertion.encryption' => true]",
} as const;
type Way = keyof typeof WAYS;

export function describeSimpleSamlPhp(installation: string): void {
  let provider: SimpleSamlPhp;
  let broker: TestBroker;

  beforeAll(async () => {
    provider = await startSimpleSamlPhp(installation);
    broker = await startTestBroker({
      access: (sandbox) => ({
        ...sandbox,
        connectors: [
          ...(sandbox.connectors ?? []),
          ...Object.keys(WAYS).map((way) => connectorOf(way as Way)),
        ],
      }),
    });
    await provider.trust(
      await Promise.all(
        Object.entries(WAYS).map(async ([way, options]) => ({
          metadata: await (await fetch(`${broker.baseUrl}/saml/ssp-${way}/metadata`)).text(),
          options,
        })),
      ),
    );
  });
  afterAll(async () => {
    await broker.close();
    await provider.close();
  });

  function connectorOf(way: Way): Connector {
    return {
      kind: 'saml',
      id: `ssp-${way}`,
      label: `SimpleSAMLphp (${way})`,
      preset: 'simplesamlphp',
      metadataUrl: provider.metadataUrl,
      ...(way === 'response' ? { signed: 'response' as const } : {}),
    };
  }

  /** On the provider's page: gives name and password, unless it still knows the person. */
  async function logIn(browser: HttpBrowser, page: Page, password: string = PERSON.password): Promise<Page> {
    const asked = formsOf(page).some(({ fields }) => fields.has('AuthState'));
    const answered = asked ? await browser.submit(page, /./, { username: PERSON.user, password }) : page;
    return carryOn(browser, answered);
  }

  async function signIn(browser: HttpBrowser, way: Way, password?: string): Promise<Page> {
    return logIn(browser, await browser.get(`${broker.baseUrl}/sign-in/ssp-${way}`), password);
  }

  describe('SimpleSAMLphp as the identity provider', () => {
    it.each(['both', 'assertion', 'response', 'sha512'] as const)(
      'signs a person in, by signed requests and answers: %s',
      async (way) => {
        const browser = new HttpBrowser();
        const page = await signIn(browser, way);
        expect([page.status, codeOn(page)], page.text).toEqual([200, undefined]);
        expect(await whoIs(browser, broker)).toMatchObject({ connector: `ssp-${way}`, ...SUBJECT });
      },
    );

    it.each([
      ['neither', 'saml.signature_invalid'],
      ['sha1', 'saml.weak_algorithm'],
      ['encrypted', 'saml.encryption'],
    ] as const)('is refused where its answer is not good enough: %s', async (way, code) => {
      const browser = new HttpBrowser();
      const page = await signIn(browser, way);
      expect([page.status, codeOn(page)], JSON.stringify(recordedFor(broker, page))).toEqual([403, code]);
      expect(await whoIs(browser, broker)).toBeUndefined();
      // The same browser, still signed in there, by a way that is good enough.
      await signIn(browser, 'both');
      expect(await whoIs(browser, broker)).toMatchObject(SUBJECT);
    });

    it('asks again when the password is wrong, and nobody is signed in', async () => {
      const browser = new HttpBrowser();
      const page = await signIn(browser, 'both', 'wrong');
      expect(new URL(page.url).origin).toBe(new URL(provider.baseUrl).origin);
      expect(await whoIs(browser, broker)).toBeUndefined();
    });

    it('takes our requests only because they are signed', async () => {
      const browser = new HttpBrowser();
      const left = await browser.send(`${broker.baseUrl}/sign-in/ssp-both`);
      const signed = new URL(left.headers.get('location') ?? '');
      expect([...signed.searchParams.keys()].sort()).toEqual([
        'RelayState',
        'SAMLRequest',
        'SigAlg',
        'Signature',
      ]);
      const bare = new URL(signed);
      for (const name of ['SigAlg', 'Signature']) bare.searchParams.delete(name);
      expect((await browser.get(bare.href)).text).not.toContain('AuthState');
      const wrong = new URL(signed);
      wrong.searchParams.set('RelayState', 'another');
      expect((await browser.get(wrong.href)).text).not.toContain('AuthState');
      expect((await browser.get(signed.href)).text).toContain('AuthState');
    });
  });

  describe('signing out with SimpleSAMLphp', () => {
    it('here ends the session there', async () => {
      const browser = new HttpBrowser();
      await signIn(browser, 'both');
      const signedOut = await browser.submit(await browser.get(`${broker.baseUrl}/`), '/sign-out');
      const back = await browser.get(onward(signedOut, provider.baseUrl));
      expect(new URL(back.url).pathname).toBe('/signed-out');
      expect(await whoIs(browser, broker)).toBeUndefined();
      const again = await browser.get(`${broker.baseUrl}/sign-in/ssp-both`);
      expect(formsOf(again).some(({ fields }) => fields.has('AuthState'))).toBe(true);
    });

    it('there ends the session here', async () => {
      const browser = new HttpBrowser();
      await signIn(browser, 'both');
      const before = storedAudit(broker).length;
      const returnTo = encodeURIComponent(`${broker.baseUrl}/signed-out`);
      const end = await carryOn(
        browser,
        await browser.get(`${provider.baseUrl}/saml2/idp/SingleLogoutService.php?ReturnTo=${returnTo}`),
      );
      expect([end.status, end.url]).toEqual([200, `${broker.baseUrl}/signed-out`]);
      expect(await whoIs(browser, broker)).toBeUndefined();
      const names = storedAudit(broker)
        .slice(before)
        .map(({ name }) => name);
      expect(names.some((name) => name === 'session.revoked' || name === 'sign-out.completed')).toBe(true);
    });
  });
}

/** Where the page of the signed-out leads: the provider. */
function onward({ text }: Page, provider: string): string {
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  const link = links.find((href) => href.startsWith(provider));
  if (link === undefined) throw new Error(`no way to the provider:\n${text}`);
  return link;
}
