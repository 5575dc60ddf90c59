import { createHash, createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema, type SamlConnectorSettings } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../support/connector-door.ts';
import {
  attributeStatement,
  base64,
  startFakeSamlIdp,
  type FakeSamlIdp,
  type Recipe,
} from '../support/fake-saml-idp.ts';
import { createCertifiedKey, type CertifiedKey } from '../support/self-signed-certificate.ts';

const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const EMPTY_SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>';
const SIGNATURE = /<ds:Signature .*?<\/ds:Signature>/s;

type Case = readonly [name: string, recipe: Recipe, code: string];

describe.each(['assertion', 'response', 'both'] as const)(
  'a SAML connector that wants a signed %s',
  (signs) => {
    let idp: FakeSamlIdp;
    let door: ConnectorDoor;
    let strangerKey: CertifiedKey;

    beforeAll(async () => {
      strangerKey = createCertifiedKey('stranger');
      idp = await startFakeSamlIdp();
      const settings: Partial<SamlConnectorSettings> = { metadataUrl: idp.metadataUrl, signed: signs };
      const parsed = connectorSchema.parse({ kind: 'saml', id: 'corp', label: 'Corp', ...settings });
      door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
    });

    afterAll(async () => {
      await door.close();
      await idp.close();
    });

    /** Every attack is followed by an honest sign-in, so that a broken target can't pass. */
    afterEach(async () => {
      expect(await attack({})).toMatchObject({ status: 200, subject: 'ann' });
    });

    async function attack(recipe: Recipe): Promise<Outcome> {
      return door.post(idp.answer(await door.start(), { signs, ...recipe }));
    }

    async function refused(recipe: Recipe, code: string): Promise<void> {
      expect(await attack(recipe)).toMatchObject({ status: 400, code });
    }

    const edit = (from: string | RegExp, to: string): Recipe => ({
      afterSigning: (xml) => {
        const changed = xml.replace(from, () => to);
        // An edit that finds nothing would make a test that cannot fail.
        if (changed === xml) throw new Error(`nothing to replace: ${from.toString()}`);
        return changed;
      },
    });

    describe('whose signature is attacked', () => {
      const cases: readonly Case[] = [
        ['S16: no signature at all', { signs: 'none' }, 'saml.signature_invalid'],
        ['S16: an empty signature', edit(SIGNATURE, EMPTY_SIGNATURE), 'saml.signature_invalid'],
        [
          'S16: an empty signature value',
          edit(/(?<=<ds:SignatureValue>)[^<]+/, ''),
          'saml.signature_invalid',
        ],
        [
          'S16: another signature value',
          edit(/(?<=<ds:SignatureValue>)..../, 'AAAA'),
          'saml.signature_invalid',
        ],
        ['S16: another digest', edit(/(?<=<ds:DigestValue>)..../, 'AAAA'), 'saml.signature_invalid'],
        ['S16: changed text', edit('>ann<', '>root<'), 'saml.signature_invalid'],
        ['S16: a changed group', edit('aws-admins-readonly', 'aws-admins'), 'saml.signature_invalid'],
        ['S16: the signature at the end', { afterSigning: moveSignature }, 'saml.signature_invalid'],
        [
          'S20: an object in the signature',
          edit('</ds:Signature>', '<ds:Object/></ds:Signature>'),
          'saml.signature_invalid',
        ],
        [
          'S20: two SignedInfo',
          edit('<ds:SignedInfo>', '<ds:SignedInfo/><ds:SignedInfo>'),
          'saml.signature_invalid',
        ],
        ['S21: an empty reference', edit(/ URI="#[^"]+"/, ' URI=""'), 'saml.signature_invalid'],
        [
          'S21: a reference elsewhere',
          edit(/ URI="#[^"]+"/, ' URI="http://127.0.0.1:1/"'),
          'saml.signature_invalid',
        ],
        [
          'S21: a reference with quotes',
          edit(/ URI="#[^"]+"/, ` URI="#x' or '1'='1"`),
          'saml.signature_invalid',
        ],
        [
          'S21: a third transform',
          edit(
            '</ds:Transforms>',
            '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
          ),
          'saml.signature_invalid',
        ],
        [
          'S21: XPath as a transform',
          edit(
            'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
            'http://www.w3.org/TR/1999/REC-xpath-19991116',
          ),
          'saml.signature_invalid',
        ],
        ['S18: rsa-sha1', { signatureAlgorithm: RSA_SHA1 }, 'saml.weak_algorithm'],
        ['S18: a sha1 digest', { digestAlgorithm: SHA1 }, 'saml.weak_algorithm'],
        [
          'S19: an unknown algorithm',
          edit(/(?<=SignatureMethod Algorithm=")[^"]+/, 'urn:x'),
          'saml.weak_algorithm',
        ],
        ['S19: __proto__', edit(/(?<=SignatureMethod Algorithm=")[^"]+/, '__proto__'), 'saml.weak_algorithm'],
        [
          'S19: constructor as digest',
          edit(/(?<=DigestMethod Algorithm=")[^"]+/, 'constructor'),
          'saml.weak_algorithm',
        ],
      ];

      it.each(cases)('%s is refused', async (_name, recipe, code) => {
        await refused(recipe, code);
      });

      it('S17: a stranger’s key is refused, with its own or the trusted certificate shown', async () => {
        await refused({ key: strangerKey }, 'saml.signature_invalid');
        const shownCertificate = idp.key().certificate;
        await refused({ key: strangerKey, shownCertificate }, 'saml.signature_invalid');
      });

      it('S19: an HMAC with the public certificate as its key is refused', async () => {
        const hmac = (xml: string): string => {
          const renamed = xml.replace(
            'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
            'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
          );
          const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(renamed)?.[0] ?? '';
          const value = createHmac('sha1', idp.key().certificate).update(info).digest('base64');
          return renamed.replace(/(?<=<ds:SignatureValue>)[^<]+/, value);
        };
        await refused({ afterSigning: hmac }, 'saml.weak_algorithm');
      });

      it('S22: only what is asked for counts as signed', async () => {
        const other = { assertion: 'response', response: 'assertion', both: 'assertion' } as const;
        await refused({ signs: other[signs] }, 'saml.signature_invalid');
        if (signs === 'both') await refused({ signs: 'response' }, 'saml.signature_invalid');
      });

      it('S22: a signature beyond what is asked for must hold as well', async () => {
        const breakOuter = (xml: string): string => {
          const at = xml.indexOf('<ds:DigestValue>') + '<ds:DigestValue>'.length;
          return `${xml.slice(0, at)}AAAA${xml.slice(at + 4)}`;
        };
        await refused({ signs: 'both', afterSigning: breakOuter }, 'saml.signature_invalid');
      });

      it('S01-S08: a forged assertion beside, around or inside the genuine one is refused', async () => {
        for (const [name, wrap] of Object.entries(WRAPPINGS)) {
          const code = name === 'twoRoots' ? 'saml.malformed' : 'saml.assertion_count';
          await refused({ afterSigning: wrap }, code);
        }
      });

      it('S14: an id that stands twice, in any spelling, is refused', async () => {
        for (const name of ['Id', 'id', 'saml:ID']) {
          const doubled = (xml: string): string => {
            const [, id = ''] = /<saml:Assertion[^>]* ID="([^"]+)"/.exec(xml) ?? [];
            return xml.replace('<saml:Subject>', `<saml:Subject ${name}="${id}">`);
          };
          await refused({ afterSigning: doubled }, 'saml.signature_invalid');
        }
      });

      it('S14: an id that stands twice where nothing is signed is refused too', async () => {
        const doubled = (xml: string): string =>
          xml
            .replace('<samlp:Status>', '<samlp:Status Id="x">')
            .replace('<samlp:StatusCode ', '<samlp:StatusCode id="x" ');
        await refused({ afterSigning: doubled }, 'saml.signature_invalid');
      });

      it('S15: a relative namespace and an xmlns look-alike are refused', async () => {
        await refused(edit('<saml:Subject>', '<saml:Subject xmlns:x="1">'), 'saml.forbidden_markup');
        await refused(edit('<saml:Subject>', '<saml:Subject xmlnsfoo="x">'), 'saml.forbidden_markup');
      });

      it('S38: another provider’s answer is refused, and so is one in this provider’s name', async () => {
        const other = await startFakeSamlIdp();
        const redirect = await door.start();
        expect((await door.post(other.answer(redirect, { signs }))).code).toBe('saml.issuer');
        const inItsName = { signs, issuer: idp.entityId };
        expect((await door.post(other.answer(redirect, inItsName))).code).toBe('saml.signature_invalid');
        await other.close();
      });
    });

    describe('whose text is attacked', () => {
      const nameId = (xml: string): Recipe => ({ subjectXml: xml });
      const cases: readonly Case[] = [
        ['S23: a comment in the NameID', edit('>ann<', '>an<!-- -->n<'), 'saml.forbidden_markup'],
        [
          'S23: a comment that was signed',
          nameId('<saml:NameID>root<!-- -->.evil</saml:NameID>'),
          'saml.forbidden_markup',
        ],
        [
          'S23: a comment in a group',
          edit('aws-admins-readonly', 'aws-admins<!---->-readonly'),
          'saml.forbidden_markup',
        ],
        ['S23: CDATA', edit('>ann<', '><![CDATA[ann]]><'), 'saml.forbidden_markup'],
        ['S24: a processing instruction', edit('>ann<', '><?p x-?>ann<'), 'saml.forbidden_markup'],
        ['S28: a document type', { afterSigning: (xml) => `<!DOCTYPE x>${xml}` }, 'saml.forbidden_markup'],
        ['S28: an entity', edit('>ann<', '>&x;<'), 'saml.forbidden_markup'],
        ['S28: billion laughs', { afterSigning: laughs }, 'saml.forbidden_markup'],
        ['S25: markup in the NameID', nameId('<saml:NameID>root<x/></saml:NameID>'), 'saml.subject'],
        [
          'S25: two NameIDs',
          nameId('<saml:NameID>ann</saml:NameID><saml:NameID>root</saml:NameID>'),
          'saml.subject',
        ],
        ['S25: no NameID', nameId(''), 'saml.subject'],
        ['S25: an EncryptedID', nameId('<saml:EncryptedID/>'), 'saml.subject'],
        ['S25: an empty NameID', nameId('<saml:NameID></saml:NameID>'), 'saml.subject'],
        ['S25: white space', nameId('<saml:NameID> </saml:NameID>'), 'saml.subject'],
        ['S25: a padded NameID', nameId('<saml:NameID>ann </saml:NameID>'), 'saml.subject'],
        ['S25: a line break', nameId('<saml:NameID>a&#10;b</saml:NameID>'), 'saml.subject'],
        ['S25: an invisible character', nameId('<saml:NameID>an\u200bn</saml:NameID>'), 'saml.subject'],
        ['S25: 257 characters', nameId(`<saml:NameID>${'a'.repeat(257)}</saml:NameID>`), 'saml.subject'],
        [
          'S26: attributes instead of a NameID',
          { subjectXml: '', attributesXml: attributeStatement([['nameID', ['root']]]) },
          'saml.subject',
        ],
        [
          'S27: an attribute that stands twice',
          {
            attributesXml: attributeStatement([
              ['groups', ['a']],
              ['groups', ['b']],
            ]),
          },
          'saml.duplicate_attribute',
        ],
        [
          'S27: twice over two statements',
          {
            attributesXml: attributeStatement([['groups', ['a']]]) + attributeStatement([['groups', ['b']]]),
          },
          'saml.duplicate_attribute',
        ],
        [
          'S39: holder of key',
          { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' },
          'saml.confirmation',
        ],
        ['S39: no method', { method: '' }, 'saml.confirmation'],
        ['S39: NotBefore on a bearer', { confirmationNotBefore: -1_000 }, 'saml.confirmation'],
        ['S39: no AuthnStatement', { withoutAuthnStatement: true }, 'saml.confirmation'],
        ['S39: an old assertion version', { version: '1.1' }, 'saml.confirmation'],
        ['S39: an old response version', { responseVersion: '1.1' }, 'saml.confirmation'],
        ['S39: no success', { status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }, 'saml.status'],
        ['S39: a success in another name', { status: 'urn:x:Success' }, 'saml.status'],
        ['S39: an unknown condition', { extraConditions: '<saml:Condition/>' }, 'saml.confirmation'],
        ['S32: another audience', { audiences: [['https://other.example']] }, 'saml.audience'],
        ['S32: no restriction', { audiences: [] }, 'saml.audience'],
        ['S32: an empty restriction', { audiences: [[]] }, 'saml.audience'],
        [
          'S32: two restrictions',
          { audiences: [['https://a.example'], ['https://b.example']] },
          'saml.audience',
        ],
        ['S32: no conditions', { withoutConditions: true }, 'saml.audience'],
        ['S33: another recipient', { recipient: 'https://other.example/acs' }, 'saml.recipient'],
        ['S33: no recipient', { recipient: undefined }, 'saml.recipient'],
        ['S33: another destination', { destination: 'https://other.example/acs' }, 'saml.destination'],
        ['S33: an empty destination', { destination: '' }, 'saml.destination'],
        ['S33: no destination', { destination: undefined }, 'saml.destination'],
        [
          'S34: an unknown request',
          { inResponseTo: '_x', responseInResponseTo: '_x' },
          'saml.in_response_to',
        ],
        [
          'S34: no request',
          { inResponseTo: undefined, responseInResponseTo: undefined },
          'saml.in_response_to',
        ],
        ['S34: only on the response', { inResponseTo: undefined }, 'saml.in_response_to'],
        ['S34: only in the subject', { responseInResponseTo: undefined }, 'saml.in_response_to'],
        ['S34: two different ones', { inResponseTo: '_x' }, 'saml.in_response_to'],
        [
          'S38: another issuer of the assertion',
          { issuer: 'https://b.example', responseIssuer: 'x' },
          'saml.issuer',
        ],
        [
          'S31: expired',
          { confirmationNotOnOrAfter: -120_000, conditionsNotOnOrAfter: -120_000 },
          'saml.time',
        ],
        ['S31: expired conditions', { conditionsNotOnOrAfter: -120_000 }, 'saml.time'],
        ['S41: an expired confirmation', { confirmationNotOnOrAfter: -120_000 }, 'saml.time'],
        ['S31: no end of the confirmation', { confirmationNotOnOrAfter: undefined }, 'saml.time'],
        ['S31: NotBefore in the future', { conditionsNotBefore: 120_000 }, 'saml.time'],
        ['S31: made in the future', { issueInstant: 120_000 }, 'saml.time'],
        ['S31: made 30 days ago', { issueInstant: -2_592_000_000 }, 'saml.time'],
        ['S31: the year 9999', { confirmationNotOnOrAfter: '9999-12-31T23:59:59Z' }, 'saml.time'],
        ['S31: no date', { confirmationNotOnOrAfter: 'tomorrow' }, 'saml.time'],
        ['S31: a local time', { confirmationNotOnOrAfter: '2099-01-01T00:00:00' }, 'saml.time'],
        ['S31: an impossible date', { conditionsNotBefore: '2026-13-41T00:00:00Z' }, 'saml.time'],
        ['S31: no IssueInstant', { issueInstant: undefined }, 'saml.time'],
        ['S31: signed in there in the future', { authnInstant: 120_000 }, 'saml.time'],
        ['S31: a session that has ended there', { sessionNotOnOrAfter: -120_000 }, 'saml.time'],
      ];

      it.each(cases)('%s is refused', async (_name, recipe, code) => {
        await refused(recipe, code);
      });

      it.each([
        [59, 200],
        [61, 400],
      ])('S31: %d s off gives %d with a skew of 60 s, on either side', async (seconds, status) => {
        const late = -seconds * 1_000;
        expect((await attack({ conditionsNotOnOrAfter: late })).status).toBe(status);
        expect((await attack({ confirmationNotOnOrAfter: late })).status).toBe(status);
        expect((await attack({ conditionsNotBefore: -late + 500 })).status).toBe(status);
      });

      it('S31: an assertion is good for five minutes and the skew, however long it says', async () => {
        expect((await attack({ issueInstant: -350_000 })).status).toBe(200);
        await refused({ issueInstant: -361_000 }, 'saml.time');
      });

      it('S38: an issuer of the response that differs is refused', async () => {
        await refused({ responseIssuer: 'https://b.example' }, 'saml.issuer');
      });

      it('S26: attributes named like parts of the identity stay attributes', async () => {
        const attributesXml = attributeStatement([
          ['nameID', ['root']],
          ['subject', ['root']],
          ['__proto__', ['root']],
        ]);
        const outcome = await attack({ attributesXml });
        expect(outcome).toMatchObject({ status: 200, subject: 'ann', groups: [] });
        expect(new Map(outcome.attributes).get('__proto__')).toEqual(['root']);
      });

      it('S27: groups are a list of exact values, one or many', async () => {
        const one = attributeStatement([['groups', ['aws-admins-readonly']]]);
        expect((await attack({ attributesXml: one })).groups).toEqual(['aws-admins-readonly']);
        const odd = attributeStatement([['groups', [' A', 'a', '', 'x &amp; y', '<b>z</b>']]]);
        expect((await attack({ attributesXml: odd })).groups).toEqual([' A', 'a', 'x & y']);
        const ends = attributeStatement([['groups', ['a&#133;b', 'a&#8232;b', 'a&#8233;b']]]);
        const groups = ['a\u0085b', 'a\u2028b', 'a\u2029b'];
        expect((await attack({ attributesXml: ends })).groups).toEqual(groups);
      });

      it('S25: what only looks like markup stays text', async () => {
        const subjectXml = '<saml:NameID>&lt;b&gt;@example.com</saml:NameID>';
        expect((await attack({ subjectXml })).subject).toBe('<b>@example.com');
      });
    });

    function moveSignature(xml: string): string {
      const [signature = ''] = SIGNATURE.exec(xml) ?? [];
      return xml
        .replace(signature, '')
        .replace('</samlp:Response>', `${signature}</samlp:Response>`)
        .replace('<samlp:Status>', `<samlp:Extensions>${signature}</samlp:Extensions><samlp:Status>`);
    }
  },
);

