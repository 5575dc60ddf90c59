import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../support/connector-door.ts';
import { encryptAssertion } from '../support/encrypt-assertion.ts';
import type { ElementEncryption } from '../support/encrypt-element.ts';
import { base64, startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { PERSON, RESPONSE_SHAPES, type ResponseShape } from '../support/saml-response-shapes.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { writeSamlResponse, type ResponseFacts } from '../support/write-saml-response.ts';

type Changes = Partial<ResponseFacts> & {
  readonly shape?: Partial<ResponseShape>;
  readonly after?: (xml: string) => string;
};

describe.each(['assertion', 'response', 'both'] as const)('an encrypted assertion, signed: %s', (signs) => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    const settings = { kind: 'saml', id: 'corp', label: 'Corp', preset: 'simplesamlphp', signed: signs };
    const parsed = connectorSchema.parse({
      ...settings,
      metadataUrl: idp.metadataUrl,
      encryption: 'required',
    });
    door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
  });

  afterAll(async () => {
    await door.close();
    await idp.close();
  });

  afterEach(async () => {
    expect(await signIn({})).toMatchObject({ status: 200, groups: PERSON.groups });
  });

  async function signIn({ shape, after, ...changes }: Changes): Promise<Outcome> {
    const request = idp.readRequest(await door.start());
    const encryptFor = (await door.keys.certificates()).encryption[0] ?? '';
    const facts = { request, issuer: idp.entityId, key: idp.key(), encryptFor, ...changes };
    const written = writeSamlResponse(
      { ...RESPONSE_SHAPES.simplesamlphp, signs, encrypts: true, ...shape },
      facts,
    );
    return door.post({ SAMLResponse: base64(after?.(written) ?? written), RelayState: request.relayState });
  }

  async function refused(changes: Changes, code: string): Promise<void> {
    expect(await signIn(changes)).toMatchObject({ status: 400, code });
  }

  it.each<Partial<ElementEncryption>>([
    { cipher: 'aes-128-gcm', keyTransport: 'oaep-mgf1p', keyPlace: 'behind' },
    { cipher: 'aes-192-gcm', keyTransport: 'oaep-sha1' },
    { cipher: 'aes-256-gcm', keyTransport: 'oaep-sha256' },
  ])('is opened and verified: %j', async (encryption) => {
    expect(await signIn({ encryption })).toMatchObject({ status: 200, email: PERSON.mail });
  });

  it.each<Partial<ElementEncryption>>([
    { cipher: 'aes-256-cbc' },
    { keyTransport: 'rsa-1_5' },
    { cipher: 'aes-256-cbc', keyTransport: 'rsa-1_5' },
  ])('S40: by a cipher that answers to guessing is refused: %j', async (encryption) => {
    await refused({ encryption }, 'saml.encryption');
  });

  it('S40: is required, so a plain one is refused', async () => {
    await refused({ shape: { encrypts: false } }, 'saml.encryption');
  });

  it('S40: for another key, cut or changed by a bit is refused in the same words', async () => {
    const details = new Set<string | undefined>();
    const content = /(?<=<\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)[^<]+/;
    const wrapped = /(?<=<\/ds:X509Data><\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)[^<]+/;
    const flip = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    const changes: readonly Changes[] = [
      { encryptFor: createCertifiedKey('somebody else').certificate },
      {
        afterEncryption: (xml) =>
          xml.replace(
            /(?<=<xenc:CipherValue>)[^<]+(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
            flip,
          ),
      },
      { afterEncryption: (xml) => xml.replace(wrapped, flip) },
      { afterEncryption: (xml) => xml.replace(content, 'AAAA') },
    ];
    for (const change of changes) {
      const outcome = await signIn(change);
      expect(outcome).toMatchObject({ status: 400, code: 'saml.encryption' });
      details.add(outcome.detail);
    }
    expect(details.size).toBe(1);
  });

  it.each<readonly [string, (xml: string) => string]>([
    ['no key', (xml) => xml.replace(/<xenc:EncryptedKey .*<\/xenc:EncryptedKey>/s, '')],
    ['two keys', (xml) => xml.replace(/(<xenc:EncryptedKey .*<\/xenc:EncryptedKey>)/s, '$1$1')],
    [
      'a key elsewhere',
      (xml) => xml.replace(/<xenc:EncryptedKey .*<\/xenc:EncryptedKey>/s, '<ds:RetrievalMethod URI="#k"/>'),
    ],
    [
      'a reference instead of content',
      (xml) =>
        xml.replace(
          /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>(?=<\/xenc:CipherData><\/xenc:EncryptedData>)/,
          '<xenc:CipherReference URI="http://127.0.0.1:1/"/>',
        ),
    ],
    [
      'two contents',
      (xml) =>
        xml.replace(
          /(<xenc:EncryptedData .*<\/xenc:EncryptedData>)/s,
          (data) => data + data.replace(/ Id="[^"]*"/, ''),
        ),
    ],
    [
      'an OAEP label',
      (xml) => xml.replace(/(?=<ds:DigestMethod)/, '<xenc:OAEPparams>AAAA</xenc:OAEPparams>'),
    ],
    [
      'another digest than the mask’s',
      (xml) =>
        xml.replace('http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/2001/04/xmlenc#sha256'),
    ],
    ['an unknown cipher', (xml) => xml.replace('aes128-gcm', '__proto__')],
    ['no base64', (xml) => xml.replace(/(?<=<xenc:CipherValue>)/, '!')],
  ])('S40: with %s is refused', async (_name, change) => {
    await refused({ afterEncryption: changed(change) }, 'saml.encryption');
  });

  it('S40: counts as one assertion, also beside a plain one, twice, or with others inside', async () => {
    const forged =
      '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_f" Version="2.0"/>';
    const encrypted = /<saml2:EncryptedAssertion .*<\/saml2:EncryptedAssertion>/s;
    await refused(
      { after: changed((xml) => xml.replace(/(?=<saml2:EncryptedAssertion )/, forged)) },
      'saml.assertion_count',
    );
    await refused(
      { after: changed((xml) => xml.replace('</samlp:Response>', `${forged}</samlp:Response>`)) },
      'saml.assertion_count',
    );
    await refused(
      { after: changed((xml) => xml.replace(encrypted, (one) => one + one)) },
      'saml.assertion_count',
    );
    await refused({ beforeEncryption: (xml) => `${xml}${forged}` }, 'saml.malformed');
    const nested = (xml: string): string =>
      `<saml:Advice xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${xml}</saml:Advice>`;
    await refused({ beforeEncryption: nested }, 'saml.assertion_count');
    await refused(
      { beforeEncryption: (xml) => xml.replace('<saml:Subject>', `${forged}<saml:Subject>`) },
      'saml.assertion_count',
    );
    await refused({ beforeEncryption: () => 'ann' }, 'saml.malformed');
  });

  it('S40: passes the same guards as what is not encrypted', async () => {
    const dtd = (xml: string): string => `<!DOCTYPE x [<!ENTITY a "b">]>${xml}`;
    await refused({ beforeEncryption: dtd }, 'saml.forbidden_markup');
    await refused(
      { beforeEncryption: changed((xml) => xml.replace('</saml:NameID>', '<!-- --></saml:NameID>')) },
      'saml.forbidden_markup',
    );
    const borrowed = changed((xml: string) =>
      xml.replace(' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', ''),
    );
    await refused({ beforeEncryption: borrowed }, 'saml.assertion_count');
    const stray = changed((xml: string) => xml.replace('<saml:Subject>', '<r:Advice/><saml:Subject>'));
    await refused({ beforeEncryption: stray }, 'saml.malformed');
  });

  it('S40: proves nothing unless what the settings ask for is signed', async () => {
    const unsigned = changed((xml: string) => xml.replace(/<ds:Signature .*<\/ds:Signature>/s, ''));
    if (signs === 'response') {
      await refused({ after: unsigned }, 'saml.signature_invalid');
      await refused({ shape: { signs: 'assertion' } }, 'saml.signature_invalid');
    } else {
      await refused({ beforeEncryption: unsigned }, 'saml.signature_invalid');
      await refused({ shape: { signs: 'response' } }, 'saml.signature_invalid');
      const root = changed((xml: string) => xml.replace(`>${PERSON.name}<`, '>Root<'));
      await refused({ beforeEncryption: root }, 'saml.signature_invalid');
    }
    const key = createCertifiedKey('stranger');
    await refused({ key }, 'saml.signature_invalid');
  });

  it('S40: a signature around the encrypted form must hold for that form', async () => {
    if (signs === 'assertion') return;
    const encryptFor = (await door.keys.certificates()).encryption[0] ?? '';
    expect(encryptFor).toContain('CERTIFICATE');
    const id = / Id="_[0-9a-f]+"/;
    await refused({ after: changed((xml) => xml.replace(id, ' Id="_other"')) }, 'saml.signature_invalid');
  });

  /** A change that finds nothing would make a test that cannot fail. */
  function changed(change: (xml: string) => string): (xml: string) => string {
    return (xml) => {
      const result = change(xml);
      if (result === xml) throw new Error('nothing was changed');
      return result;
    };
  }
});

describe('an encrypted assertion that an independent library wrote', () => {
  it('is opened', async () => {
    const idp = await startFakeSamlIdp();
    const parsed = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      metadataUrl: idp.metadataUrl,
    });
    const door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
    try {
      const certificate = (await door.keys.certificates()).encryption[0] ?? '';
      for (const size of ['128', '256'] as const) {
        const answer = idp.answer(await door.start());
        const encryptionAlgorithm = `http://www.w3.org/2009/xmlenc11#aes${size}-gcm` as const;
        const key = { ...idp.key(), certificate };
        const SAMLResponse = await encryptAssertion(answer.SAMLResponse, key, { encryptionAlgorithm });
        expect(Buffer.from(SAMLResponse, 'base64').toString()).not.toContain('engineers');
        expect(await door.post({ ...answer, SAMLResponse })).toMatchObject({ status: 200, subject: 'ann' });
      }
      const answer = idp.answer(await door.start());
      const weak = { encryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' } as const;
      const SAMLResponse = await encryptAssertion(answer.SAMLResponse, { ...idp.key(), certificate }, weak);
      expect((await door.post({ ...answer, SAMLResponse })).code).toBe('saml.encryption');
    } finally {
      await door.close();
      await idp.close();
    }
  });
});
