import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectorSchema } from '../../src/core/catalogue.ts';
import type { SignInDemand } from '../../src/core/ports/stores.ts';
import { createConnector } from '../../src/connectors/create-connector.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from '../support/connector-door.ts';
import {
  attributeStatement,
  base64,
  startFakeSamlIdp,
  type FakeSamlIdp,
  type Recipe,
} from '../support/fake-saml-idp.ts';

const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';
const MFA = 'https://refeds.org/profile/mfa';

describe('what a SAML sign-in must be', () => {
  let idp: FakeSamlIdp;
  const doors: ConnectorDoor[] = [];

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
  });

  afterEach(async () => {
    await Promise.all(doors.splice(0).map((door) => door.close()));
  });

  afterAll(async () => {
    await idp.close();
  });

  async function open(settings: object = {}): Promise<ConnectorDoor> {
    const common = { kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: idp.metadataUrl };
    const parsed = connectorSchema.parse({ ...common, ...settings });
    const door = await openConnectorDoor({ create: (environment) => createConnector(parsed, environment) });
    doors.push(door);
    return door;
  }

  async function signIn(door: ConnectorDoor, recipe: Recipe = {}, demand?: SignInDemand): Promise<Outcome> {
    return door.post(idp.answer(await door.start(demand), recipe));
  }

  it('S48: is told as the provider says it: when, and in which context', async () => {
    const outcome = await signIn(await open(), { authnInstant: -90_000, contexts: [MFA] });
    expect(outcome.authentication?.contexts).toEqual([MFA]);
    const age = Date.now() - Date.parse(outcome.authentication?.at ?? '');
    expect(age).toBeGreaterThan(89_000);
    expect(age).toBeLessThan(150_000);
  });

  it('S48: a context that the connector requires must be the sign-in’s, exactly', async () => {
    const door = await open({ requiredContexts: [MFA, 'urn:x:card'] });
    expect((await signIn(door, { contexts: ['urn:x:card'] })).status).toBe(200);
    for (const contexts of [[PASSWORD], [], [''], [MFA.toUpperCase()], [`${MFA} `], [PASSWORD, MFA]]) {
      expect(await signIn(door, { contexts })).toMatchObject({ status: 400, code: 'saml.authn_context' });
    }
    expect((await signIn(door, { contexts: [MFA] })).status).toBe(200);
  });

  it('S48: a context that the role asks for must be the sign-in’s, beside the connector’s own', async () => {
    const door = await open({ requiredContexts: [PASSWORD, MFA] });
    const demand = { contexts: [MFA] };
    expect(await signIn(door, { contexts: [PASSWORD] }, demand)).toMatchObject({
      code: 'saml.authn_context',
    });
    expect(await signIn(door, { contexts: [MFA] }, demand)).toMatchObject({ status: 200 });
    expect(await signIn(door, { contexts: ['urn:x'] }, { contexts: ['urn:x'] })).toMatchObject({
      code: 'saml.authn_context',
    });
  });

  it('S48: a sign-in that the provider remembers is no fresh one, although ForceAuthn was asked for', async () => {
    const door = await open({ clockSkewSeconds: 10 });
    const after = new Date();
    const demand = { after, contexts: [] };
    const at = (seconds: number): Recipe => ({
      authnInstant: new Date(after.getTime() + seconds * 1_000).toISOString(),
    });
    for (const seconds of [-60, -11]) {
      expect((await signIn(door, at(seconds), demand)).code).toBe('saml.authn_context');
    }
    for (const seconds of [-9, 0]) expect((await signIn(door, at(seconds), demand)).status).toBe(200);
  });

  it('S48: a connector may say how long ago a person may have signed in there', async () => {
    const door = await open({ maximumAuthenticationAgeSeconds: 600, clockSkewSeconds: 30 });
    expect(await signIn(door, { authnInstant: -615_000 })).toMatchObject({ status: 200 });
    expect(await signIn(door, { authnInstant: -640_000 })).toMatchObject({ code: 'saml.authn_context' });
  });

  it('S48: two statements of how somebody signed in are refused, whichever comes first', async () => {
    expect(await signIn(await open(), { authnStatements: 2 })).toMatchObject({ code: 'saml.confirmation' });
  });

  describe('with a subject that an attribute names', () => {
    const named = (values: readonly string[], name = 'uid'): Recipe => ({
      attributesXml: attributeStatement([[name, values]]),
    });

    it('takes it as it stands, and keeps the NameID for signing out', async () => {
      const door = await open({ subjectAttribute: 'uid' });
      const outcome = await signIn(door, { ...named(['ann@corp']), sessionIndex: 's1' });
      expect(outcome).toMatchObject({
        status: 200,
        subject: 'ann@corp',
        connectorState: { nameId: 'ann', sessionIndex: 's1' },
      });
      expect(outcome.providerSession).not.toBe('s1');
      expect(outcome.providerSession).toContain('ann');
      expect((await signIn(door, { ...named(['ann@corp']), subjectXml: '' })).subject).toBe('ann@corp');
    });

    it('S25: refuses what cannot be one name, and a second NameID as well', async () => {
      const door = await open({ subjectAttribute: 'uid' });
      const bad: readonly Recipe[] = [
        named([]),
        named(['a', 'b']),
        named(['a', 'a']),
        named(['']),
        named([' a']),
        named(['a\u200b']),
        named(['a<b/>']),
        named(['a', '<b/>']),
        named(['x'.repeat(257)]),
        named(['a'], 'UID'),
        { ...named(['a']), subjectXml: '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>' },
        { ...named(['a']), subjectXml: '<saml:EncryptedID/>' },
      ];
      for (const recipe of bad) {
        expect(await signIn(door, recipe)).toMatchObject({ status: 400, code: 'saml.subject' });
      }
      expect((await signIn(door, named(['a']))).subject).toBe('a');
    });
  });

  it('keeps all of the NameID and the session’s index, which signing out there needs', async () => {
    const door = await open();
    const subjectXml = '<saml:NameID Format="urn:f" NameQualifier="q" SPNameQualifier="sp">ann</saml:NameID>';
    expect(await signIn(door, { subjectXml, sessionIndex: 's1' })).toMatchObject({
      providerSession: 's1',
      connectorState: {
        nameId: 'ann',
        nameIdFormat: 'urn:f',
        nameQualifier: 'q',
        spNameQualifier: 'sp',
        sessionIndex: 's1',
      },
    });
    const outcome = await signIn(door, {});
    expect(outcome.connectorState).toEqual({ nameId: 'ann' });
    expect(outcome.providerSession).toBeUndefined();
  });

  describe('when the provider starts it', () => {
    const unasked: Recipe = { inResponseTo: undefined, responseInResponseTo: undefined };

    async function unsolicited(door: ConnectorDoor, recipe: Recipe = {}): Promise<Outcome> {
      const request = idp.readRequest(await door.start());
      const xml = idp.answerXml(request, { ...unasked, ...recipe });
      return door.postUnsolicited({ SAMLResponse: base64(xml), RelayState: 'https://evil.example/' });
    }

    it('S34: is refused unless the connector takes such sign-ins', async () => {
      const door = await open();
      expect(await unsolicited(door)).toMatchObject({ status: 400, code: 'saml.no_flow' });
      expect((await signIn(door)).status).toBe(200);
    });

    it('S34: is taken where the connector says so, with every other check', async () => {
      const door = await open({ idpInitiated: true, requiredContexts: [PASSWORD] });
      const outcome = await unsolicited(door, { assertionId: '_once' });
      expect(outcome).toMatchObject({ status: 200, subject: 'ann', spend: [{ value: '_once' }] });
      const refusals: readonly (readonly [Recipe, string])[] = [
        [{ inResponseTo: '_x' }, 'saml.in_response_to'],
        [{ inResponseTo: '' }, 'saml.in_response_to'],
        [{ responseInResponseTo: '_x' }, 'saml.in_response_to'],
        [{ signs: 'none' }, 'saml.signature_invalid'],
        [{ audiences: [['https://other.example']] }, 'saml.audience'],
        [{ recipient: 'https://other.example' }, 'saml.recipient'],
        [{ conditionsNotOnOrAfter: -120_000 }, 'saml.time'],
        [{ contexts: [MFA] }, 'saml.authn_context'],
      ];
      for (const [recipe, code] of refusals) expect((await unsolicited(door, recipe)).code).toBe(code);
    });

    it('S34: is never taken for the answer to a sign-in of ours, nor the other way round', async () => {
      const door = await open({ idpInitiated: true });
      expect((await signIn(door, unasked)).code).toBe('saml.in_response_to');
      const answer = idp.answer(await door.start());
      expect((await door.postUnsolicited(answer)).code).toBe('saml.in_response_to');
      expect((await door.post(answer)).status).toBe(200);
    });
  });
});
