import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorSchema, type ConnectorSettings } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { close, listen, openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';

describe('what a SAML connector knows of its identity provider', () => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeEach(async () => {
    idp = await startFakeSamlIdp();
    door = await openDoor({ metadataUrl: idp.metadataUrl });
  });

  afterEach(async () => {
    await door.close();
    await idp.close();
  });

  function openDoor(settings: object, allowHttp = true): Promise<ConnectorDoor> {
    const parsed: ConnectorSettings = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      ...settings,
    });
    return openConnectorDoor({ create: (environment) => createConnector(parsed, environment), allowHttp });
  }

  async function startFails(target = door): Promise<string> {
    const answer = await fetch(`${target.baseUrl}/start`, { redirect: 'manual' });
    return ((await answer.json()) as { code: string }).code;
  }

  async function signIn(): Promise<string> {
    const outcome = await door.post(idp.answer(await door.start()));
    return outcome.code ?? outcome.subject ?? '';
  }

  it('is read at first use, once for everybody', async () => {
    expect(idp.metadataReads()).toBe(0);
    await Promise.all([door.start(), door.start(), door.start()]);
    expect(idp.metadataReads()).toBe(1);
  });

  it('S46: includes a new key as soon as an answer is signed with it, and the old one no longer', async () => {
    expect(await signIn()).toBe('ann');
    const old = idp.key();
    idp.rotate();
    expect(await signIn()).toBe('ann');
    expect(idp.metadataReads()).toBe(2);
    expect((await door.post(idp.answer(await door.start(), { key: old }))).code).toBe(
      'saml.signature_invalid',
    );
  });

  it('S46: takes several certificates while a provider changes keys', async () => {
    const old = idp.key();
    idp.rotate();
    const key = (base64: string): string =>
      `<md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>` +
      `<ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
    const body = idp
      .metadataXml()
      .replace('<md:KeyDescriptor', `${key(old.certificateBase64)}<md:KeyDescriptor`);
    idp.serveMetadata({ body });
    expect(await signIn()).toBe('ann');
    expect((await door.post(idp.answer(await door.start(), { key: old }))).subject).toBe('ann');
  });

  it('S46: is not read again for every forged answer', async () => {
    const key = createCertifiedKey('stranger');
    for (let round = 0; round < 5; round += 1) {
      const answer = idp.answer(await door.start(), { key });
      expect((await door.post(answer)).code).toBe('saml.signature_invalid');
    }
    expect(idp.metadataReads()).toBe(2);
    door.shiftClock(10_001);
    await door.post(idp.answer(await door.start(), { key }));
    expect(idp.metadataReads()).toBe(3);
  });

  it('S45: stays the last good while the provider publishes rubbish or nothing', async () => {
    expect(await signIn()).toBe('ann');
    idp.serveMetadata({ status: 500 });
    door.shiftClock(3_700_000);
    await door.start();
    await door.start();
    expect(idp.metadataReads()).toBe(2);
    idp.serveMetadata(undefined);
    door.shiftClock(11_000);
    await door.start();
    expect(idp.metadataReads()).toBe(3);
  });

  it.each<[string, (honest: string) => string]>([
    ['is no XML', () => 'hello'],
    ['is empty', () => ''],
    ['has a document type', (xml) => xml.replace('<md:', '<!DOCTYPE x><md:')],
    ['has another root', (xml) => xml.replaceAll('EntityDescriptor', 'AffiliationDescriptor')],
    ['has no entity id', (xml) => xml.replace(/ entityID="[^"]*"/, '')],
    [
      'is past its validUntil',
      (xml) => xml.replace(' entityID', ' validUntil="2020-01-01T00:00:00Z" entityID'),
    ],
    ['has a validUntil that is no date', (xml) => xml.replace(' entityID', ' validUntil="soon" entityID')],
    ['has keys for encryption alone', (xml) => xml.replace('use="signing"', 'use="encryption"')],
    ['has no certificate that can be read', (xml) => xml.replace(/(?<=X509Certificate>)[^<]+/, 'AAAA')],
    ['speaks another protocol', (xml) => xml.replace(/protocolSupportEnumeration="[^"]+"/, '')],
    ['has no redirect binding', (xml) => xml.replace('HTTP-Redirect', 'HTTP-POST')],
    [
      'has an address that is a script',
      (xml) => xml.replace(/Location="[^"]+"/, 'Location="javascript:x()"'),
    ],
    ['is larger than a megabyte', (xml) => xml.replace('by hand', 'x'.repeat(1_100_000))],
    ['has too many elements', (xml) => xml.replace('</md:IDP', `${'<x/>'.repeat(21_000)}</md:IDP`)],
  ])('S45: metadata that %s is refused, and mended metadata works', async (_name, change) => {
    const body = change(idp.metadataXml());
    expect(body).not.toBe(idp.metadataXml());
    idp.serveMetadata({ body });
    expect(await startFails()).toBe('idp.unavailable');
    idp.serveMetadata(undefined);
    expect(await signIn()).toBe('ann');
  });

  it('S45: a certificate with a short key is not used', async () => {
    const weak = createCertifiedKey('weak', 1_024);
    const body = idp.metadataXml().replace(idp.key().certificateBase64, weak.certificateBase64);
    idp.serveMetadata({ body });
    expect(await startFails()).toBe('idp.unavailable');
  });

  it('S45: plain http is refused where the environment does not allow it', async () => {
    const strict = await openDoor({ metadataUrl: idp.metadataUrl }, false);
    expect(await startFails(strict)).toBe('idp.unavailable');
    expect(idp.metadataReads()).toBe(0);
    await strict.close();
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['redirects', (response) => response.writeHead(302, { location: '/other' }).end(), 'idp.unavailable'],
    ['resets', (response) => response.destroy(), 'idp.unavailable'],
    ['hangs', () => undefined, 'idp.timeout'],
  ])('S45: a metadata address that %s is a fault of the provider', async (_name, handle, code) => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      handle(response);
    });
    const broken = await openDoor({ metadataUrl: `${await listen(server)}/metadata` });
    expect(await startFails(broken)).toBe(code);
    expect(requests).toBe(1);
    await broken.close();
    await close(server);
  });

  it('can be given by hand instead, in PEM or bare base64', async () => {
    const { certificate, certificateBase64 } = idp.key();
    for (const certificates of [[certificate], [certificateBase64], ['rubbish', certificate]]) {
      const byHand = await openDoor({ entityId: idp.entityId, ssoUrl: idp.ssoUrl, certificates });
      const outcome = await byHand.post(idp.answer(await byHand.start()));
      expect(outcome).toMatchObject({ status: 200, subject: 'ann' });
      await byHand.close();
    }
    expect(idp.metadataReads()).toBe(0);
  });

  it('S47: nothing that a refusing provider writes is repeated', async () => {
    const status = 'urn:oasis:names:tc:SAML:2.0:status:Responder';
    const message =
      '<samlp:StatusMessage>&lt;script&gt;&#10;do-not-repeat</samlp:StatusMessage></samlp:Status>';
    const answer = idp.answer(await door.start(), {
      status,
      afterSigning: (xml) =>
        xml.replace('</samlp:Status>', message).replace(/<saml:Assertion.*<\/saml:Assertion>/s, ''),
    });
    const outcome = await door.post(answer);
    expect(outcome.code).toBe('saml.status');
    expect(JSON.stringify(outcome)).not.toContain('do-not-repeat');
    expect(JSON.stringify(outcome)).not.toContain('script');
  });

  it('is not needed for publishing ours', async () => {
    const xml = await door.metadata();
    expect(xml).toContain(`entityID="${door.baseUrl}/saml/corp/metadata"`);
    expect(xml).toContain(`Location="${door.baseUrl}/saml/corp/acs"`);
    expect(xml).toContain('Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"');
    expect(xml).toContain('WantAssertionsSigned="true"');
    expect(xml).not.toContain('NameIDFormat');
    expect(idp.metadataReads()).toBe(0);
  });
});