function laughs(xml: string): string {
  return `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${xml.replace('>ann<', '>&b;<')}`;
}

function assertionOf(xml: string): string {
  return /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
}

function forged(xml: string): string {
  const id = `_${createHash('sha256').update(xml).digest('hex')}`;
  return assertionOf(xml)
    .replace(SIGNATURE, '')
    .replace(/ ID="[^"]+"/, ` ID="${id}"`)
    .replace('>ann<', '>root<');
}

/** The ways of signature wrapping that the SAML Raider tool knows, and the same in other corners. */
const WRAPPINGS: Readonly<Record<string, (xml: string) => string>> = {
  before: (xml) => xml.replace(/(?=<saml:Assertion)/, forged(xml)),
  after: (xml) => xml.replace('</samlp:Response>', `${forged(xml)}</samlp:Response>`),
  around: (xml) =>
    xml.replace(
      assertionOf(xml),
      forged(xml).replace('</saml:Assertion>', `${assertionOf(xml)}</saml:Assertion>`),
    ),
  inExtensions: (xml) =>
    xml
      .replace(assertionOf(xml), forged(xml))
      .replace('<samlp:Status>', `<samlp:Extensions>${assertionOf(xml)}</samlp:Extensions><samlp:Status>`),
  inStatusDetail: (xml) =>
    xml
      .replace(assertionOf(xml), forged(xml))
      .replace(
        '</samlp:Status>',
        `<samlp:StatusDetail>${assertionOf(xml)}</samlp:StatusDetail></samlp:Status>`,
      ),
  inObject: (xml) => {
    const [signature = ''] = SIGNATURE.exec(xml) ?? [];
    const genuine = assertionOf(xml);
    const wrapping = signature.replace('</ds:Signature>', `<ds:Object>${genuine}</ds:Object></ds:Signature>`);
    const evil = forged(xml).replace('<saml:Subject>', `${wrapping}<saml:Subject>`);
    return xml.replace(genuine, evil);
  },
  inNestedResponse: (xml) => xml.replace(assertionOf(xml), `${xml}${forged(xml)}`),
  inAdvice: (xml) => {
    const advice = `<saml:Advice>${assertionOf(xml)}</saml:Advice><saml:AuthnStatement`;
    return xml.replace(assertionOf(xml), forged(xml).replace('<saml:AuthnStatement', advice));
  },
  twoRoots: (xml) => `${xml}${xml.replace(assertionOf(xml), forged(xml))}`,
  encrypted: (xml) => xml.replace('</samlp:Response>', '<saml:EncryptedAssertion/></samlp:Response>'),
  otherNamespace: (xml) => xml.replace(/(?=<saml:Assertion)/, '<Assertion xmlns="urn:x"/>'),
};

