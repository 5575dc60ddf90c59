/** S40: what is encrypted is as hostile as what is not, and how it is encrypted is not the sender's choice alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, type Recipe } from '../../support/fake-saml-idp.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import {
  attackedConnector,
  expectAttackRefused,
  expectGenuine,
  type AttackedConnector,
  type Departure,
} from './attacked-connector.ts';
import { EVIL, SAML, editing, evilCopy, replacing, replacingBy } from './edit-xml.ts';
import { encryptAssertions, encryptedAssertion, type Encryption } from './encrypt-assertions.ts';
import type { Codes } from './mutation.ts';

let target: AttackedConnector;
beforeAll(async () => {
  target = await attackedConnector({ mode: 'encrypted' });
});
afterAll(() => target.close());

const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s;
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const GCM = 'http://www.w3.org/2009/xmlenc11#';

type Make = (answer: (recipe?: Recipe) => string, certificate: string) => Promise<string> | string;

const encryptedBy =
  (how: Encryption): Make =>
  (answer, certificate) =>
    encryptAssertions(answer(), certificate, how);
const afterwards =
  (edit: (xml: string) => string): Make =>
  async (answer, certificate) =>
    edit(await encryptAssertions(answer(), certificate));

const OPENS: Codes = ['saml.encryption'];
const COUNT: Codes = ['saml.assertion_count', 'saml.encryption'];
const CIPHER_VALUE = /(?<=<(?:\w+:)?CipherValue>)[^<]+/g;

const CASES: readonly (readonly [name: string, make: Make, codes: Codes])[] = [
  ['not encrypted at all, where it must be', (answer) => answer(), OPENS],
  ['AES-128-CBC', encryptedBy({ encryptionAlgorithm: `${XENC}aes128-cbc` }), OPENS],
  ['AES-256-CBC', encryptedBy({ encryptionAlgorithm: `${XENC}aes256-cbc` }), OPENS],
  ['3DES', encryptedBy({ encryptionAlgorithm: `${XENC}tripledes-cbc` }), OPENS],
  ['RSA 1.5', encryptedBy({ keyEncryptionAlgorithm: `${XENC}rsa-1_5` }), OPENS],
  [
    'a changed ciphertext',
    afterwards(replacingBy(CIPHER_VALUE, (value = '') => value.slice(0, -8) + 'AAAAAAA=')),
    OPENS,
  ],
  ['a ciphertext of nothing', afterwards(replacing(CIPHER_VALUE, 'AAAA')), OPENS],
  ['a ciphertext that is no base64', afterwards(replacing(CIPHER_VALUE, '???')), OPENS],
  ['GCM called CBC', afterwards(replacing(`${GCM}aes256-gcm`, `${XENC}aes256-cbc`)), OPENS],
  ['256 bits called 128', afterwards(replacing(`${GCM}aes256-gcm`, `${GCM}aes128-gcm`)), OPENS],
  ['an unknown cipher', afterwards(replacing(`${GCM}aes256-gcm`, '__proto__')), OPENS],
  ['another key than ours', (answer) => encryptAssertions(answer(), target.aid.stranger.certificate), OPENS],
  ['no key', afterwards(replacing(/<e:EncryptedKey.*<\/e:EncryptedKey>/s, '')), OPENS],
  [
    'a reference in place of the ciphertext',
    afterwards((xml) =>
      replacing(
        /<(\w+:)?CipherValue>[^<]+<\/(\w+:)?CipherValue>/g,
        `<xenc:CipherReference xmlns:xenc="${XENC}" URI="${target.aid.canaryUrl}"/>`,
      )(xml),
    ),
    OPENS,
  ],
  [
    'CVE-2026-2092: unsigned inside',
    (answer, certificate) => encryptAssertions(answer({ signs: 'none' }), certificate),
    ['saml.signature_invalid'],
  ],
  [
    'signed by a stranger inside',
    (answer, certificate) => encryptAssertions(answer({ key: target.aid.stranger }), certificate),
    ['saml.signature_invalid'],
  ],
  [
    'a forged one, encrypted, beside the genuine one, plain',
    async (answer, certificate) => {
      const xml = answer();
      const forged =
        ASSERTION.exec(
          editing(({ response, assertion }) => {
            response.replaceChild(evilCopy(assertion), assertion);
          })(xml),
        )?.[0] ?? '';
      return xml.replace(
        '<saml:Assertion ',
        (await encryptedAssertion(forged, certificate)) + '<saml:Assertion ',
      );
    },
    COUNT,
  ],
  [
    'a forged one, plain, beside the genuine one, encrypted',
    async (answer, certificate) =>
      (await encryptAssertions(answer(), certificate)).replace(
        '<saml:EncryptedAssertion',
        () => `<saml:Assertion xmlns:saml="${SAML}" ID="_x" Version="2.0"/><saml:EncryptedAssertion`,
      ),
    COUNT,
  ],
  [
    'two encrypted ones',
    async (answer, certificate) => {
      const xml = await encryptAssertions(answer(), certificate);
      return xml.replace(/<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s, (one) => one + one);
    },
    COUNT,
  ],
  [
    'two in one',
    async (answer, certificate) => {
      const xml = answer();
      const one = ASSERTION.exec(xml)?.[0] ?? '';
      const both = await encryptedAssertion(one + one, certificate);
      return xml.replace(ASSERTION, () => both);
    },
    ['saml.malformed', 'saml.encryption'],
  ],
  [
    'one inside another',
    async (answer, certificate) => {
      const xml = await encryptAssertions(answer(), certificate);
      const inner = /<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s.exec(xml)?.[0] ?? '';
      const outer = await encryptedAssertion(inner, certificate);
      return xml.replace(inner, () => outer);
    },
    ['saml.encryption', 'saml.assertion_count', 'saml.malformed'],
  ],
  [
    'a document type inside',
    async (answer, certificate) => {
      const xml = answer();
      const typed = `<!DOCTYPE a [<!ENTITY e "${EVIL}">]>${ASSERTION.exec(xml)?.[0] ?? ''}`;
      const encrypted = await encryptedAssertion(typed, certificate);
      return xml.replace(ASSERTION, () => encrypted);
    },
    ['saml.forbidden_markup'],
  ],
  [
    'a comment inside',
    (answer, certificate) => encryptAssertions(replacing('>ann<', '>ann<!-- -->.x<')(answer()), certificate),
    ['saml.forbidden_markup'],
  ],
  [
    'something else than an assertion',
    async (answer, certificate) => {
      const encrypted = await encryptedAssertion(
        `<saml:NameID xmlns:saml="${SAML}">${EVIL}</saml:NameID>`,
        certificate,
      );
      return answer().replace(ASSERTION, () => encrypted);
    },
    ['saml.encryption', 'saml.assertion_count', 'saml.malformed', 'saml.signature_invalid'],
  ],
  [
    'a prefix that only the wrapper declares',
    async (answer, certificate) => {
      const xml = answer();
      const bare = (ASSERTION.exec(xml)?.[0] ?? '').replace(` xmlns:saml="${SAML}"`, '');
      const encrypted = await encryptedAssertion(bare, certificate);
      return xml.replace(ASSERTION, () => encrypted);
    },
    ['saml.malformed', 'saml.encryption', 'saml.assertion_count'],
  ],
];

async function attack(departure: Departure, make: Make): Promise<ReturnType<Departure['post']>> {
  const answer = (recipe: Recipe = {}): string =>
    target.idp.answerXml(departure.request, { signs: 'assertion', ...recipe });
  const xml = await make(answer, target.certificate ?? '');
  return departure.post({ SAMLResponse: base64(xml), RelayState: departure.request.relayState });
}

describe('an assertion that is encrypted', () => {
  it.each(CASES)('S40: %s is refused', async (_name, make, codes) => {
    const departure = await target.leave();
    await expectAttackRefused(target, departure, await attack(departure, make), codes);
    await expectGenuine(target, departure);
  });

  it('S40: is refused with the same page, whatever cannot be opened', async () => {
    const faults = CASES.filter(([, , codes]) => codes === OPENS).slice(5);
    const pages: string[] = [];
    for (const [, make] of faults) {
      const departure = await target.leave();
      const page = await attack(departure, make);
      expect([page.status, codeOn(page)]).toEqual([403, 'saml.encryption']);
      pages.push(page.text.replaceAll(page.headers.get('x-request-id') ?? 'none', ''));
    }
    expect(new Set(pages).size).toBe(1);
    expect(pages.length).toBeGreaterThan(5);
  });

  it.each([`${GCM}aes128-gcm`, `${GCM}aes256-gcm`] as const)(
    'by %s is accepted',
    async (encryptionAlgorithm) => {
      const departure = await target.leave();
      const page = await attack(departure, encryptedBy({ encryptionAlgorithm }));
      expect([page.status, codeOn(page)]).toEqual([303, undefined]);
    },
  );

  it('S21: has led the broker to no address that an attacker named', () => {
    expect(target.canaryReads()).toBe(0);
  });
});
