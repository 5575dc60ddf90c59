/** What strangers post to make the broker work: everything of at most the size that it reads, and some beyond. */
import {
  attributeStatement,
  base64,
  type AuthnRequestFacts,
  type FakeSamlIdp,
} from '../../support/fake-saml-idp.ts';
import { DS, SAML, SAMLP, replacing, replacingBy } from './edit-xml.ts';
import { encryptAssertions, encryptedAssertion } from './encrypt-assertions.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Codes } from './mutation.ts';

/** Bytes of XML that the broker reads at most. */
const SIZE_LIMIT = 262_144;

export interface HeavyMessage {
  readonly name: string;
  /** Base64, as SAMLResponse; given the honest answer to the sign-in. */
  readonly make: (aid: HeavyAid) => Promise<string> | string;
  /** Undefined: it is accepted. */
  readonly codes: readonly (ErrorCode | undefined)[];
}

export interface HeavyAid {
  readonly idp: FakeSamlIdp;
  readonly request: AuthnRequestFacts;
  /** PEM, of the broker's own encryption key. */
  readonly certificate: string;
}

const answer = ({ idp, request }: HeavyAid, attributesXml?: string): string =>
  idp.answerXml(request, attributesXml === undefined ? {} : { attributesXml });
const repeat = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');
/** The honest answer with something behind its status. */
const laden = (aid: HeavyAid, load: string): string =>
  base64(replacing('</samlp:Status>', `</samlp:Status>${load}`)(answer(aid)));
/** The same with something in the assertion, where the signature covers it. */
const ladenInside = (aid: HeavyAid, load: string): string =>
  base64(replacing('<saml:Subject>', `<saml:Advice>${load}</saml:Advice><saml:Subject>`)(answer(aid)));
const filled = (head: string, piece: string, tail = ''): string =>
  base64(head + piece.repeat(Math.floor((SIZE_LIMIT - head.length - tail.length) / piece.length)) + tail);

const groups = (count: number): string =>
  attributeStatement([['groups', Array.from({ length: count }, (_, index) => `group-number-${index}`)]]);

const TAKEN = [undefined];
/** Odd, and no attack but on time: a machine with other things to do gives up on it. */
const TAKEN_IN_TIME = [undefined, 'saml.too_complex'] as const;
const COMPLEX: Codes = ['saml.too_complex'];
const MALFORMED: Codes = ['saml.malformed'];
const INVALID: Codes = ['saml.signature_invalid'];
const MARKUP: Codes = ['saml.forbidden_markup'];

const shapes: readonly HeavyMessage[] = [
  { name: '14,000 siblings', make: (aid) => laden(aid, '<a/>'.repeat(14_000)), codes: COMPLEX },
  { name: '5,900 siblings', make: (aid) => laden(aid, '<a/>'.repeat(5_900)), codes: TAKEN_IN_TIME },
  {
    name: '5,900 siblings in the assertion',
    make: (aid) => ladenInside(aid, '<a/>'.repeat(5_900)),
    codes: INVALID,
  },
  {
    name: '5,900 siblings with ids',
    make: (aid) =>
      laden(
        aid,
        repeat(5_900, (index) => `<a ID="_${index}"/>`),
      ),
    codes: TAKEN_IN_TIME,
  },
  {
    name: '10,000 deep',
    make: (aid) => laden(aid, '<a>'.repeat(10_000) + '</a>'.repeat(10_000)),
    codes: COMPLEX,
  },
  {
    name: '150 stacks of 38',
    make: (aid) => laden(aid, `${'<a>'.repeat(38)}${'</a>'.repeat(38)}`.repeat(150)),
    codes: TAKEN_IN_TIME,
  },
  {
    name: '8,000 attributes',
    make: (aid) => laden(aid, `<a${repeat(8_000, (index) => ` a${index}="x"`)}/>`),
    codes: COMPLEX,
  },
  {
    name: '300 elements with 60 attributes each',
    make: (aid) => laden(aid, `<a${repeat(60, (index) => ` a${index}=""`)}/>`.repeat(300)),
    codes: TAKEN_IN_TIME,
  },
  {
    name: '60 namespaces on each of 100 elements',
    make: (aid) => laden(aid, `<a${repeat(60, (index) => ` xmlns:n${index}="u:${index}"`)}/>`.repeat(100)),
    codes: TAKEN_IN_TIME,
  },
  {
    name: '60 namespaces, nested 35 deep',
    make: (aid) =>
      laden(
        aid,
        nested(35, (level) => `<a${repeat(60, (index) => ` xmlns:n${level}x${index}="u:x"`)}>`),
      ),
    codes: TAKEN_IN_TIME,
  },
  {
    name: '40 signatures',
    make: (aid) => laden(aid, `<ds:Signature xmlns:ds="${DS}"/>`.repeat(40)),
    codes: INVALID,
  },
  {
    name: '2,000 signatures',
    make: (aid) => laden(aid, `<ds:Signature xmlns:ds="${DS}"/>`.repeat(2_000)),
    codes: INVALID,
  },
  {
    name: '500 references',
    make: (aid) =>
      base64(
        replacing(
          '</ds:SignedInfo>',
          `${'<ds:Reference URI="#x"/>'.repeat(500)}</ds:SignedInfo>`,
        )(answer(aid)),
      ),
    codes: INVALID,
  },
  {
    name: '2,000 transforms',
    make: (aid) =>
      base64(
        replacing(
          '</ds:Transforms>',
          `${'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'.repeat(2_000)}</ds:Transforms>`,
        )(answer(aid)),
      ),
    codes: INVALID,
  },
  {
    name: '500 assertions',
    make: (aid) => laden(aid, `<saml:Assertion xmlns:saml="${SAML}"/>`.repeat(500)),
    codes: ['saml.assertion_count'],
  },
  {
    name: '2,000 certificates',
    make: (aid) =>
      base64(
        replacing(
          '</ds:X509Data>',
          `${'<ds:X509Certificate>MIIC</ds:X509Certificate>'.repeat(2_000)}</ds:X509Data>`,
        )(answer(aid)),
      ),
    codes: TAKEN_IN_TIME,
  },
];