describe('a SAML connector that gets bytes which are no message', () => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    const parsed = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      metadataUrl: idp.metadataUrl,
    });
    door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
  });

  afterAll(async () => {
    await door.close();
    await idp.close();
  });

  afterEach(async () => {
    expect((await door.post(idp.answer(await door.start()))).status).toBe(200);
  });

  async function post(SAMLResponse: string): Promise<Outcome> {
    const { RelayState } = idp.answer(await door.start());
    return door.post({ SAMLResponse, RelayState });
  }

  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<a/>', 'utf16le')]).toString('base64');

  it.each<[string, string, string]>([
    ['S30: nothing', '', 'saml.malformed'],
    ['S30: no base64', '<xml/>', 'saml.malformed'],
    [
      'S30: base64url',
      base64('<a>???>>>~~~</a>').replace(/\+/g, '-').replace(/\//g, '_') + '-_',
      'saml.malformed',
    ],
    ['S30: base64 with blanks', `${base64('<a/>')} `, 'saml.malformed'],
    ['S30: base64 that is cut', base64('<a/>').slice(0, -1), 'saml.malformed'],
    ['S30: invalid UTF-8', Buffer.from([0x3c, 0xff, 0x3e]).toString('base64'), 'saml.encoding'],
    ['S30: UTF-16', wide, 'saml.encoding'],
    ['S30: a byte order mark', base64('\uFEFF<a/>'), 'saml.encoding'],
    ['S30: another encoding declared', base64('<?xml version="1.0" encoding="UTF-7"?><a/>'), 'saml.encoding'],
    ['S30: text', base64('hello'), 'saml.malformed'],
    ['S30: JSON', base64('{"a":1}'), 'saml.malformed'],
    ['S30: a NUL', base64('<a>\u0000</a>'), 'saml.malformed'],
    ['S30: an unclosed element', base64('<a><b></a>'), 'saml.malformed'],
    ['S30: an attribute twice', base64('<a x="1" x="2"/>'), 'saml.malformed'],
    ['S30: an attribute without quotes', base64('<a x=1/>'), 'saml.malformed'],
    ['S30: an unknown prefix', base64('<a:b/>'), 'saml.malformed'],
    ['S10: two roots', base64('<a/><b/>'), 'saml.malformed'],
    ['S10: text after the root', base64('<a/>b'), 'saml.malformed'],
    [
      'S30: another message',
      base64(
        `<p:LogoutResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status></p:LogoutResponse>`,
      ),
      'saml.malformed',
    ],
    ['S29: 7,000 siblings', base64(`<a>${'<b/>'.repeat(7_000)}</a>`), 'saml.too_complex'],
    ['S29: 10,000 deep', base64('<a>'.repeat(10_000) + '</a>'.repeat(10_000)), 'saml.too_complex'],
    [
      'S29: 8,000 attributes',
      base64(`<a ${Array.from({ length: 8_000 }, (_, i) => `a${i}=""`).join(' ')}/>`),
      'saml.too_complex',
    ],
    ['S29: 300 kB', base64(`<a>${'x'.repeat(300_000)}</a>`), 'saml.too_large'],
  ])('%s is refused', async (_name, message, code) => {
    expect(await post(message)).toMatchObject({ status: 400, code });
  });

  it('S29: nothing of the largest size takes long to refuse', async () => {
    const hostile = [
      '<'.repeat(262_000),
      '<a '.repeat(87_000),
      `<a ${' '.repeat(262_000)}`,
      `<a x="${'y'.repeat(262_000)}`,
      `<a>${'&amp;'.repeat(52_000)}</a>`,
      `<a>${'&'.repeat(262_000)}</a>`,
      `<a${' x=""'.repeat(52_000)}`,
    ];
    for (const text of hostile) {
      const message = base64(text);
      const started = performance.now();
      const { code } = await post(message);
      expect(code).toMatch(/^saml\./);
      // What is quadratic takes minutes.
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });

  it('S30: fields that stand twice, or that are no text, are no message', async () => {
    const { RelayState, SAMLResponse } = idp.answer(await door.start());
    const one = new URLSearchParams({ RelayState, SAMLResponse }).toString();
    expect((await door.postRaw(`${one}&SAMLResponse=x`)).code).toBe('saml.malformed');
    expect((await door.postRaw(`${one}&RelayState=x`)).code).toBe('saml.no_flow');
    expect((await door.postRaw(JSON.stringify({ RelayState }), 'application/json')).code).toBe(
      'saml.no_flow',
    );
    expect((await door.postRaw('')).code).toBe('saml.no_flow');
    expect((await door.post({ RelayState: 'x'.repeat(81), SAMLResponse })).code).toBe('saml.no_flow');
  });

  it('S44: messages in the query are not looked at, neither for an answer nor at the start', async () => {
    const answer = idp.answer(await door.start());
    expect((await door.callback(new URLSearchParams(answer))).code).toBe('saml.no_flow');
    const query = new URLSearchParams({
      SAMLResponse: answer.SAMLResponse,
      RelayState: 'https://evil.example',
    });
    const started = await fetch(`${door.baseUrl}/start?${query}`, { redirect: 'manual' });
    const redirect = new URL(started.headers.get('location') ?? '');
    expect(redirect.origin + redirect.pathname).toBe(idp.ssoUrl);
    expect(redirect.searchParams.get('RelayState')).toMatch(/^[\w-]{43}$/);
  });

  it('S36: junk under a victim’s flow does not end the victim’s sign-in', async () => {
    const answer = idp.answer(await door.start());
    expect((await door.post({ ...answer, SAMLResponse: base64('<a/>') })).status).toBe(400);
    expect((await door.post(answer)).status).toBe(200);
  });

  it('S37: an answer to another sign-in than the one it is posted for is refused', async () => {
    const [first, second] = [idp.answer(await door.start()), idp.answer(await door.start())];
    const swapped = { SAMLResponse: first.SAMLResponse, RelayState: second.RelayState };
    expect((await door.post(swapped)).code).toBe('saml.in_response_to');
  });

  it('S30: line breaks in the base64 and an XML declaration are usual and accepted', async () => {
    const redirect = await door.start();
    const declared = { afterSigning: (xml: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n` };
    const answer = idp.answer(redirect, declared);
    const lines = answer.SAMLResponse.match(/.{1,76}/g)?.join('\r\n') ?? '';
    expect(await door.post({ ...answer, SAMLResponse: lines })).toMatchObject({
      status: 200,
      subject: 'ann',
    });
  });
});
