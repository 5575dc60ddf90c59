import { X509Certificate } from 'node:crypto';
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExclusiveCanonicalization, SignedXml } from 'xml-crypto';
import { BrokerError } from '../../src/core/errors.ts';
import type { SamlAssertionRequest } from '../../src/core/ports/signer.ts';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { xmlAttribute, xmlText } from '../../src/signing/xml-text.ts';
import { memorySigningKeyStore } from '../support/memory-signing-key-store.ts';

const NOW = new Date('2026-03-05T10:15:00.000Z');
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const store = memorySigningKeyStore();
let signing: Signing;
let certificate: string;

beforeAll(async () => {
  signing = createSigning({
    baseUrl: 'https://daypass.example',
    store,
    clock: { now: () => NOW },
    activeDays: 90,
    overlapDays: 14,
  });
  await signing.maintain();
  certificate = store.keys.find(({ use }) => use === 'saml')?.publicPart ?? '';
});

function request(changes: Partial<SamlAssertionRequest> = {}): SamlAssertionRequest {
  return {
    partition: 'aws',
    roleArn: 'arn:aws:iam::111122223333:role/teams/payments/Engineer',
    samlProviderArn: 'arn:aws:iam::111122223333:saml-provider/daypass',
    subject: 'alice-abcdefabcdef',
    roleSessionName: 'alice-abcdefabcdef',
    sourceIdentity: 'alice-abcdefabcdef',
    sessionTags: [],
    durationSeconds: 3_600,
    ...changes,
  };
}

async function mint(changes: Partial<SamlAssertionRequest> = {}): Promise<string> {
  return Buffer.from(await signing.signer.samlAssertion(request(changes)), 'base64').toString('utf8');
}

/** The signed bytes, as an independent verifier gives them: the only ones to be believed. */
function verified(response: string): Element {
  const document = new DOMParser().parseFromString(response, 'text/xml');
  const signatures = Array.from(
    document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature'),
  );
  expect(signatures).toHaveLength(1);
  const verifier = new SignedXml({ publicCert: certificate });
  verifier.loadSignature(textOf(signatures[0]));
  expect(verifier.checkSignature(response)).toBe(true);
  const [signed] = verifier.getSignedReferences();
  return rootOf(signed ?? '');
}

function rootOf(xml: string): Element {
  return new DOMParser().parseFromString(xml, 'text/xml').documentElement;
}

function textOf(element: Element | undefined): string {
  if (element === undefined) throw new Error('no element');
  return new XMLSerializer().serializeToString(element);
}

function attributes(assertion: Element): Record<string, (string | null)[]> {
  const found = Array.from(assertion.getElementsByTagNameNS(SAML, 'Attribute'), (attribute) => [
    (attribute.getAttribute('Name') ?? '').replace('https://aws.amazon.com/SAML/Attributes/', ''),
    Array.from(attribute.getElementsByTagNameNS(SAML, 'AttributeValue'), (value) => value.textContent),
  ]);
  return Object.fromEntries(found) as Record<string, (string | null)[]>;
}

function only(assertion: Element, name: string): Element {
  const elements = Array.from(assertion.getElementsByTagNameNS(SAML, name));
  expect(elements).toHaveLength(1);
  const [element] = elements;
  if (element === undefined) throw new Error(`no ${name}`);
  return element;
}

