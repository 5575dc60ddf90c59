/** How connectors are, by the API and on the pages of administrators. */
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/core/errors.ts';
import { clientAs, visitAs, withAdministrators } from '../support/administrators.ts';
import { ApiClient } from '../support/api-client.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../support/fake-saml-idp.ts';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { certify } from '../support/self-signed-certificate.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';

interface Certificate {
  readonly subject: string;
  readonly fingerprint: string;
  readonly daysLeft: number;
  readonly state: string;
  readonly use?: string;
}
interface Status {
  readonly kind: string;
  readonly documents: readonly {
    readonly name: string;
    readonly from: string;
    readonly address?: string;
    readonly isUsable: boolean;
    readonly readAt?: string;
    readonly usableUntil?: string;
    readonly failure?: { readonly reason: string };
  }[];
  readonly provider?: {
    readonly id: string;
    readonly signInUrl: string;
    readonly logoutUrl?: string;
    readonly certificates: readonly Certificate[];
    readonly keys: readonly { readonly id?: string; readonly type: string; readonly algorithm?: string }[];
  };
  readonly ours: Readonly<Record<string, unknown>> & { readonly certificates: readonly Certificate[] };
  readonly troubles: readonly { readonly kind: string; readonly isUrgent: boolean; readonly label: string }[];
  readonly people: number;
  readonly newest: readonly { readonly id: string; readonly principal: string }[];
  readonly refused: readonly {
    readonly at: string;
    readonly reason: string;
    readonly detail?: string;
    readonly requestId: string;
    readonly sourceIp?: string;
  }[];
  readonly groups: readonly { readonly value: string; readonly people: number }[];
  readonly attributes: readonly {
    readonly value: string;
    readonly people: number;
    readonly example: string;
  }[];
}

const DAY = 86_400_000;
const SIX_MINUTES = 360_000;

const aDayAfter = (moment = ''): string => new Date(Date.parse(moment) + DAY).toISOString();

