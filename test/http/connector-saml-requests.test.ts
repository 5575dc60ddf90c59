import { createVerify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { readPlain, type PlainSaml } from '../support/read-plain-saml.ts';

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const SHA256 = encodeURIComponent('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');

describe('what we send to a SAML provider', () => {
  let idp: FakeSamlIdp;
  let doors: ConnectorDoor[] = [];

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
  });

  afterEach(async () => {
    await Promise.all(doors.map((door) => door.close()));
    doors = [];
  });

  afterAll(async () => idp.close());

  async function open(settings: object = {}): Promise<ConnectorDoor> {
    const parsed = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      ...('ssoUrl' in settings ? {} : { metadataUrl: idp.metadataUrl }),
      ...settings,
    });
    const door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
    doors.push(door);
    return door;
  }

  const requestOf = (url: URL): PlainSaml =>
    readPlain(
      inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString('utf8'),
    );

  async function certificatesOf(door: ConnectorDoor, use: string): Promise<X509Certificate[]> {
    const pattern = new RegExp(`use="${use}".*?X509Certificate>([^<]+)<`, 'gs');
    return [...(await door.metadata()).matchAll(pattern)].map(
      ([, base64 = '']) => new X509Certificate(Buffer.from(base64, 'base64')),
    );
  }

  /** By the binding's own words: the octets of the query up to the signature, by the certificate we publish. */
  async function verifies(door: ConnectorDoor, search: string): Promise<boolean> {
    const [octets = '', signature = ''] = search.slice(1).split('&Signature=');
    const [certificate] = await certificatesOf(door, 'signing');
    return createVerify('sha256')
      .update(octets.slice(octets.indexOf('SAMLRequest=')))
      .verify(certificate?.publicKey ?? '', decodeURIComponent(signature), 'base64');
  }

  describe('the request to sign in', () => {
    it('is signed over its exact octets, by a key of our metadata', async () => {
      const door = await open();
      const url = await door.start();
      expect(url.search).toMatch(
        new RegExp(`^\\?SAMLRequest=[^&]+&RelayState=[\\w-]+&SigAlg=${SHA256}&Signature=[^&]+$`),
      );
      expect(await verifies(door, url.search)).toBe(true);
      expect(await verifies(door, url.search.replace('&RelayState=', '&RelayState=x'))).toBe(false);
    });

    it('says who we are, where it goes and where the answer comes, and asks for no format of names', async () => {
      const door = await open();
      const request = requestOf(await door.start());
      expect(request.name).toBe('samlp:AuthnRequest');
      expect(request.attributes).toEqual({
        'xmlns:samlp': 'urn:oasis:names:tc:SAML:2.0:protocol',
        'xmlns:saml': 'urn:oasis:names:tc:SAML:2.0:assertion',
        ID: expect.stringMatching(/^_[0-9a-f]{40}$/) as string,
        Version: '2.0',
        IssueInstant: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        Destination: idp.ssoUrl,
        ProtocolBinding: POST,
        AssertionConsumerServiceURL: `${door.baseUrl}/saml/corp/acs`,
      });
      expect(request.text('saml:Issuer')).toBe(`${door.baseUrl}/saml/corp/metadata`);
      expect(request.attribute('samlp:NameIDPolicy', 'Format')).toBeUndefined();
      expect(request.count('samlp:RequestedAuthnContext')).toBe(0);
    });

    it('is not signed where the settings say so, and our metadata says the same', async () => {
      const door = await open({ signRequests: false });
      const url = await door.start();
      expect([...url.searchParams.keys()]).toEqual(['SAMLRequest', 'RelayState']);
      expect(await door.metadata()).toContain('AuthnRequestsSigned="false"');
      expect((await door.post(idp.answer(url))).subject).toBe('ann');
    });

    it('leaves the query of the provider’s own address as it is, outside the signature', async () => {
      const { certificate } = idp.key();
      for (const [address, start] of [
        ['https://idp.example/sso?tenant=a%20b', '?tenant=a%20b&SAMLRequest='],
        ['https://idp.example/sso?', '?SAMLRequest='],
        ['https://idp.example/sso#part', '?SAMLRequest='],
      ] as const) {
        const door = await open({ entityId: 'x', ssoUrl: address, certificates: [certificate] });
        const url = await door.start();
        expect(url.search.startsWith(start)).toBe(true);
        expect(url.hash).toBe('');
        expect(await verifies(door, url.search)).toBe(true);
        expect(requestOf(url).attributes['Destination']).toBe(address);
      }
    });

    it('S48: asks for the contexts that the connector needs, one of them exactly', async () => {
      const door = await open({ requiredContexts: ['urn:one', 'urn:two&<'] });
      const request = requestOf(await door.start());
      expect(request.attribute('samlp:RequestedAuthnContext', 'Comparison')).toBe('exact');
      expect(request.text('samlp:RequestedAuthnContext')).toBe('urn:oneurn:two&<');
      expect(request.count('saml:AuthnContextClassRef')).toBe(2);
      expect(request.attributes['ForceAuthn']).toBeUndefined();
    });

    it('S48: asks for what a role demands instead, where it demands something', async () => {
      const door = await open({ requiredContexts: ['urn:one'] });
      const stronger = requestOf(await door.start({ contexts: ['urn:strong'] }));
      expect(stronger.text('saml:AuthnContextClassRef')).toBe('urn:strong');
      expect(stronger.attributes['ForceAuthn']).toBeUndefined();
      const again = requestOf(await door.start({ after: new Date(), contexts: [] }));
      expect(again.text('saml:AuthnContextClassRef')).toBe('urn:one');
      expect(again.attributes['ForceAuthn']).toBe('true');
    });

    it('S48: asks for a new sign-in wherever the connector refuses an old one', async () => {
      const door = await open({ maximumAuthenticationAgeSeconds: 600 });
      expect(requestOf(await door.start()).attributes['ForceAuthn']).toBe('true');
    });
  });

  describe('our metadata', () => {
    it('is well-formed and names every address of ours', async () => {
      const door = await open();
      const text = await door.metadata();
      const metadata = readPlain(text);
      const at = (element: string, name: string): string | undefined => metadata.attribute(element, name);
      expect(metadata.attributes).toEqual({
        'xmlns:md': 'urn:oasis:names:tc:SAML:2.0:metadata',
        entityID: `${door.baseUrl}/saml/corp/metadata`,
      });
      expect(at('md:SPSSODescriptor', 'protocolSupportEnumeration')).toBe(
        'urn:oasis:names:tc:SAML:2.0:protocol',
      );
      expect(at('md:SPSSODescriptor', 'AuthnRequestsSigned')).toBe('true');
      expect(at('md:SPSSODescriptor', 'WantAssertionsSigned')).toBe('true');
      expect(at('md:AssertionConsumerService', 'Binding')).toBe(POST);
      expect(at('md:AssertionConsumerService', 'Location')).toBe(`${door.baseUrl}/saml/corp/acs`);
      expect(at('md:AssertionConsumerService', 'index')).toBe('0');
      const logouts = [...text.matchAll(/<md:SingleLogoutService Binding="([^"]+)" Location="([^"]+)"\/>/g)];
      expect(logouts.map(([, binding, location]) => [binding, location])).toEqual([
        [REDIRECT, `${door.baseUrl}/saml/corp/logout`],
        [POST, `${door.baseUrl}/saml/corp/logout`],
      ]);
      expect(text).not.toMatch(/PRIVATE|validUntil/);
    });

    it('has its parts in the order of the schema', async () => {
      const text = await (await open()).metadata();
      const order = [...text.matchAll(/<md:(\w+)/g)].map(([, name]) => name);
      expect(order.filter((name, index) => name !== order[index - 1])).toEqual([
        'EntityDescriptor',
        'SPSSODescriptor',
        'KeyDescriptor',
        'EncryptionMethod',
        'SingleLogoutService',
        'AssertionConsumerService',
      ]);
    });

    it('publishes certificates for both uses, with the ciphers that are accepted and no others', async () => {
      const door = await open();
      const [signing] = await certificatesOf(door, 'signing');
      const [encryption] = await certificatesOf(door, 'encryption');
      expect(signing?.subject).toContain('signing');
      expect(encryption?.subject).toContain('encryption');
      const methods = [...(await door.metadata()).matchAll(/EncryptionMethod Algorithm="([^"]+)"/g)];
      expect(methods.map(([, algorithm]) => algorithm)).toEqual([
        'http://www.w3.org/2009/xmlenc11#aes256-gcm',
        'http://www.w3.org/2009/xmlenc11#aes192-gcm',
        'http://www.w3.org/2009/xmlenc11#aes128-gcm',
        'http://www.w3.org/2009/xmlenc11#rsa-oaep',
        'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
      ]);
    });

    it('wants what the settings want', async () => {
      for (const [signed, wanted] of [
        ['assertion', 'true'],
        ['both', 'true'],
        ['response', 'false'],
      ]) {
        expect(await (await open({ signed })).metadata()).toContain(`WantAssertionsSigned="${wanted}"`);
      }
    });
  });
});
