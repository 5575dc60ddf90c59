import { deflateRawSync } from 'node:zlib';
import { DOMParser } from '@xmldom/xmldom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { xmlText } from '../../src/sandbox/identity-providers/saml/xml-text.ts';
import {
  BROKER_URL,
  startSandboxIdentityProviders,
  type StartedIdentityProviders,
} from '../support/start-sandbox-identity-providers.ts';

const ACS = `${BROKER_URL}/saml/sandbox-saml/acs`;
const ENTITY_ID = `${BROKER_URL}/saml/sandbox-saml/metadata`;
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

let idp: StartedIdentityProviders;
beforeAll(async () => {
  idp = await startSandboxIdentityProviders();
});
afterAll(() => idp.close());

interface RequestShape {
  readonly id?: string;
  readonly acs?: string;
  readonly issuer?: string;
  readonly version?: string;
  readonly issueInstant?: string;
  readonly destination?: string;
  readonly extra?: string;
  readonly prefix?: string;
}

function authnRequest(shape: RequestShape = {}): string {
  const attributes = [
    `ID="${shape.id ?? '_request1'}"`,
    `Version="${shape.version ?? '2.0'}"`,
    `IssueInstant="${shape.issueInstant ?? idp.now().toISOString()}"`,
    `Destination="${shape.destination ?? `${idp.url}/saml/sso`}"`,
    `AssertionConsumerServiceURL="${shape.acs ?? ACS}"`,
    shape.extra ?? '',
  ];
  return (
    `${shape.prefix ?? ''}<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ` +
    `${attributes.join(' ')}><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">` +
    `${shape.issuer ?? ENTITY_ID}</saml:Issuer></samlp:AuthnRequest>`
  );
}

function redirectQuery(xml: string, relayState = 'flow-1'): URLSearchParams {
  return new URLSearchParams({
    SAMLRequest: deflateRawSync(xml).toString('base64'),
    RelayState: relayState,
  });
}

function ask(query: URLSearchParams): Promise<Response> {
  return fetch(`${idp.url}/saml/sso?${query.toString()}`);
}

async function choose(person: string, query = redirectQuery(authnRequest())): Promise<string> {
  const response = await fetch(`${idp.url}/saml/sso/choice`, {
    method: 'POST',
    body: new URLSearchParams({ request: query.toString(), binding: 'HTTP-Redirect', person }),
  });
  expect(response.status).toBe(200);
  return response.text();
}

function responseIn(html: string): string {
  const value = /name="SAMLResponse" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return Buffer.from(value, 'base64').toString('utf8');
}