describe('how a connector is', () => {
  let broker: TestBroker;
  let idp: FakeSamlIdp;
  let gone: FakeSamlIdp;
  let alex: ApiClient;
  let browser: HttpBrowser;
  let nora: ApiClient;
  let erin: ApiClient;
  /** Of the broker's clock. The sandbox's providers have the machine's. */
  let ahead = 0;

  const ending = certify('old key', { goodForDays: 12.5 });
  const ended = certify('older key', { shiftDays: -40, goodForDays: 37.5 });

  /** To be read again as soon as it may be. */
  const publish = (): void =>
    idp.serveMetadata({ body: idp.metadataXml().replace(' entityID=', ' cacheDuration="PT5M" entityID=') });

  /** The provider's own key, and two more that it still lists. */
  const rolling = (): string =>
    idp
      .metadataXml()
      .replace(/<md:KeyDescriptor[\s\S]*<\/md:KeyDescriptor>/, (own) =>
        [
          own,
          ...[ending, ended].map(({ certificateBase64: other }) =>
            own.replace(idp.key().certificateBase64, other),
          ),
        ].join(''),
      );

  beforeAll(async () => {
    [idp, gone] = await Promise.all([startFakeSamlIdp(), startFakeSamlIdp()]);
    await gone.close();
    publish();
    const saml = { kind: 'saml', label: 'Corp' } as const;
    broker = await startTestBroker({
      clock: { now: () => new Date(Date.now() + ahead) },
      access: (sandbox) => {
        const access = withAdministrators(sandbox);
        const more = [
          { ...saml, id: 'by-address', metadataUrl: idp.metadataUrl },
          { ...saml, id: 'by-text', metadata: rolling() },
          {
            ...saml,
            id: 'by-hand',
            entityId: 'https://hand.example',
            ssoUrl: 'https://hand.example/sso',
            certificates: [idp.key().certificate],
          },
          { ...saml, id: 'gone', label: 'Gone <b>', metadataUrl: gone.metadataUrl },
          {
            kind: 'oidc' as const,
            id: 'gone-too',
            label: 'Gone too',
            issuer: gone.entityId,
            clientId: 'daypass',
          },
        ];
        return { ...access, connectors: [...(access.connectors ?? []), ...more] };
      },
    });
    browser = await visitAs(broker, 'alex.admin');
    alex = ApiClient.ofBrowser(browser, broker.baseUrl);
    [nora, erin] = await Promise.all([clientAs(broker, 'nora.quinn'), clientAs(broker, 'erin.engel')]);
  });
  afterEach(() => {
    ahead = 0;
    publish();
  });
  afterAll(async () => {
    await broker.close();
    await idp.close();
  });

  const statusOf = async (id: string, client = alex): Promise<Status> => {
    const { status, body } = await client.get<Status>(`/api/v1/admin/connectors/${id}/status`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const pageOf = async (path: string): Promise<string> => {
    const { status, text } = await browser.get(`${broker.baseUrl}${path}`);
    expect(status).toBe(200);
    return text;
  };

  it('tells what a SAML provider’s metadata says, and everything to paste at it', async () => {
    const { kind, documents, provider, ours, troubles } = await statusOf('by-address');
    expect(kind).toBe('saml');
    expect(documents).toEqual([
      {
        name: 'metadata',
        from: 'address',
        address: idp.metadataUrl,
        isUsable: true,
        readAt: expect.stringMatching(/^20/) as string,
        usableUntil: aDayAfter(documents[0]?.readAt),
      },
    ]);
    const own = new X509Certificate(idp.key().certificate);
    expect(provider).toMatchObject({
      id: idp.entityId,
      signInUrl: idp.ssoUrl,
      keys: [],
      certificates: [
        {
          subject: 'CN=fake identity provider',
          fingerprint: own.fingerprint256,
          validUntil: new Date(own.validTo).toISOString(),
          state: 'good',
        },
      ],
    });
    expect(troubles).toEqual([]);
    const root = `${broker.baseUrl}/saml/by-address`;
    expect(ours).toMatchObject({
      id: `${root}/metadata`,
      metadataUrl: `${root}/metadata`,
      answerUrl: `${root}/acs`,
      logoutUrl: `${root}/logout`,
    });
    const metadata = await (await fetch(`${root}/metadata`)).text();
    const published = [...metadata.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(
      ([, base64 = '']) => new X509Certificate(Buffer.from(base64, 'base64')).fingerprint256,
    );
    expect(ours.certificates.map(({ fingerprint }) => fingerprint)).toEqual(published);
    expect(new Set(ours.certificates.map(({ use }) => use))).toEqual(new Set(['signing', 'encryption']));

    const page = await pageOf('/admin/connectors/by-address/status');
    for (const text of [own.fingerprint256, `${root}/acs`, idp.ssoUrl, 'in use'])
      expect(page).toContain(text);
    expect(await pageOf('/admin/connectors/by-address')).toContain(
      'href="/admin/connectors/by-address/status"',
    );
  });

  it('marks certificates that end soon or have ended, while the provider changes keys', async () => {
    const { documents, provider, troubles } = await statusOf('by-text');
    expect(documents).toMatchObject([{ from: 'text', isUsable: true }]);
    expect(documents[0]).not.toHaveProperty('usableUntil');
    expect(provider?.certificates.map(({ subject, state, daysLeft }) => [subject, state, daysLeft])).toEqual([
      ['CN=fake identity provider', 'good', 364],
      ['CN=old key', 'ends-soon', 12],
      ['CN=older key', 'ended', -3],
    ]);
    expect(troubles.map(({ label, isUrgent }) => [label, isUrgent])).toEqual([
      ['certificate ended 3 days ago', true],
      ['certificate ends in 12 days', false],
    ]);
    const list = await pageOf('/admin/connectors');
    expect(list).toContain('certificate ends in 12 days');
    expect(await pageOf('/admin')).toContain('Corp: certificate ended 3 days ago');
  });

  it('knows what stands in the settings alone', async () => {
    expect(await statusOf('by-hand')).toMatchObject({
      documents: [{ from: 'settings', isUsable: true }],
      provider: { id: 'https://hand.example', signInUrl: 'https://hand.example/sso' },
    });
  });

  it('tells what an OpenID provider publishes', async () => {
    const { kind, documents, provider, ours } = await statusOf('sandbox-oidc');
    const issuer = `${broker.identityProvidersUrl}/oidc`;
    expect(kind).toBe('oidc');
    expect(documents).toMatchObject([
      { name: 'discovery', address: `${issuer}/.well-known/openid-configuration`, isUsable: true },
      { name: 'keys', isUsable: true },
    ]);
    expect(provider).toMatchObject({ id: issuer, certificates: [] });
    const [key, ...others] = provider?.keys ?? [];
    expect(key?.id).toMatch(/./);
    expect(key?.type).toBe('RSA');
    expect(others).toEqual([]);
    const root = `${broker.baseUrl}/oidc/sandbox-oidc`;
    expect(ours).toMatchObject({
      answerUrl: `${root}/callback`,
      logoutUrl: `${root}/backchannel-logout`,
      signedOutUrl: `${broker.baseUrl}/signed-out`,
      certificates: [],
    });
    expect(await pageOf('/admin/connectors/sandbox-oidc/status')).toContain(key?.id);
  });

  it('says why a provider that is away cannot be read, and that nobody can sign in', async () => {
    for (const [id, name] of [
      ['gone', 'metadata'],
      ['gone-too', 'discovery'],
    ] as const) {
      const { documents, provider, troubles } = await statusOf(id);
      expect(documents[0]).toMatchObject({
        name,
        isUsable: false,
        failure: { reason: expect.stringContaining('idp.unavailable') as string },
      });
      expect(provider).toBeUndefined();
      expect(troubles).toMatchObject([{ kind: 'unusable', isUrgent: true, label: 'cannot be read' }]);
    }
    const page = await pageOf('/admin/connectors/gone/status');
    expect(page).toContain('nobody can sign in with it');
    expect(page).toContain('Gone &lt;b&gt;');
    expect(await pageOf('/admin/connectors')).toContain('cannot be read');
  });

  it('says what was read last goes on to be used while the provider is away, and until when', async () => {
    const { documents: first } = await statusOf('by-address');
    idp.serveMetadata({ status: 503 });
    ahead = SIX_MINUTES;
    const { documents, provider, troubles } = await statusOf('by-address');
    expect(documents[0]).toMatchObject({
      isUsable: true,
      readAt: first[0]?.readAt,
      usableUntil: aDayAfter(first[0]?.readAt),
      failure: { reason: 'idp.unavailable: metadata: status 503' },
    });
    expect(provider?.id).toBe(idp.entityId);
    expect(troubles).toMatchObject([{ kind: 'not-refreshed', isUrgent: false, label: 'not read again' }]);
    expect(await pageOf('/admin/connectors/by-address/status')).toContain('the last try failed');
    publish();
    ahead += 11_000;
    expect((await statusOf('by-address')).troubles).toEqual([]);
  });

  it('asks no provider for a list of connectors', async () => {
    await statusOf('by-address');
    const before = idp.metadataReads();
    ahead = SIX_MINUTES;
    await pageOf('/admin/connectors');
    await pageOf('/admin');
    expect(idp.metadataReads()).toBe(before);
    await statusOf('by-address');
    expect(idp.metadataReads()).toBe(before + 1);
  });

  it('shows who signed in last with it, and what really arrived of everybody', async () => {
    await clientAs(broker, 'priya.nair', 'sandbox-oidc');
    ahead = 61_000;
    const { people, newest, groups, attributes } = await statusOf('sandbox-saml');
    expect(people).toBe(3);
    expect(newest.map(({ principal }) => principal).toSorted()).toEqual([
      'user:sandbox-saml:alex.admin',
      'user:sandbox-saml:erin.engel',
      'user:sandbox-saml:nora.quinn',
    ]);
    expect(groups.length).toBeGreaterThan(0);
    const page = await pageOf('/admin/connectors/sandbox-saml/status');
    expect(page).toContain(`href="/admin/people/${newest[0]?.id ?? ''}"`);
    expect(page).toContain(`${groups[0]?.value ?? ''} (${groups[0]?.people ?? 0})`);
    for (const { value, people: count, example } of attributes) {
      expect(count).toBeGreaterThan(0);
      expect(page).toContain(value);
      expect(page).toContain(example);
    }
    expect(attributes.length).toBeGreaterThan(0);
    expect((await statusOf('by-hand')).newest).toEqual([]);
  });

  it('shows what was refused last, with the reason, and with no other connector', async () => {
    const stranger = new HttpBrowser();
    const answer = async (response: string): Promise<Page> => {
      const { headers } = await stranger.send(`${broker.baseUrl}/sign-in/by-text`);
      const { relayState } = idp.readRequest(new URL(headers.get('location') ?? ''));
      const form = new Map([
        ['SAMLResponse', Buffer.from(response).toString('base64')],
        ['RelayState', relayState],
      ]);
      return stranger.send(`${broker.baseUrl}/saml/by-text/acs`, {
        method: 'POST',
        form,
        from: 'http://localhost:1/',
      });
    };
    for (let count = 0; count < 11; count += 1) await answer('<a/>');
    const last = await answer('<a><!-- --></a>');
    const { refused } = await statusOf('by-text');
    expect(refused).toHaveLength(10);
    const [newest, before] = refused;
    expect(newest).toMatchObject({ reason: 'saml.forbidden_markup', sourceIp: '127.0.0.1' });
    expect(newest?.detail).toContain('comment');
    expect(last.text).toContain(newest?.requestId);
    expect(Math.abs(Date.parse(newest?.at ?? '') - Date.now())).toBeLessThan(60_000);
    expect(before?.reason).not.toBe('saml.forbidden_markup');
    const page = await pageOf('/admin/connectors/by-text/status');
    expect(page).toContain(ERRORS['saml.forbidden_markup'].text);
    expect(page).toContain(`saml.forbidden_markup: ${newest?.detail ?? ''}`);
    expect(page).toContain(`request ${newest?.requestId ?? ''}`);
    expect((await statusOf('by-address')).refused).toEqual([]);
  });

  it('leads to a sign-in with it that comes back here', async () => {
    const page = await pageOf('/admin/connectors/sandbox-oidc/status');
    const [, href = ''] = /href="(\/sign-in\/sandbox-oidc\?[^"]+)"/.exec(page) ?? [];
    const choosing = await browser.get(`${broker.baseUrl}${href}`);
    const back = await browser.submit(choosing, /./, { person: 'alex.admin' });
    expect(new URL(back.url).pathname).toBe('/admin/connectors/sandbox-oidc/status');
    alex = ApiClient.ofBrowser(browser, broker.baseUrl);
  });

  it('A05: is for every administrator to see, and nothing to anybody else', async () => {
    for (const client of [nora, erin]) {
      expect((await statusOf('by-hand', client)).provider?.id).toBe('https://hand.example');
    }
    const [priya, stranger] = [await clientAs(broker, 'priya.nair'), await visitAs(broker, 'priya.nair')];
    for (const id of ['by-hand', 'no-such-connector']) {
      expect((await priya.get(`/api/v1/admin/connectors/${id}/status`)).status).toBe(403);
      const page = await stranger.get(`${broker.baseUrl}/admin/connectors/${id}/status`);
      expect(page.status).toBe(404);
      expect(page.text).not.toContain('hand.example');
    }
  });

  it('answers 404 for a connector that is not there', async () => {
    const answer = await alex.get('/api/v1/admin/connectors/no-such-connector/status');
    expect([answer.status, answer.body.code]).toEqual([404, 'request.not_found']);
    const page = await browser.get(`${broker.baseUrl}/admin/connectors/no-such-connector/status`);
    expect(page.status).toBe(404);
  });
});
