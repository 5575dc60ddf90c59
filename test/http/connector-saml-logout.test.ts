import { createVerify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readPlain } from '../support/read-plain-saml.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import {
  logoutXml,
  openLogoutDoor,
  postForm,
  redirectQuery,
  signXml,
  withLogout,
  type HeldSession,
  type LogoutDoor,
  type LogoutRecipe,
} from '../support/fake-saml-logout.ts';

const STATE = {
  nameId: 'ann & <co>',
  nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  nameQualifier: 'https://idp.example',
  spNameQualifier: 'https://sp.example',
  sessionIndex: '_s"1',
};

describe('S43: single logout with a SAML provider', () => {
  let idp: FakeSamlIdp;
  let doors: LogoutDoor[] = [];

  beforeAll(async () => {
    idp = await startFakeSamlIdp();
  });

  afterEach(async () => {
    await Promise.all(doors.map((door) => door.close()));
    doors = [];
  });

  afterAll(async () => idp.close());

  async function open(settings: object = {}, held?: readonly HeldSession[]): Promise<LogoutDoor> {
    idp.serveMetadata({ body: withLogout(idp) });
    const door = await openLogoutDoor({ metadataUrl: idp.metadataUrl, ...settings }, held);
    doors.push(door);
    return door;
  }

  const query = (door: LogoutDoor, recipe?: LogoutRecipe, relayState?: string): string =>
    redirectQuery(logoutXml(idp, door.logoutUrl, recipe), {
      key: idp.key(),
      ...(relayState === undefined ? {} : { relayState }),
    });

  /** Our certificate from our own metadata, as a provider would take it. */
  async function certificateOf(door: LogoutDoor): Promise<string> {
    const [, base64 = ''] = /use="signing".*?X509Certificate>([^<]+)</s.exec(await door.metadata()) ?? [];
    return new X509Certificate(Buffer.from(base64, 'base64')).toString();
  }

  async function isSignedByUs(door: LogoutDoor, url: string): Promise<boolean> {
    const [octets = '', signature = ''] = new URL(url).search.slice(1).split('&Signature=');
    const start = octets.search(/SAML(?:Request|Response)=/);
    return createVerify('sha256')
      .update(octets.slice(start))
      .verify(await certificateOf(door), decodeURIComponent(signature), 'base64');
  }

  const messageOf = (url: string, parameter: string): string =>
    inflateRawSync(Buffer.from(new URL(url).searchParams.get(parameter) ?? '', 'base64')).toString('utf8');

  describe('that the provider begins', () => {
    it.each([
      ['everything of the person, without a session index', [], ['bob s3']],
      ['one session, by its index', ['s2'], ['ann s1', 'bob s3']],
      ['everything of the person, by several indexes', ['s1', 's2'], ['bob s3']],
      ['nothing, by the index of somebody else’s session', ['s3'], ['ann s1', 'ann s2', 'bob s3']],
    ])('ends %s', async (_name, sessionIndexes, left) => {
      for (const binding of ['redirect', 'post']) {
        const door = await open();
        const xml = logoutXml(idp, door.logoutUrl, { sessionIndexes });
        const answer =
          binding === 'redirect'
            ? await door.get(redirectQuery(xml, { key: idp.key() }))
            : await door.postForm(postForm(signXml(xml, idp.key())));
        expect(answer).toMatchObject({ status: 200, kind: 'request' });
        expect(door.sessions()).toEqual(left);
      }
    });

    it('is answered with a signed message to where the provider hears answers, with its RelayState', async () => {
      idp.serveMetadata({
        body: withLogout(idp, `Location="${idp.ssoUrl}/lo" ResponseLocation="${idp.ssoUrl}/done?t=1"`),
      });
      const door = await openLogoutDoor({ metadataUrl: idp.metadataUrl });
      doors.push(door);
      const { answerUrl = '' } = await door.get(query(door, { id: '_asked' }, 'a b+c/é'));
      expect(answerUrl.startsWith(`${idp.ssoUrl}/done?t=1&SAMLResponse=`)).toBe(true);
      expect(new URL(answerUrl).searchParams.get('RelayState')).toBe('a b+c/é');
      expect(await isSignedByUs(door, answerUrl)).toBe(true);
      const answer = readPlain(messageOf(answerUrl, 'SAMLResponse'));
      expect(answer.name).toBe('samlp:LogoutResponse');
      expect(answer.attributes).toMatchObject({
        Version: '2.0',
        InResponseTo: '_asked',
        Destination: `${idp.ssoUrl}/done?t=1`,
      });
      expect(answer.text('saml:Issuer')).toBe(`${door.baseUrl}/saml/corp/metadata`);
      expect(answer.attribute('samlp:StatusCode', 'Value')).toBe(
        'urn:oasis:names:tc:SAML:2.0:status:Success',
      );
    });

    it('sends a RelayState back as its octets stood', async () => {
      const door = await open();
      const encode = (text: string): string =>
        encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
      const lower = redirectQuery(logoutXml(idp, door.logoutUrl), {
        key: idp.key(),
        relayState: 'ä=1',
        encode,
      });
      const { status, answerUrl = '' } = await door.get(lower);
      expect(status).toBe(200);
      expect(answerUrl).toContain('&RelayState=%c3%a4%3d1&');
      const posted = signXml(logoutXml(idp, door.logoutUrl), idp.key());
      const byPost = await door.postForm(postForm(posted, 'ä=1'));
      expect(byPost.answerUrl).toContain('&RelayState=%C3%A4%3D1&');
    });

    it('refuses a RelayState of three kilobytes', async () => {
      const door = await open();
      expect(await door.get(query(door, {}, 'x'.repeat(3_000)))).toMatchObject({ code: 'saml.too_large' });
      expect(door.sessions()).toHaveLength(3);
    });

    it.each([
      ['SHA-512', { hash: 'sha512', algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512' }],
      ['PSS', { pss: true, algorithm: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1' }],
    ])('is taken with a signature by %s', async (_name, signing) => {
      const door = await open();
      const xml = logoutXml(idp, door.logoutUrl);
      expect(await door.get(redirectQuery(xml, { key: idp.key(), ...signing }))).toMatchObject({
        status: 200,
      });
      expect(door.sessions()).toEqual(['bob s3']);
    });

    it('is taken without an end of its own, and at the edges of the skew', async () => {
      for (const recipe of [
        { notOnOrAfter: undefined },
        { issueInstant: 58_000 },
        { issueInstant: -358_000 },
        { notOnOrAfter: -58_000 },
      ]) {
        const door = await open();
        expect(await door.get(query(door, recipe))).toMatchObject({ status: 200 });
        expect(door.sessions()).toEqual(['bob s3']);
      }
    });

    it('is too old as long as its id is not remembered', async () => {
      const door = await open();
      const heard = query(door, { nameIdXml: '<saml:NameID>nobody</saml:NameID>', notOnOrAfter: 86_400_000 });
      expect(await door.get(heard)).toMatchObject({ status: 200 });
      door.shiftClock(361_000);
      expect(await door.get(heard)).toMatchObject({ code: 'saml.time' });
    });

    it('S46: is taken with a new key as soon as it is published, and with the old one no longer', async () => {
      const door = await open();
      const old = idp.key();
      expect(await door.get(query(door, { sessionIndexes: ['s1'] }))).toMatchObject({ status: 200 });
      idp.rotate();
      idp.serveMetadata({ body: withLogout(idp) });
      expect(await door.get(query(door, { sessionIndexes: ['s2'] }))).toMatchObject({ status: 200 });
      expect(door.sessions()).toEqual(['bob s3']);
      const late = logoutXml(idp, door.logoutUrl, { nameIdXml: '<saml:NameID>bob</saml:NameID>' });
      expect(await door.get(redirectQuery(late, { key: old }))).toMatchObject({
        code: 'saml.signature_invalid',
      });
      expect(door.sessions()).toEqual(['bob s3']);
    });

    it('ends what was kept under the name id, where the subject comes from an attribute', async () => {
      const door = await open({ subjectAttribute: 'employee' }, [
        { subject: 'e-1', providerSession: '\nname id ann' },
        { subject: 'ann', providerSession: 's9' },
      ]);
      await door.get(query(door, { sessionIndexes: ['s9'] }));
      expect(door.sessions()).toEqual(['ann s9']);
    });

    it('is heard also where signing out here does not sign out there, and where answers have no address', async () => {
      idp.serveMetadata(undefined);
      const door = await openLogoutDoor({ metadataUrl: idp.metadataUrl, singleLogout: false });
      doors.push(door);
      const answer = await door.get(query(door));
      expect(answer).toEqual({ status: 200, kind: 'request' });
      expect(door.sessions()).toEqual(['bob s3']);
    });

    it('ends nobody while the provider’s metadata cannot be read', async () => {
      const door = await open();
      idp.serveMetadata({ status: 500 });
      expect(await door.get(query(door))).toMatchObject({ status: 400, code: 'idp.unavailable' });
      expect(door.sessions()).toHaveLength(3);
    });
  });

  describe('that we begin', () => {
    it('names the person as the provider did, in a signed request', async () => {
      const door = await open();
      const url = (await door.urlOf(STATE)) ?? '';
      expect(url.startsWith(`${idp.ssoUrl}/logout?SAMLRequest=`)).toBe(true);
      expect(await isSignedByUs(door, url)).toBe(true);
      const request = readPlain(messageOf(url, 'SAMLRequest'));
      expect(request.name).toBe('samlp:LogoutRequest');
      expect(request.attributes).toMatchObject({ Version: '2.0', Destination: `${idp.ssoUrl}/logout` });
      expect(request.attributes['ID']).toMatch(/^_[0-9a-f]{40}$/);
      expect(Date.parse(request.attributes['NotOnOrAfter'] ?? '')).toBeGreaterThan(Date.now());
      expect(request.text('saml:Issuer')).toBe(`${door.baseUrl}/saml/corp/metadata`);
      expect(request.text('saml:NameID')).toBe(STATE.nameId);
      expect(request.attribute('saml:NameID', 'Format')).toBe(STATE.nameIdFormat);
      expect(request.attribute('saml:NameID', 'NameQualifier')).toBe(STATE.nameQualifier);
      expect(request.attribute('saml:NameID', 'SPNameQualifier')).toBe(STATE.spNameQualifier);
      expect(request.text('samlp:SessionIndex')).toBe(STATE.sessionIndex);
    });

    it('is signed also where sign-in requests are not', async () => {
      const door = await open({ signRequests: false });
      expect(await isSignedByUs(door, (await door.urlOf(STATE)) ?? '')).toBe(true);
    });

    it('asks nothing where there is no name, no address or no wish', async () => {
      const door = await open();
      expect(await door.urlOf(undefined)).toBeUndefined();
      expect(await door.urlOf({ sessionIndex: 's1' })).toBeUndefined();
      const off = await open({ singleLogout: false });
      expect(await off.urlOf(STATE)).toBeUndefined();
      idp.serveMetadata(undefined);
      const nowhere = await openLogoutDoor({ metadataUrl: idp.metadataUrl });
      doors.push(nowhere);
      expect(await nowhere.urlOf(STATE)).toBeUndefined();
    });

    it('uses the address that is given by hand', async () => {
      const { certificate } = idp.key();
      const door = await openLogoutDoor({
        entityId: idp.entityId,
        ssoUrl: idp.ssoUrl,
        sloUrl: 'https://idp.example/slo',
        certificates: [certificate],
      });
      doors.push(door);
      expect(await door.urlOf(STATE)).toMatch(/^https:\/\/idp\.example\/slo\?SAMLRequest=/);
    });

    it('is over whatever the provider answers', async () => {
      const door = await open();
      expect(await door.get('SAMLResponse=rubbish')).toEqual({ status: 200, kind: 'answer' });
      expect(await door.postForm({ SAMLResponse: 'rubbish' })).toEqual({ status: 200, kind: 'answer' });
      expect(door.sessions()).toHaveLength(3);
    });
  });
});