function nested(depth: number, tag: (level: number) => string): string {
  return repeat(depth, tag) + '</a>'.repeat(depth);
}

const honest: readonly HeavyMessage[] = [
  { name: '2,000 groups', make: (aid) => base64(answer(aid, groups(2_000))), codes: TAKEN },
  { name: '2,001 groups', make: (aid) => base64(answer(aid, groups(2_001))), codes: COMPLEX },
  {
    name: '2,000 groups, encrypted',
    make: async (aid) => base64(await encryptAssertions(answer(aid, groups(2_000)), aid.certificate)),
    codes: TAKEN,
  },
  {
    name: 'an attribute of 200 kB',
    make: (aid) => base64(answer(aid, attributeStatement([['x', ['y'.repeat(200_000)]]]))),
    codes: TAKEN,
  },
  {
    name: 'a NameID of 200 kB',
    make: ({ idp, request }) =>
      base64(idp.answerXml(request, { subjectXml: `<saml:NameID>${'y'.repeat(200_000)}</saml:NameID>` })),
    codes: ['saml.subject'],
  },
  {
    name: '60 kB of entities in an attribute',
    make: (aid) => base64(answer(aid, attributeStatement([['x', ['&lt;'.repeat(15_000)]]]))),
    codes: TAKEN,
  },
];

const texts: readonly HeavyMessage[] = [
  { name: 'only “<”', make: () => filled('', '<'), codes: MALFORMED },
  { name: 'only “<a ”', make: () => filled('', '<a '), codes: MALFORMED },
  { name: 'only “<!”', make: () => filled('', '<!'), codes: MARKUP },
  { name: 'only “&”', make: () => filled('<a>', '&', '</a>'), codes: MARKUP },
  { name: 'only “&amp;”', make: () => filled('<a>', '&amp;', '</a>'), codes: MALFORMED },
  { name: 'blanks in a tag', make: () => filled('<a ', ' ', '>'), codes: MALFORMED },
  { name: 'blanks behind the root', make: () => filled('<a/>', ' '), codes: MALFORMED },
  { name: 'an attribute without an end', make: () => filled('<a x="', 'y'), codes: MALFORMED },
  { name: 'a name without an end', make: () => filled('<', 'a'), codes: MALFORMED },
  { name: 'the same attribute again and again', make: () => filled('<a', ' x=""', '/>'), codes: MALFORMED },
  { name: 'attributes without blanks', make: () => filled('<a', 'x=""', '/>'), codes: MALFORMED },
  { name: 'prefixes', make: () => filled('<a', ':a', '/>'), codes: MALFORMED },
  { name: 'a declaration without an end', make: () => filled('<?xml version="1.0"', ' '), codes: MARKUP },
  { name: 'a comment without an end', make: () => filled('<!--', '-'), codes: MARKUP },
  { name: 'closing tags', make: () => filled('<a>', '</a>'), codes: MALFORMED },
  { name: 'roots', make: () => filled('', '<a/>'), codes: MALFORMED },
  {
    name: 'line breaks in base64',
    make: (aid) => base64(answer(aid)).split('').join('\r\n'),
    codes: TAKEN,
  },
  {
    name: 'a surrogate’s half, many times',
    make: () => Buffer.alloc(SIZE_LIMIT, Buffer.from([0xed, 0xa0, 0x80])).toString('base64'),
    codes: ['saml.encoding'],
  },
  { name: '300 kB', make: () => base64(`<a>${'x'.repeat(285_000)}</a>`), codes: ['saml.too_large'] },
];

/** What xmldom would take minutes over: it stands behind a long line. Written so that signing leaves it as it is. */
const LONG_LINE = `${'y'.repeat(200_000)}&#8233;`;
const asItself = (text: string): string => text.replaceAll('&#8233;', '\u2029');
const withValue = (aid: HeavyAid, value: string): string =>
  asItself(answer(aid, attributeStatement([['x', ['VALUE']]]).replace('VALUE', value)));
