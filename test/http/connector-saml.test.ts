import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema, type SamlConnectorSettings } from '../../src/core/catalogue.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor } from '../support/connector-door.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';

describe('a SAML connector with an honest identity provider', () => {
  let idp: FakeSamlIdp;
  let door: ConnectorDoor;

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
    door = await openDoor({ metadataUrl: idp.metadataUrl });
  });

  afterAll(async () => {
    await door.close();
    await idp.close();
  });

  async function openDoor(settings: Partial<SamlConnectorSettings>): Promise<ConnectorDoor> {
    const parsed = connectorSchema.parse({ kind: 'saml', id: 'corp', label: 'Corp', ...settings });
    return openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
  }

  it('sends the browser with a request that names us, our address and a fresh id', async () => {
    const redirect = await door.start();
    const request = idp.readRequest(redirect);
    expect(redirect.origin + redirect.pathname).toBe(idp.ssoUrl);
    expect(request.issuer).toBe(`${door.baseUrl}/saml/corp/metadata`);
    expect(request.acsUrl).toBe(`${door.baseUrl}/saml/corp/acs`);
    expect(request.id).toMatch(/^_[0-9a-f]{40}$/);
    expect(request.relayState).toMatch(/^[\w-]{43}$/);
    expect(request.xml).not.toContain('RequestedAuthnContext');
    expect(idp.readRequest(await door.start()).id).not.toBe(request.id);
  });

  it('takes over the identity exactly as it was signed', async () => {
    const outcome = await door.post(idp.answer(await door.start(), { assertionId: '_once' }));
    expect(outcome).toMatchObject({
      status: 200,
      connectorId: 'corp',
      subject: 'ann',
      displayName: 'Ann Example',
      email: 'ann@example.com',
      groups: ['engineers', 'aws-admins-readonly'],
    });
    expect(new Map(outcome.attributes).get('email')).toEqual(['ann@example.com']);
    expect(outcome.spend).toMatchObject([{ scope: `saml-assertion ${idp.entityId}`, value: '_once' }]);
  });
});
