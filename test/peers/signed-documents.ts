/** Responses whose signature two programs judge, and what each has to say. */
import { samlResponse, type SamlRecipe, signElement } from '../support/fake-assertion.ts';
import { type CertifiedKey, createCertifiedKey } from '../support/self-signed-certificate.ts';

export interface SignedDocument {
  readonly what: string;
  readonly xml: string;
  readonly holds: boolean;
  /** Why the sandbox refuses what an XML signature allows, and a SAML response for AWS does not need. */
  readonly refusedHere?: string;
}

const ISSUER = 'https://idp.example';
const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s;
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

export function responseOf(key: CertifiedKey, recipe: Partial<SamlRecipe> = {}): string {
  const encoded = samlResponse({ issuer: ISSUER, key, roleArn: 'role', providerArn: 'provider', ...recipe });
  return Buffer.from(encoded, 'base64').toString();
}

export function signedDocuments(key: CertifiedKey): readonly SignedDocument[] {
  const signed = responseOf(key);
  const after = (piece: string | RegExp, by: string): string => {
    const changed = signed.replace(piece, () => by);
    if (changed === signed) throw new Error(`nothing is ${String(piece)}`);
    return changed;
  };
  return [
    ...honest(key, signed),
    ...equivalent(after),
    ...tampered(key, signed, after),
    ...unwanted(key, signed, after),
  ];
}

type After = (piece: string | RegExp, by: string) => string;

function honest(key: CertifiedKey, signed: string): readonly SignedDocument[] {
  const of = (what: string, recipe: Partial<SamlRecipe>): SignedDocument => ({
    what,
    xml: responseOf(key, recipe),
    holds: true,
  });
  const named = (sessionName: string): Partial<SamlRecipe> => ({ sessionName });
  return [
    { what: 'a signed assertion', xml: signed, holds: true },
    of('a signed response', { signs: 'response' }),
    of('both', { signs: 'both' }),
    of('SHA-512', { signatureAlgorithm: `${MORE}rsa-sha512` }),
    of('letters beyond ASCII and beyond 16 bits', named('Zoë \u{1F511} 鍵')),
    of('characters that canonical XML escapes', named('&lt;&amp;&gt;"\'&#9;&#13;')),
    of('what other standards take for the end of a line', named('a&#133;b&#8232;c&#8233;d')),
    of('a comment within a value', named('erin<!-- a comment -->.engel')),
    of('escaped characters in an attribute', {
      recipient: 'https://a.example/?x=1&amp;y=&lt;2&gt;&quot;&#10;&#9;',
    }),
    of('blanks and lines between elements', {
      beforeSigning: (xml) => xml.replaceAll('><', '>\n\t <'),
    }),
    of('names that are declared outside and used inside', {
      beforeSigning: (xml) =>
        xml
          .replace('<samlp:Response ', '<samlp:Response xmlns:xs="urn:xs" xmlns:xsi="urn:xsi" ')
          .replace('<saml:AttributeValue>', '<saml:AttributeValue xsi:type="xs:string">'),
    }),
    of('a default namespace', {
      beforeSigning: (xml) =>
        xml.replace('</saml:AttributeValue>', '<a xmlns="urn:a"><b xmlns=""/></a></saml:AttributeValue>'),
    }),
    of('the language of the whole document', {
      beforeSigning: (xml) => xml.replace('<samlp:Response ', '<samlp:Response xml:lang="de" '),
    }),
  ];
}

/** Changed after signing, to what canonical XML says is the same. */
function equivalent(after: After): readonly SignedDocument[] {
  return (
    [
      [
        'another order of attributes',
        after('ID="_assertion" Version="2.0"', 'Version="2.0" ID="_assertion"'),
      ],
      ['other quotes', after('ID="_assertion"', "ID='_assertion'")],
      ['blanks within a tag', after('ID="_assertion"', '  ID = "_assertion"\n')],
      ['a declaration that nobody uses', after('<samlp:Response ', '<samlp:Response xmlns:unused="urn:x" ')],
      ['a comment', after('erin.engel', 'erin<!-- -->.engel')],
      ['a character by its number', after('erin.engel', '&#x65;rin.engel')],
      [
        'an empty element with two tags',
        after(/<samlp:StatusCode ([^>]*)\/>/, '<samlp:StatusCode></samlp:StatusCode>'),
      ],
      ['an XML declaration', after(/^/, '<?xml version="1.0" encoding="UTF-8"?>\n')],
      ['blanks behind the document', after(/$/, '\n\n')],
    ] as const
  ).map(([what, xml]) => ({ what: `${what}, after signing`, xml, holds: true }));
}

function tampered(key: CertifiedKey, signed: string, after: After): readonly SignedDocument[] {
  const forge = (xml: string): string => xml.replace('erin.engel', 'alex.admin');
  return (
    [
      ['another value', forge(signed)],
      ['a blank between elements', after('</saml:Subject>', '</saml:Subject> ')],
      [
        'another prefix',
        after(/saml:(?=NameID)/g, 'x:').replace(
          '<samlp:Response ',
          '<samlp:Response xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion" ',
        ),
      ],
      ['another digest', after(/(?<=<DigestValue>)..../, 'AAAA')],
      ['another signature', after(/(?<=<SignatureValue>)..../, 'AAAA')],
      ['a processing instruction', after('erin.engel', 'erin<?a b?>.engel')],
      ['a text that is an instruction now', after('erin.engel', '<?a erin.engel?>')],
      ['an attribute more', after('ID="_assertion"', 'ID="_assertion" x="y"')],
      [
        'a declaration that changes what a name means',
        after(/<saml:Subject>/, '<saml:Subject xmlns:saml="urn:other">'),
      ],
      ['the key of somebody else', responseOf(createCertifiedKey('mallory'))],
      [
        'what was signed before the response was',
        forge(signElement(responseOf(key, { signs: 'none' }), 'response', { key })),
      ],
    ] as const
  ).map(([what, xml]) => ({ what: `${what}: tampered`, xml, holds: false }));
}

/** Signatures that hold, of documents that the sandbox does not take. */
function unwanted(key: CertifiedKey, signed: string, after: After): readonly SignedDocument[] {
  const forged = (ASSERTION.exec(signed)?.[0] ?? '')
    .replace(/<Signature.*<\/Signature>/s, '')
    .replace('"_assertion"', '"_forged"')
    .replace('erin.engel', 'alex.admin');
  const wrapped = signed.replace(
    ASSERTION,
    (assertion) => `<samlp:Extensions>${assertion}</samlp:Extensions>${forged}`,
  );
  return (
    [
      [
        'SHA-1',
        responseOf(key, { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
        'SHA-1 proves nothing any more',
      ],
      [
        'CDATA',
        after('erin.engel', '<![CDATA[erin.engel]]>'),
        'no identity provider writes it, and parsers differ in it',
      ],
      ['a document type', after(/^/, '<!DOCTYPE a>'), 'no SAML document has one, and entities live there'],
      ['a wrapped assertion', wrapped, 'the signature is over an element that nobody would read'],
      [
        'a forged assertion beside the signed one',
        signed.replace('</samlp:Response>', `${forged}</samlp:Response>`),
        'which of the two is meant',
      ],
    ] as const
  ).map(([what, xml, refusedHere]) => ({ what, xml, holds: true, refusedHere }));
}
