/** A broker with one fake identity provider of each kind beside the sandbox's, whose sessions are looked after. */
import { randomBytes } from 'node:crypto';
import { ApiClient } from './api-client.ts';
import {
  startFakeOpenIdProvider,
  type FakeOpenIdProvider,
  type TokenRecipe,
} from './fake-openid-provider.ts';
import { base64, startFakeSamlIdp, type FakeSamlIdp, type Recipe } from './fake-saml-idp.ts';
import { HttpBrowser, type Page } from './http-browser.ts';
import { startTestBroker, type TestBroker } from './start-test-broker.ts';

export interface SessionWorld {
  readonly broker: TestBroker;
  readonly op: FakeOpenIdProvider;
  readonly idp: FakeSamlIdp;
  /** Moves the broker's clock, from now on. */
  pass(seconds: number): void;
  /** Back to the machine's time, by which the providers go. */
  resetClock(): void;
  /** The broker's time, in seconds as tokens tell it. */
  now(): number;
  /** Signs somebody in by the connector `op`. */
  byOpenId(browser: HttpBrowser, recipe?: TokenRecipe): Promise<Page>;
  /** Signs somebody in by a SAML connector. */
  bySaml(browser: HttpBrowser, recipe?: Recipe): Promise<Page>;
  /** Posts what the provider made unasked, as its page does. */
  unasked(browser: HttpBrowser, connector: string, sending?: Unasked): Promise<Page>;
  subjectOf(browser: HttpBrowser): Promise<string | undefined>;
  groupsOf(browser: HttpBrowser): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}

export interface Unasked {
  readonly recipe?: Recipe;
  readonly relayState?: string;
  /** Sent instead of a new message. */
  readonly SAMLResponse?: string;
  readonly from?: string;
}

const MANY = { burst: 1_000_000, perMinute: 1_000_000 };

export async function startSessionWorld(): Promise<SessionWorld> {
  const [op, idp] = await Promise.all([startFakeOpenIdProvider(), startFakeSamlIdp()]);
  op.discovery = { end_session_endpoint: `${op.issuer}/logout` };
  let offset = 0;
  const saml = {
    kind: 'saml' as const,
    entityId: idp.entityId,
    ssoUrl: idp.ssoUrl,
    sloUrl: `${idp.ssoUrl}/logout`,
    certificates: [idp.key().certificate],
  };
  const broker = await startTestBroker({
    clock: { now: () => new Date(Date.now() + offset) },
    settings: {
      rateLimits: { signIns: MANY, failures: MANY, failedClients: MANY, clientStarts: MANY, userCodes: MANY },
    },
    access: (sandbox) => ({
      ...sandbox,
      connectors: [
        ...(sandbox.connectors ?? []),
        {
          kind: 'oidc',
          id: 'op',
          label: 'The OP',
          issuer: op.issuer,
          clientId: 'daypass',
          refreshSeconds: 900,
        },
        { ...saml, id: 'idp', label: 'The IdP' },
        { ...saml, id: 'portal', label: 'The portal', idpInitiated: true },
      ],
    }),
  });

  const me = async (
    browser: HttpBrowser,
  ): Promise<{ readonly subject: string; readonly groups: readonly string[] } | undefined> => {
    const client = ApiClient.ofBrowser(browser, broker.baseUrl);
    const { status, body } = await client.get<{ subject: string; groups: string[] }>('/api/v1/me');
    return status === 200 ? body : undefined;
  };
  const leave = async (browser: HttpBrowser, connector: string): Promise<URL> =>
    new URL((await browser.send(`${broker.baseUrl}/sign-in/${connector}`)).headers.get('location') ?? '');

  return {
    broker,
    op,
    idp,
    pass: (seconds) => {
      offset += seconds * 1_000;
    },
    resetClock: () => {
      offset = 0;
    },
    now: () => Math.floor((Date.now() + offset) / 1_000),
    async byOpenId(browser, recipe) {
      const answer = op.approve(await leave(browser, 'op'), recipe);
      return browser.send(`${broker.baseUrl}/oidc/op/callback?${answer.toString()}`, { from: op.issuer });
    },
    async bySaml(browser, recipe) {
      const form = new Map(Object.entries(idp.answer(await leave(browser, 'idp'), recipe)));
      // From the host's own name, so that a Lax cookie comes along as a SameSite=None one would over https.
      return browser.send(`${broker.baseUrl}/saml/idp/acs`, { method: 'POST', form, from: broker.baseUrl });
    },
    unasked(browser, connector, { recipe, relayState, SAMLResponse, from = broker.baseUrl } = {}) {
      const form = new Map([
        ['SAMLResponse', SAMLResponse ?? unaskedAnswer({ broker, idp }, connector, recipe)],
        ...(relayState === undefined ? [] : [['RelayState', relayState] as const]),
      ]);
      return browser.send(`${broker.baseUrl}/saml/${connector}/acs`, { method: 'POST', form, from });
    },
    subjectOf: async (browser) => (await me(browser))?.subject,
    groupsOf: async (browser) => (await me(browser))?.groups,
    close: async () => {
      await Promise.all([broker.close(), op.close(), idp.close()]);
    },
  };
}

/** A genuine message that answers no request. */
export function unaskedAnswer(
  { broker, idp }: Pick<SessionWorld, 'broker' | 'idp'>,
  connector: string,
  recipe: Recipe = {},
): string {
  const request = {
    id: `_${randomBytes(16).toString('hex')}`,
    acsUrl: `${broker.baseUrl}/saml/${connector}/acs`,
    issuer: `${broker.baseUrl}/saml/${connector}/metadata`,
    relayState: '',
    xml: '',
  };
  const unasked = { inResponseTo: undefined, responseInResponseTo: undefined, ...recipe };
  return base64(idp.answerXml(request, unasked));
}

/** Another browser with the same cookies: a copy, as a thief has it, or a second tab. */
export function copyOf(browser: HttpBrowser, { baseUrl }: Pick<TestBroker, 'baseUrl'>): HttpBrowser {
  const copy = new HttpBrowser();
  for (const [name, value] of browser.cookiesOf(baseUrl)) copy.setCookie(baseUrl, name, value);
  return copy;
}