describe('a minted SAML assertion', () => {
  it('A18: is for one audience, one recipient and five minutes, with an id of its own', async () => {
    const assertion = verified(await mint());
    const data = only(assertion, 'SubjectConfirmationData');
    expect(only(assertion, 'Issuer').textContent).toBe('https://daypass.example/aws/saml/metadata');
    expect(only(assertion, 'Audience').textContent).toBe('urn:amazon:webservices');
    expect(data.getAttribute('Recipient')).toBe('https://signin.aws.amazon.com/saml');
    expect(data.getAttribute('NotOnOrAfter')).toBe('2026-03-05T10:20:00.000Z');
    expect(data.hasAttribute('InResponseTo')).toBe(false);
    expect(only(assertion, 'Conditions').getAttribute('NotBefore')).toBe('2026-03-05T10:14:00.000Z');
    expect(only(assertion, 'Conditions').getAttribute('NotOnOrAfter')).toBe('2026-03-05T10:20:00.000Z');
    expect(assertion.getAttribute('IssueInstant')).toBe('2026-03-05T10:15:00.000Z');
    expect(verified(await mint()).getAttribute('ID')).not.toBe(assertion.getAttribute('ID'));
  });

  it('A19: names one role, and says who asked and for how long', async () => {
    const assertion = verified(await mint());
    expect(attributes(assertion)).toEqual({
      Role: [
        'arn:aws:iam::111122223333:role/teams/payments/Engineer,arn:aws:iam::111122223333:saml-provider/daypass',
      ],
      RoleSessionName: ['alice-abcdefabcdef'],
      SessionDuration: ['3600'],
      SourceIdentity: ['alice-abcdefabcdef'],
    });
    expect(only(assertion, 'NameID').textContent).toBe('alice-abcdefabcdef');
    expect(only(assertion, 'NameID').getAttribute('Format')).toBe(
      'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    );
  });

  it('carries session tags, one value each, and which of them are transitive', async () => {
    const sessionTags = [
      { key: 'Project', value: 'Automation', transitive: true },
      { key: 'Cost Center', value: '', transitive: false },
    ];
    const found = attributes(verified(await mint({ sessionTags })));
    expect(found).toMatchObject({
      'PrincipalTag:Project': ['Automation'],
      'PrincipalTag:Cost Center': [''],
      TransitiveTagKeys: ['Project'],
    });
  });

  it('leaves out the source identity where none is asked for', async () => {
    const without: Partial<SamlAssertionRequest> = request();
    Reflect.deleteProperty(without, 'sourceIdentity');
    const minted = await signing.signer.samlAssertion(without as SamlAssertionRequest);
    const assertion = verified(Buffer.from(minted, 'base64').toString('utf8'));
    expect(attributes(assertion)).not.toHaveProperty('SourceIdentity');
  });

  it.each([
    ['aws-cn', 'https://signin.amazonaws.cn/saml', 'urn:amazon:webservices:cn-north-1'],
    ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/saml', 'urn:amazon:webservices:govcloud'],
  ])('is for the sign-in endpoint of its partition: %s', async (partition, recipient, audience) => {
    const response = await mint({ partition });
    const assertion = verified(response);
    expect(only(assertion, 'SubjectConfirmationData').getAttribute('Recipient')).toBe(recipient);
    expect(only(assertion, 'Audience').textContent).toBe(audience);
    expect(rootOf(response).getAttribute('Destination')).toBe(recipient);
  });

  it('is its own canonical form: the text that was signed is the text that leaves', async () => {
    const response = await mint({
      sessionTags: [{ key: 'Team & <"\u{1F600}', value: 'A&B <"\u{1F600}é> ]]>', transitive: true }],
    });
    const canonical = new ExclusiveCanonicalization().process(verified(response), {});
    expect(response.replace(/<ds:Signature .*<\/ds:Signature>/, '')).toContain(canonical);
  });

  it('keeps line separators for readers that would make line feeds of them', async () => {
    const value = 'a\u2028b\u2029c\u0085d\re\nf\tg';
    const response = await mint({ sessionTags: [{ key: 'Lines', value, transitive: false }] });
    expect(verified(response).nodeName).toBe('saml:Assertion');
    expect(attributes(rootOf(response))['PrincipalTag:Lines']).toEqual([value]);
  });

  it('A17: says what it was given, whatever markup the values hold', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom(
        '</saml:AttributeValue><saml:AttributeValue>admin',
        ']]>',
        '<!--x-->',
        '<?p x?>',
        '&amp;',
        '&#x41;',
        '"/><x y="',
        "'",
      ),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const carriable = (part: string): string => part.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '');
        const tag = { key: `k${carriable(key)}`, value: carriable(value), transitive: true };
        const assertion = verified(await mint({ sessionTags: [tag] }));
        const found = attributes(assertion);
        expect(Object.keys(found)).toHaveLength(6);
        expect(found[`PrincipalTag:${tag.key}`]).toEqual([tag.value]);
        expect(found['TransitiveTagKeys']).toEqual([tag.key]);
        expect(found['Role']).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['\u0000', '\u000b', '\ud800', '\uffff'])(
    'A17: refuses what XML cannot carry: %j',
    async (value) => {
      await expect(mint({ sessionTags: [{ key: 'k', value, transitive: false }] })).rejects.toThrow(
        BrokerError,
      );
    },
  );

  it.each([
    { roleArn: 'arn:aws:iam::111122223333:role/A,arn:aws:iam::999999999999:role/B' },
    { roleArn: 'arn:aws:iam::111122223333:user/A' },
    { samlProviderArn: 'arn:aws:iam::111122223333:saml-provider/a,b' },
    { roleSessionName: 'a b' },
    { roleSessionName: 'x' },
    { subject: '' },
    { sourceIdentity: 'a:b' },
    { durationSeconds: Number.NaN },
    { partition: 'aws-iso' },
    { partition: 'constructor' },
  ])('A18: is not made for %j', async (changes) => {
    await expect(mint(changes)).rejects.toThrow(BrokerError);
  });

  it('does not verify once a byte of it has changed', async () => {
    const response = await mint();
    const forged = response.replace('role/teams/payments/Engineer', 'role/teams/payments/Director');
    expect(forged).not.toBe(response);
    const verifier = new SignedXml({ publicCert: certificate });
    const signature = rootOf(forged).getElementsByTagNameNS(
      'http://www.w3.org/2000/09/xmldsig#',
      'Signature',
    );
    verifier.loadSignature(textOf(signature[0]));
    expect(verifier.checkSignature(forged)).toBe(false);
  });

  it('fits in what STS takes, with every tag at its longest', async () => {
    const sessionTags = Array.from({ length: 50 }, (_, index) => ({
      key: `${String(index).padStart(3, '0')}${'k'.repeat(125)}`,
      value: 'é'.repeat(256),
      transitive: true,
    }));
    const minted = await signing.signer.samlAssertion(request({ sessionTags }));
    expect(minted.length).toBeLessThan(100_000);
  });

  it('carries the certificate that the metadata publishes', async () => {
    const body = /<ds:X509Certificate>([^<]+)</.exec(await mint())?.[1];
    expect(body).toBe(new X509Certificate(certificate).raw.toString('base64'));
  });
});

describe('text for XML', () => {
  it('escapes as Canonical XML does', () => {
    expect(xmlText('a&b<c>d"e\r\n\t')).toBe('a&amp;b&lt;c&gt;d"e&#xD;\n\t');
    expect(xmlAttribute('a&b<c>d"e\r\n\t')).toBe('a&amp;b&lt;c>d&quot;e&#xD;&#xA;&#x9;');
  });
});
