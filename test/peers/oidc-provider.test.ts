import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser, type Page } from '../support/http-browser.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { storedAudit } from '../support/stored-audit.ts';
import { CLIENT_SECRET, MFA, reservePeer, type Peer } from './oidc-provider.ts';
import { whoIs } from './saml-trip.ts';

const ANN = { subject: 'ann', label: 'Ann Example', email: 'ann@example.com' } as const;
const GROUPS = ['engineers', 'payments-leads'];

describe('oidc-provider as the identity provider of a whole broker', () => {
  let broker: TestBroker;
  let full: Peer;
  let lean: Peer;
  let offset = 0;

  beforeAll(async () => {
    const [pendingFull, pendingLean] = await Promise.all([
      reservePeer({ lean: false }),
      reservePeer({ lean: true }),
    ]);
    const connector = (
      id: string,
      issuer: string,
      more: object = {},
    ): NonNullable<AccessFile['connectors']>[number] => ({
      kind: 'oidc',
      id,
      label: id,
      issuer,
      clientId: `client-${id}`,
      clientSecretName: 'peer',
      ...more,
    });
    broker = await startTestBroker({
      clock: { now: () => new Date(Date.now() + offset) },
      settings: { secrets: { peer: CLIENT_SECRET } },
      access: (sandbox) => ({
        ...sandbox,
        connectors: [
          ...(sandbox.connectors ?? []),
          connector('peer', pendingFull.issuer),
          connector('peer-strict', pendingFull.issuer, {
            requiredContexts: [MFA],
            requiredMethods: ['otp'],
            maximumAuthenticationAgeSeconds: 300,
          }),
          connector('peer-refresh', pendingFull.issuer, {
            refreshSeconds: 60,
          }),
          connector('lean', pendingLean.issuer, { userinfo: true }),
        ],
      }),
    });
    const { baseUrl } = broker;
    const client = (name: string): { id: string; baseUrl: string; connector: string } => ({
      id: `client-${name}`,
      baseUrl,
      connector: name,
    });
    full = await pendingFull.serve(['peer', 'peer-strict', 'peer-refresh'].map(client));
    lean = await pendingLean.serve([client('lean')]);
  });
  afterAll(async () => {
    await broker.close();
    await Promise.all([full.close(), lean.close()]);
  });

  async function signIn(connector: string, browser = new HttpBrowser()): Promise<HttpBrowser> {
    const page = await browser.get(`${broker.baseUrl}/sign-in/${connector}`);
    expect([page.status, codeOn(page)], JSON.stringify(storedAudit(broker).at(-1))).toEqual([200, undefined]);
    return browser;
  }

  it('signs a person in, with groups of the ID token', async () => {
    const browser = await signIn('peer');
    expect(await whoIs(browser, broker)).toMatchObject({ connector: 'peer', ...ANN, groups: GROUPS });
  });

  it('signs a person in, with groups of the userinfo endpoint', async () => {
    const browser = await signIn('lean');
    expect(await whoIs(browser, broker)).toMatchObject({ connector: 'lean', ...ANN, groups: GROUPS });
  });

  it('is asked for a recent and strong sign-in, and gives one', async () => {
    const browser = await signIn('peer-strict');
    expect(full.asked.at(-1)).toMatchObject({ acr_values: MFA, max_age: '300' });
    expect(await whoIs(browser, broker)).toMatchObject(ANN);
    const completed = storedAudit(broker).findLast(({ name }) => name === 'sign-in.completed');
    expect(completed?.detail['contexts']).toEqual(expect.arrayContaining([MFA, 'otp']));
  });

  it('may change its key between two sign-ins', async () => {
    await signIn('peer');
    await full.rotate();
    expect(await whoIs(await signIn('peer'), broker)).toMatchObject(ANN);
  });

  it('signs a person out with us, and by its back channel everywhere else', async () => {
    const browser = await signIn('peer');
    const page = await browser.submit(await browser.get(`${broker.baseUrl}/`), '/sign-out');
    const asking = await browser.get(hrefTo(page, full.issuer));
    const back = await browser.submit(asking, /./);
    expect(new URL(back.url).pathname).toBe('/signed-out');
    expect(await whoIs(browser, broker)).toBeUndefined();
    expect(storedAudit(broker).map(({ name }) => name)).toContain('sign-out.completed');
  });

  it('ends, by its back channel, the session of a second connector that its one session has opened', async () => {
    const browser = await signIn('peer-strict');
    const other = new HttpBrowser();
    for (const [name, value] of browser.cookiesOf(full.issuer)) other.setCookie(full.issuer, name, value);
    await signIn('peer', other);
    expect(await whoIs(other, broker)).toMatchObject(ANN);
    const page = await browser.submit(await browser.get(`${broker.baseUrl}/`), '/sign-out');
    await browser.submit(await browser.get(hrefTo(page, full.issuer)), /./);
    await expect.poll(() => whoIs(other, broker)).toBeUndefined();
    expect(storedAudit(broker).map(({ name }) => name)).toContain('session.revoked');
  });

  it('is asked again while a session lives: new groups count, and a person who is gone is signed out', async () => {
    const browser = await signIn('peer-refresh');
    full.person.groups = ['engineers'];
    offset += 61_000;
    expect(await whoIs(browser, broker)).toMatchObject({ ...ANN, groups: ['engineers'] });
    full.person.active = false;
    offset += 61_000;
    expect(await whoIs(browser, broker)).toBeUndefined();
  });
});

function hrefTo({ text }: Page, origin: string): string {
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  const link = links.find((href) => href.startsWith(origin));
  if (link === undefined) throw new Error(`no way to ${origin}:\n${text}`);
  return link;
}
