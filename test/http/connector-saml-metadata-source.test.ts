/** Metadata that is signed, shared by several providers, given as text, or limited in time; and its schedule. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorNotice } from '../../src/connectors/connector-environment.ts';
import { followsProvider } from '../../src/connectors/connector.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { connectorSchema } from '../../src/core/catalogue.ts';
import { openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { signXml, withLogout, type XmlSigning } from '../support/fake-saml-logout.ts';
import { certify, createCertifiedKey, type CertifiedKey } from '../support/self-signed-certificate.ts';

const HOUR = 3_600_000;
const inMs = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

describe('the metadata of a SAML provider', () => {
  let idp: FakeSamlIdp;
  let registrar: CertifiedKey;
  let stranger: CertifiedKey;
  let doors: ConnectorDoor[] = [];
  let notices: ConnectorNotice[] = [];

  beforeAll(() => {
    registrar = createCertifiedKey('registrar');
    stranger = createCertifiedKey('stranger');
  });

  beforeEach(async () => {
    idp = await startFakeSamlIdp();
    notices = [];
  });

  afterEach(async () => {
    await Promise.all(doors.map((door) => door.close()));
    doors = [];
    await idp.close();
  });

  afterAll(() => expect(doors).toEqual([]));

  async function open(settings: object = { metadataUrl: idp.metadataUrl }): Promise<ConnectorDoor> {
    const parsed = connectorSchema.parse({ kind: 'saml', id: 'corp', label: 'Corp', ...settings });
    const door = await openConnectorDoor({
      create: (environment) => createConnector(parsed, environment),
      report: (notice) => notices.push(notice),
    });
    doors.push(door);
    return door;
  }

  /** `ann`, or why not. */
  async function signIn(door: ConnectorDoor, key = idp.key()): Promise<string> {
    const answer = await fetch(`${door.baseUrl}/start`, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) return ((await answer.json()) as { code: string }).code;
    const outcome = await door.post(idp.answer(new URL(location), { key }));
    return outcome.code ?? outcome.subject ?? '';
  }

  /** Whether people are sent to the provider; its answers would be too old for a clock that was moved. */
  async function starts(door: ConnectorDoor): Promise<boolean> {
    return (await fetch(`${door.baseUrl}/start`, { redirect: 'manual' })).status === 303;
  }

  async function refreshDue({ connector }: ConnectorDoor): Promise<void> {
    if (!followsProvider(connector)) throw new Error('does not follow its provider');
    await connector.refreshDue();
  }

  const rooted = (attributes: string): string =>
    idp.metadataXml().replace(' entityID', ` ${attributes} entityID`);
  const entity = (xml = idp.metadataXml()): string => xml.replace(/^<\?xml[^>]*>\s*/, '');
  const group = (content: string, attributes = ''): string =>
    `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ${attributes}>${content}</md:EntitiesDescriptor>`;
  const other = (entityId = 'https://other.example'): string =>
    entity().replace(/entityID="[^"]+"/, `entityID="${entityId}"`);
  const sealed = (key: CertifiedKey, xml = rooted('ID="_m1"'), signing: XmlSigning = {}): string =>
    signXml(xml, key, signing);

  describe('that is signed, where a certificate stands beside its address (S45)', () => {
    const pinned = (): object => ({
      metadataUrl: idp.metadataUrl,
      certificates: [stranger.certificate, registrar.certificate],
    });

    it('is taken from whoever holds one of the keys, with the provider’s own keys in it', async () => {
      idp.serveMetadata({ body: sealed(registrar) });
      const door = await open(pinned());
      expect(await signIn(door)).toBe('ann');
      expect(await signIn(door, registrar)).toBe('saml.signature_invalid');
    });

    it.each<[string, () => string]>([
      ['is not signed', () => rooted('ID="_m1"')],
      ['is signed by its own key', () => sealed(idp.key())],
      ['was changed afterwards', () => sealed(registrar).replace('/sso"', '/evil"')],
      [
        'has another key in it',
        () => sealed(registrar).replace(idp.key().certificateBase64, stranger.certificateBase64),
      ],
      [
        'is signed with SHA-1',
        () =>
          sealed(registrar, undefined, { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
      ],
      [
        'is signed below its root',
        () =>
          sealed(
            registrar,
            rooted('ID="_m1"').replace('<md:IDPSSO', '<md:IDPSSODescriptor ID="_m2"/><md:IDPSSO'),
            { element: 'IDPSSODescriptor' },
          ),
      ],
      [
        'is a genuine one inside a forged one',
        () => group(`${other()}${entity(sealed(registrar))}`, 'ID="_m9"'),
      ],
    ])('is refused when it %s', async (_name, body) => {
      idp.serveMetadata({ body: body() });
      const door = await open({ ...pinned(), certificates: [registrar.certificate] });
      expect(await signIn(door)).toBe('idp.unavailable');
      idp.serveMetadata({ body: sealed(registrar) });
      expect(await signIn(door)).toBe('ann');
    });

    it('stays the last good while a forged one is served, and that is told once', async () => {
      idp.serveMetadata({ body: sealed(registrar) });
      const door = await open({ ...pinned(), certificates: [registrar.certificate] });
      expect(await signIn(door)).toBe('ann');
      idp.serveMetadata({ body: sealed(stranger) });
      for (let round = 0; round < 3; round += 1) {
        door.shiftClock(HOUR + 1);
        await refreshDue(door);
        expect(await starts(door)).toBe(true);
      }
      expect(notices).toEqual([
        {
          connectorId: 'corp',
          kind: 'refresh-failed',
          detail: expect.stringContaining('no certificate of the provider fits') as string,
        },
      ]);
    });
  });

  describe('that describes several providers (S45)', () => {
    it('is read for the one that entityId names, at any depth', async () => {
      idp.serveMetadata({ body: group(`${other()}${group(entity())}`) });
      const door = await open({ metadataUrl: idp.metadataUrl, entityId: idp.entityId });
      expect(await signIn(door)).toBe('ann');
    });

    it.each<[string, string | undefined, () => string]>([
      ['nothing names one of them', undefined, () => group(`${entity()}${other()}`)],
      ['it has one alone, but as a group that nobody chose from', undefined, () => group(entity())],
      ['the named one is missing', 'https://missing.example', () => group(`${entity()}${other()}`)],
      ['the named one stands twice', 'https://other.example', () => group(`${other()}${other()}`)],
      ['the one that it describes is another', 'https://other.example', () => entity()],
      ['the group is past its time', 'own', () => group(entity(), 'validUntil="2020-01-01T00:00:00Z"')],
      [
        'its providers are two roles of one entity',
        undefined,
        () => entity().replace(/<md:IDPSSO[\s\S]*<\/md:IDPSSODescriptor>/, '$&$&'),
      ],
      [
        'it describes an affiliation',
        undefined,
        () => entity().replaceAll('IDPSSODescriptor', 'AffiliationDescriptor'),
      ],
      [
        'it lists eleven keys',
        undefined,
        () => entity().replace(/<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/, '$&'.repeat(11)),
      ],
    ])('is refused when %s', async (_name, entityId, body) => {
      idp.serveMetadata({ body: body() });
      const named = entityId === 'own' ? idp.entityId : entityId;
      const door = await open({
        metadataUrl: idp.metadataUrl,
        ...(named === undefined ? {} : { entityId: named }),
      });
      expect(await signIn(door)).toBe('idp.unavailable');
    });
  });

  describe('given as text', () => {
    it('needs no address', async () => {
      const door = await open({ metadata: idp.metadataXml() });
      expect(await signIn(door)).toBe('ann');
      expect(idp.metadataReads()).toBe(0);
    });

    it('S45: is held to the same rules', async () => {
      const expired = await open({ metadata: rooted('validUntil="2020-01-01T00:00:00Z"') });
      expect(await signIn(expired)).toBe('idp.unavailable');
      const unsigned = await open({ metadata: rooted('ID="_m1"'), certificates: [registrar.certificate] });
      expect(await signIn(unsigned)).toBe('idp.unavailable');
      const signed = await open({ metadata: sealed(registrar), certificates: [registrar.certificate] });
      expect(await signIn(signed)).toBe('ann');
    });
  });

  describe('and its time', () => {
    it('is read on the schedule, whether or not anybody signs in', async () => {
      const door = await open();
      await refreshDue(door);
      expect(idp.metadataReads()).toBe(1);
      await refreshDue(door);
      door.shiftClock(HOUR - 1_000);
      await refreshDue(door);
      expect(idp.metadataReads()).toBe(1);
      door.shiftClock(1_001);
      await refreshDue(door);
      expect(idp.metadataReads()).toBe(2);
      expect(notices).toEqual([]);
    });

    it.each([
      ['PT30M', 1_800_000],
      ['PT1S', 300_000],
      ['P0Y0M0DT2H0M0.0S', 2 * HOUR],
      ['P7D', 6 * HOUR],
      ['a while', HOUR],
      ['P', HOUR],
    ])('is read again after a cacheDuration of %s, within bounds', async (duration, expected) => {
      idp.serveMetadata({ body: rooted(`cacheDuration="${duration}"`) });
      const door = await open();
      await refreshDue(door);
      door.shiftClock(expected - 10_000);
      await refreshDue(door);
      expect(idp.metadataReads()).toBe(1);
      door.shiftClock(10_001);
      await refreshDue(door);
      expect(idp.metadataReads()).toBe(2);
    });

    it('S45: ends at its validUntil, also while there is no newer one', async () => {
      idp.serveMetadata({ body: rooted(`validUntil="${inMs(2 * HOUR)}"`) });
      const door = await open();
      expect(await signIn(door)).toBe('ann');
      idp.serveMetadata({ status: 503 });
      door.shiftClock(HOUR + HOUR / 2);
      expect(await starts(door)).toBe(true);
      door.shiftClock(HOUR);
      expect(await starts(door)).toBe(false);
      idp.serveMetadata(undefined);
      expect(await starts(door)).toBe(true);
    });

    it.each([
      ['2020-01-01T00:00:00', 'idp.unavailable'],
      ['2020-01-01', 'idp.unavailable'],
      ['2999-12-31T23:59:59', 'ann'],
      ['2999-12-31T23:59:59.5+02:00', 'ann'],
    ])('takes validUntil="%s" as UTC: %s', async (until, outcome) => {
      idp.serveMetadata({ body: rooted(`validUntil="${until}"`) });
      expect(await signIn(await open())).toBe(outcome);
    });

    it('S45: tells what was refused each time the reason changes, and again after it was well', async () => {
      const door = await open();
      const after = async (body: string | undefined): Promise<void> => {
        idp.serveMetadata(body === undefined ? undefined : { body });
        door.shiftClock(HOUR + 1);
        await refreshDue(door);
      };
      await refreshDue(door);
      for (const body of ['x', 'x', rooted('validUntil="2020-01-01T00:00:00Z"'), undefined, 'x']) {
        await after(body);
      }
      expect(notices.map(({ kind }) => kind)).toEqual(['refresh-failed', 'refresh-failed', 'refresh-failed']);
      expect(notices[1]?.detail).toContain('validUntil');
      expect(JSON.stringify(notices)).not.toContain(idp.key().certificateBase64.slice(0, 40));
    });
  });

  describe('and its certificates (S46)', () => {
    it('are accepted side by side while both are listed, and not after one is removed', async () => {
      const old = idp.key();
      const both = (next: CertifiedKey): string =>
        idp
          .metadataXml()
          .replace(
            '<md:KeyDescriptor',
            `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${next.certificateBase64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:KeyDescriptor`,
          );
      const next = createCertifiedKey('next');
      idp.serveMetadata({ body: both(next) });
      const door = await open();
      expect(await signIn(door, old)).toBe('ann');
      expect(await signIn(door, next)).toBe('ann');
      idp.serveMetadata({ body: idp.metadataXml().replace(old.certificateBase64, next.certificateBase64) });
      door.shiftClock(HOUR + 1);
      await refreshDue(door);
      expect(await refusedAfterAnHour(door, old)).toBe('saml.signature_invalid');
    });

    it('warn when they are near their end and when they are past it, once each, and are accepted for as long as they are listed', async () => {
      const ending = certify('ending', { goodForDays: 31 });
      idp.serveMetadata({
        body: idp.metadataXml().replace(idp.key().certificateBase64, ending.certificateBase64),
      });
      const door = await open();
      await refreshDue(door);
      expect(notices).toEqual([]);
      const told = (kind: ConnectorNotice['kind'], words: RegExp): ConnectorNotice => ({
        connectorId: 'corp',
        kind,
        detail: expect.stringMatching(words) as string,
      });
      const soon = told('certificate-ends-soon', /^the signing certificate [0-9A-F:]{23}… ends on \d{4}-/);
      for (const hours of [26, 2]) {
        door.shiftClock(hours * HOUR);
        await refreshDue(door);
        expect(notices).toEqual([soon]);
      }
      for (const hours of [30 * 24, 2]) {
        door.shiftClock(hours * HOUR);
        await refreshDue(door);
        expect(notices).toEqual([
          soon,
          told('certificate-expired', /^the signing certificate [0-9A-F:]{23}… expired on \d{4}-/),
        ]);
      }
    });

    /** The provider's clock is the real one, so its answers are too old for ours: only the order of checks is seen. */
    async function refusedAfterAnHour(door: ConnectorDoor, key: CertifiedKey): Promise<string> {
      door.shiftClock(-HOUR - 1);
      return signIn(door, key);
    }
  });

  it('gives the addresses for single logout only where they can be used', async () => {
    for (const location of ['javascript:alert(1)', 'ftp://idp.example/x', '/relative']) {
      idp.serveMetadata({ body: withLogout(idp, `Location="${location}"`) });
      expect(await signIn(await open())).toBe('ann');
    }
  });
});
