import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDER_PRESETS, connectorSchema, type ProviderPreset } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../support/connector-door.ts';
import { base64, startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { PERSON, RESPONSE_SHAPES } from '../support/saml-response-shapes.ts';
import { writeSamlResponse } from '../support/write-saml-response.ts';

describe.each(PROVIDER_PRESETS)('a SAML connector with the preset %s', (preset) => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    door = await openDoor({});
  });

  afterAll(async () => {
    await door.close();
    await idp.close();
  });

  function openDoor(settings: object): Promise<ConnectorDoor> {
    const parsed = connectorSchema.parse({
      kind: 'saml',
      id: 'corp',
      label: 'Corp',
      preset,
      metadataUrl: idp.metadataUrl,
      ...settings,
    });
    return openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
  }

  async function signIn(
    change: (xml: string) => string = (xml) => xml,
    shape: ProviderPreset = preset,
    at = door,
  ): Promise<Outcome> {
    const request = idp.readRequest(await at.start());
    const encryptFor = (await at.keys.certificates()).encryption[0] ?? '';
    const facts = { request, issuer: idp.entityId, key: idp.key(), encryptFor };
    const xml = change(writeSamlResponse(RESPONSE_SHAPES[shape], facts));
    return at.post({ SAMLResponse: base64(xml), RelayState: request.relayState });
  }

  it('signs a person in by what the product sends, with nothing else set', async () => {
    const outcome = await signIn();
    expect(outcome).toMatchObject({
      status: 200,
      subject: RESPONSE_SHAPES[preset].nameId,
      email: PERSON.mail,
      displayName: PERSON.name,
      groups: PERSON.groups,
      authentication: { contexts: [RESPONSE_SHAPES[preset].context] },
      connectorState: { nameId: RESPONSE_SHAPES[preset].nameId },
    });
    expect(outcome.providerSession).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('S16: believes nothing of it that is not signed', async () => {
    const outcome = await signIn((xml) => swapLetterIn(xml, RESPONSE_SHAPES[preset].signs));
    expect(outcome).toMatchObject({ status: 400, code: 'saml.signature_invalid' });
    expect((await signIn()).status).toBe(200);
  });

  it('counts a setting that is given before the preset’s', async () => {
    const settings = { groupsAttribute: 'urn:other', emailAttribute: 'urn:other', signed: 'both' };
    const other = await openDoor(settings);
    try {
      const { signs } = RESPONSE_SHAPES[preset];
      const outcome = await signIn(undefined, preset, other);
      expect(outcome.code).toBe(signs === 'both' ? undefined : 'saml.signature_invalid');
      expect(outcome.groups).toEqual(signs === 'both' ? [] : undefined);
      expect(outcome.email).toBeUndefined();
    } finally {
      await other.close();
    }
  });
});

describe('Keycloak’s role list', () => {
  const shape = RESPONSE_SHAPES.keycloak;
  const roles = ['offline_access', 'uma_authorization'].map((role) => ({ name: 'Role', values: [role] }));
  const memberships = PERSON.groups.map((group) => ({ name: 'memberships', values: [group] }));
  const together = [{ name: 'memberships', values: PERSON.groups }];
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    const settings = { preset: 'keycloak', groupsAttribute: 'memberships', metadataUrl: idp.metadataUrl };
    const parsed = connectorSchema.parse({ kind: 'saml', id: 'corp', label: 'Corp', ...settings });
    door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
  });
  afterAll(() => Promise.all([door.close(), idp.close()]));

  async function signIn(attributes: typeof shape.attributes): Promise<Outcome> {
    const request = idp.readRequest(await door.start());
    const facts = { request, issuer: idp.entityId, key: idp.key(), encryptFor: '' };
    const xml = writeSamlResponse({ ...shape, attributes }, facts);
    return door.post({ SAMLResponse: base64(xml), RelayState: request.relayState });
  }

  it.each([
    ['in one attribute', together],
    ['in one attribute each', memberships],
  ])('does not stand in the way of groups of another name, %s', async (_how, sent) => {
    expect(await signIn([...roles, ...sent])).toMatchObject({ status: 200, groups: PERSON.groups });
  });

  it('S27: makes no other attribute one that may stand twice', async () => {
    const twice = ['ann@example.com', 'root@example.com'].map((value) => ({
      name: 'urn:oid:1.2.840.113549.1.9.1',
      values: [value],
    }));
    expect((await signIn([...roles, ...together, ...twice])).code).toBe('saml.duplicate_attribute');
  });
});

/** A change that leaves the XML as well-formed as it was: in the digest, of the part that must be signed. */
function swapLetterIn(xml: string, signs: 'assertion' | 'response' | 'both'): string {
  const marker = 'DigestValue>';
  const at = (signs === 'both' ? xml.lastIndexOf(`<ds:${marker}`) + 4 : xml.indexOf(marker)) + marker.length;
  return `${xml.slice(0, at)}${xml[at] === 'A' ? 'B' : 'A'}${xml.slice(at + 1)}`;
}