const inSignedInfo = (aid: HeavyAid, attribute: string, text = ''): string =>
  base64(
    replacingBy(/<ds:SignedInfo[^>]*>/, (tag) => `${tag.slice(0, -1)} ${attribute}>${text}`)(answer(aid)),
  );

const lines: readonly HeavyMessage[] = [
  {
    name: 'a paragraph separator behind 200 kB',
    make: (aid) => base64(withValue(aid, LONG_LINE)),
    codes: TAKEN,
  },
  {
    name: '60,000 paragraph separators',
    make: (aid) => base64(withValue(aid, '&#8233;'.repeat(60_000))),
    codes: TAKEN,
  },
  {
    name: 'a paragraph separator behind 170 kB, encrypted',
    make: async (aid) =>
      base64(await encryptAssertions(withValue(aid, LONG_LINE.slice(30_000)), aid.certificate)),
    codes: TAKEN,
  },
  {
    name: 'a paragraph separator behind 200 kB in a value of SignedInfo',
    make: (aid) => inSignedInfo(aid, `Id="${asItself(LONG_LINE)}"`),
    codes: MARKUP,
  },
  {
    name: 'a reference to one there',
    make: (aid) => inSignedInfo(aid, `Id="${LONG_LINE.replace('8233', 'x02029')}"`),
    codes: MARKUP,
  },
  {
    name: 'a paragraph separator behind 200 kB in the text of SignedInfo',
    make: (aid) => inSignedInfo(aid, '', LONG_LINE),
    codes: INVALID,
  },
  {
    name: 'a paragraph separator behind 200 kB in a namespace of SignedInfo',
    make: (aid) => inSignedInfo(aid, `xmlns:n="u:${LONG_LINE}" n:a=""`),
    codes: MARKUP,
  },
];

const ENC = 'http://www.w3.org/2001/04/xmlenc#';
const around = (aid: HeavyAid, content: string): string =>
  base64(answer(aid).replace(/<saml:Assertion .*<\/saml:Assertion>/s, () => content));
const encryptedBomb = (load: string) => async (aid: HeavyAid) =>
  around(
    aid,
    await encryptedAssertion(
      `<saml:Assertion xmlns:saml="${SAML}">${load}</saml:Assertion>`,
      aid.certificate,
    ),
  );

const encrypted: readonly HeavyMessage[] = [
  {
    name: 'an encrypted document of 10,000 siblings',
    make: encryptedBomb('<a/>'.repeat(10_000)),
    codes: COMPLEX,
  },
  {
    name: 'an encrypted document that is 5,000 deep',
    make: encryptedBomb('<a>'.repeat(5_000) + '</a>'.repeat(5_000)),
    codes: COMPLEX,
  },
  {
    name: 'an encrypted document type',
    make: async (aid) =>
      around(aid, await encryptedAssertion('<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', aid.certificate)),
    codes: MARKUP,
  },
  {
    name: '180 kB of encrypted text',
    make: encryptedBomb('x'.repeat(180_000)),
    codes: ['saml.malformed', 'saml.signature_invalid', 'saml.issuer', 'saml.confirmation'],
  },
  {
    name: '180 kB that no key opens',
    make: (aid) => around(aid, undecryptable(Buffer.alloc(180_000).toString('base64'))),
    codes: ['saml.encryption'],
  },
  {
    name: '1,000 encrypted keys',
    make: (aid) => around(aid, undecryptable('AAAA', `<xenc:EncryptedKey/>`.repeat(1_000))),
    codes: ['saml.encryption'],
  },
  {
    name: 'an encrypted key of 180 kB',
    make: (aid) => around(aid, undecryptable('AAAA', encryptedKey('A'.repeat(180_000)))),
    codes: ['saml.encryption'],
  },
  {
    name: '500 encrypted assertions',
    make: (aid) => around(aid, `<saml:EncryptedAssertion xmlns:saml="${SAML}"/>`.repeat(500)),
    codes: ['saml.assertion_count'],
  },
];

function undecryptable(cipherValue: string, key = encryptedKey('A'.repeat(344))): string {
  return `<saml:EncryptedAssertion xmlns:saml="${SAML}"><xenc:EncryptedData xmlns:xenc="${ENC}"><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><ds:KeyInfo xmlns:ds="${DS}">${key}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${cipherValue}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>`;
}

function encryptedKey(cipherValue: string): string {
  return `<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${ENC}rsa-oaep-mgf1p"/><xenc:CipherData><xenc:CipherValue>${cipherValue}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`;
}

/** Everything that somebody may post in a sign-in. */
export const HEAVY_MESSAGES: readonly HeavyMessage[] = [
  ...shapes,
  ...honest,
  ...texts,
  ...lines,
  ...encrypted,
];

/** What somebody may post to the logout address, where no sign-in is needed. */
export function heavyLogoutRequest(load: string): string {
  return base64(
    `<samlp:LogoutRequest xmlns:samlp="${SAMLP}" ID="_x" Version="2.0">${load}</samlp:LogoutRequest>`,
  );
}