async function certificate(): Promise<string> {
  const metadata = await (await fetch(`${idp.url}/saml/metadata`)).text();
  const base64 = /<ds:X509Certificate>([^<]+)</.exec(metadata)?.[1] ?? '';
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** What the signature inside the element of that name covers, verified; throws where it does not verify. */
async function signedPart(xml: string, localName: 'Response' | 'Assertion'): Promise<Element> {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const owner = document.getElementsByTagNameNS('*', localName)[0];
  const signature = Array.from(owner?.childNodes ?? []).find(
    (node) => (node as Element).localName === 'Signature' && (node as Element).namespaceURI === SIGNATURE,
  );
  if (signature === undefined) throw new Error(`${localName} is not signed`);
  const verifier = new SignedXml({ publicCert: await certificate(), getCertFromKeyInfo: () => null });
  verifier.loadSignature(signature);
  expect(verifier.checkSignature(xml)).toBe(true);
  const [covered] = verifier.getSignedReferences();
  const element = new DOMParser().parseFromString(covered ?? '', 'text/xml').documentElement;
  expect(element.getAttribute('ID')).toBe(owner?.getAttribute('ID'));
  return element;
}

function attributeValues(assertion: Element, name: string): string[] {
  const attributes = Array.from(assertion.getElementsByTagNameNS('*', 'Attribute'));
  const attribute = attributes.find((candidate) => candidate.getAttribute('Name') === name);
  return Array.from(attribute?.getElementsByTagNameNS('*', 'AttributeValue') ?? []).map(
    (value) => value.textContent,
  );
}

function first(element: Element, localName: string): Element {
  const found = element.getElementsByTagNameNS('*', localName)[0];
  if (found === undefined) throw new Error(`no ${localName}`);
  return found;
}

describe('a stronger sign-in', () => {
  const MFA = 'https://refeds.org/profile/mfa';
  const asking = (contexts: readonly string[], comparison = ''): string => {
    const references = contexts.map(
      (context) =>
        `<saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${context}</saml:AuthnContextClassRef>`,
    );
    const requested = `<samlp:RequestedAuthnContext${comparison}>${references.join('')}</samlp:RequestedAuthnContext>`;
    return authnRequest({ extra: 'ForceAuthn="true"' }).replace(
      '</samlp:AuthnRequest>',
      `${requested}</samlp:AuthnRequest>`,
    );
  };

  async function contextOf(field?: string): Promise<string> {
    const response = await fetch(`${idp.url}/saml/sso/choice`, {
      method: 'POST',
      body: new URLSearchParams({
        request: redirectQuery(asking([MFA])).toString(),
        binding: 'HTTP-Redirect',
        person: 'erin.engel',
        ...(field === undefined ? {} : { 'second-factor': field }),
      }),
    });
    const assertion = await signedPart(responseIn(await response.text()), 'Assertion');
    return first(assertion, 'AuthnContextClassRef').textContent;
  }

  it('is proposed to who is asked for it', async () => {
    const page = async (xml: string): Promise<string> => (await ask(redirectQuery(xml))).text();
    expect(await page(asking(['urn:other', MFA]))).toContain('value="yes" checked');
    expect(await page(asking(['urn:other']))).not.toContain('value="yes" checked');
    expect(await page(authnRequest())).not.toContain('value="yes" checked');
  });

  it('is vouched for when the visitor says so, and only then', async () => {
    expect(await contextOf('yes')).toBe(MFA);
    expect(await contextOf()).toBe('urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified');
    expect(await contextOf(MFA)).toBe('urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified');
  });

  it('is asked for exactly, and by no more than a few contexts', async () => {
    for (const xml of [
      asking([MFA], ' Comparison="minimum"'),
      asking(Array.from({ length: 21 }, (_, index) => `urn:${index}`)),
      asking([MFA]).replace(/(<samlp:RequestedAuthnContext.*RequestedAuthnContext>)/, '$1$1'),
    ]) {
      expect((await ask(redirectQuery(xml))).status).toBe(400);
    }
    expect((await ask(redirectQuery(asking([MFA], ' Comparison="exact"')))).status).toBe(200);
  });
});

describe('metadata', () => {
  it('names the entity, both bindings and one signing certificate', async () => {
    const text = await (await fetch(`${idp.url}/saml/metadata`)).text();
    const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
    expect(root.getAttribute('entityID')).toBe(`${idp.url}/saml/metadata`);
    const services = Array.from(root.getElementsByTagNameNS('*', 'SingleSignOnService'));
    expect(services.map((service) => service.getAttribute('Location'))).toEqual([
      `${idp.url}/saml/sso`,
      `${idp.url}/saml/sso`,
    ]);
    expect(root.getElementsByTagNameNS('*', 'X509Certificate')).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('goes to the service by a form that works with and without scripts', async () => {
    const html = await choose('erin.engel', redirectQuery(authnRequest(), 'a"b<c'));
    expect(html).toContain(`action="${ACS}"`);
    expect(html).toContain('name="RelayState" value="a&#34;b&lt;c"');
    expect(html).toContain('data-submit-on-load');
    expect(html).toContain('<button type="submit">Continue</button>');
  });

  it('is signed as a whole and in its assertion, by the key in the metadata', async () => {
    const xml = responseIn(await choose('priya.nair'));
    const response = await signedPart(xml, 'Response');
    const assertion = await signedPart(xml, 'Assertion');
    expect(response.getElementsByTagNameNS('*', 'Assertion')[0]?.getAttribute('ID')).toBe(
      assertion.getAttribute('ID'),
    );
    expect(xml).toContain('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    expect(xml).not.toContain('rsa-sha1');
  });

  it('does not verify once a character of it is changed', async () => {
    const xml = responseIn(await choose('erin.engel')).replace('>erin.engel<', '>alex.admin<');
    await expect(signedPart(xml, 'Assertion')).rejects.toThrow();
  });

  it('is for this request, this service and five minutes', async () => {
    const assertion = await signedPart(responseIn(await choose('priya.nair')), 'Assertion');
    const confirmation = first(assertion, 'SubjectConfirmationData');
    expect(confirmation.getAttribute('InResponseTo')).toBe('_request1');
    expect(confirmation.getAttribute('Recipient')).toBe(ACS);
    const end = Date.parse(confirmation.getAttribute('NotOnOrAfter') ?? '');
    expect(end - Date.parse(assertion.getAttribute('IssueInstant') ?? '')).toBe(300_000);
    expect(first(assertion, 'Audience').textContent).toBe(ENTITY_ID);
    expect(first(assertion, 'NameID').textContent).toBe('priya.nair');
    expect(first(assertion, 'AuthnStatement').getAttribute('SessionIndex')).toMatch(/^_[0-9a-f]{40}$/);
    expect(attributeValues(assertion, 'groups')).toEqual(['engineering', 'payments-leads']);
    expect(attributeValues(assertion, 'department')).toEqual(['payments']);
    expect(attributeValues(assertion, 'email')).toEqual(['priya.nair@example.com']);
    expect(attributeValues(assertion, 'displayName')).toEqual(['Priya Nair']);
  });

  it('never has the id of another one', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () =>
        (await signedPart(responseIn(await choose('erin.engel')), 'Assertion')).getAttribute('ID'),
      ),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('has no groups attribute for somebody without groups', async () => {
    const assertion = await signedPart(responseIn(await choose('nora.quinn')), 'Assertion');
    expect(attributeValues(assertion, 'groups')).toEqual([]);
    const attributes = Array.from(assertion.getElementsByTagNameNS('*', 'Attribute'));
    expect(attributes.map((attribute) => attribute.getAttribute('Name'))).toEqual([
      'email',
      'displayName',
      'department',
    ]);
  });

  it('says signed that the visitor chose nobody, without an assertion', async () => {
    const response = await signedPart(responseIn(await choose('')), 'Response');
    const codes = Array.from(response.getElementsByTagNameNS('*', 'StatusCode'));
    expect(codes.map((code) => code.getAttribute('Value')?.split(':').at(-1))).toEqual([
      'Responder',
      'AuthnFailed',
    ]);
    expect(response.getElementsByTagNameNS('*', 'Assertion')).toHaveLength(0);
  });

  it('answers a request that came by POST', async () => {
    const request = new URLSearchParams({ SAMLRequest: Buffer.from(authnRequest()).toString('base64') });
    const page = await fetch(`${idp.url}/saml/sso`, { method: 'POST', body: request });
    expect(await page.text()).toContain('name="binding" value="HTTP-POST"');
    const answer = await fetch(`${idp.url}/saml/sso/choice`, {
      method: 'POST',
      body: new URLSearchParams({ request: request.toString(), binding: 'HTTP-POST', person: 'erin.engel' }),
    });
    const assertion = await signedPart(responseIn(await answer.text()), 'Assertion');
    expect(first(assertion, 'NameID').textContent).toBe('erin.engel');
  });
});

describe('a request that is not for us, or not well', () => {
  const doctype = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>';
  it.each<[string, () => string]>([
    ['a foreign assertion consumer service', () => authnRequest({ acs: 'https://evil.test/acs' })],
    ['one that only begins like ours', () => authnRequest({ acs: `${BROKER_URL}.evil.test/acs` })],
    ['a script as address', () => authnRequest({ acs: 'javascript:alert(1)' })],
    ['a foreign issuer', () => authnRequest({ issuer: 'https://evil.test/metadata' })],
    ['an empty issuer', () => authnRequest({ issuer: '' })],
    ['another destination', () => authnRequest({ destination: 'https://other.test/sso' })],
    ['an old request', () => authnRequest({ issueInstant: '2020-01-01T00:00:00Z' })],
    ['no time', () => authnRequest({ issueInstant: 'now' })],
    ['another version', () => authnRequest({ version: '1.1' })],
    ['an id that is no name', () => authnRequest({ id: '1 2' })],
    ['a passive request', () => authnRequest({ extra: 'IsPassive="true"' })],
    [
      'the artifact binding',
      () => authnRequest({ extra: 'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"' }),
    ],
    ['a document type', () => authnRequest({ prefix: doctype })],
    ['a comment', () => authnRequest({ prefix: '<!-- x -->' })],
    ['a processing instruction', () => authnRequest({ prefix: '<?php x ?>' })],
    ['XML that is not well-formed', () => '<samlp:AuthnRequest'],
    ['another message', () => '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>'],
    ['the right name in no namespace', () => '<AuthnRequest ID="_1"/>'],
    ['nothing', () => ''],
    ['a bomb', () => authnRequest({ extra: `x="${'a'.repeat(5_000_000)}"` })],
  ])('is refused with a page: %s', async (_what, xml) => {
    const response = await ask(redirectQuery(xml()));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('The SAML request cannot be answered');
  });

  it.each([
    ['no request at all', new URLSearchParams()],
    [
      'two requests',
      new URLSearchParams([
        ['SAMLRequest', 'a'],
        ['SAMLRequest', 'b'],
      ]),
    ],
    ['what is not base64', new URLSearchParams({ SAMLRequest: '%%%' })],
    ['what is not deflated', new URLSearchParams({ SAMLRequest: 'aGVsbG8=' })],
  ])('is refused with a page: %s', async (_what, query) => {
    expect((await ask(query)).status).toBe(400);
  });

  it('refuses a RelayState without end', async () => {
    expect((await ask(redirectQuery(authnRequest(), 'x'.repeat(2_000)))).status).toBe(400);
  });

  it('checks the request again when the choice comes', async () => {
    const forged = redirectQuery(authnRequest({ acs: 'https://evil.test/acs' }));
    const response = await fetch(`${idp.url}/saml/sso/choice`, {
      method: 'POST',
      body: new URLSearchParams({ request: forged.toString(), person: 'erin.engel' }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('SAMLResponse');
  });

  it('knows nobody by another name', async () => {
    const response = await fetch(`${idp.url}/saml/sso/choice`, {
      method: 'POST',
      body: new URLSearchParams({ request: redirectQuery(authnRequest()).toString(), person: 'root' }),
    });
    expect(response.status).toBe(400);
  });
});

describe('text in XML', () => {
  it('comes back as it was from a parser, in content and in attributes', () => {
    const hostile = `a&b<c>"d"'e'\t\n]]>é😀`;
    const root = new DOMParser().parseFromString(
      `<r a="${xmlText(hostile)}">${xmlText(hostile)}</r>`,
      'text/xml',
    ).documentElement;
    expect([root.getAttribute('a'), root.textContent]).toEqual([hostile, hostile]);
  });

  it.each(['\u0000', '\u0007', '\ufffe', '\ud800', '\u0085'])('refuses what XML cannot hold', (character) => {
    expect(() => xmlText(`a${character}b`)).toThrow(RangeError);
  });
});
