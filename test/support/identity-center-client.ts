/** Identity Center's protocol as an AWS client speaks it, one call at a time. */
import { createHash, randomBytes } from 'node:crypto';
import type { HttpBrowser, Page } from './http-browser.ts';
import { formsOf } from './http-browser.ts';

export interface WireAnswer<Body = Readonly<Record<string, unknown>>> {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string | null;
  readonly body: Body;
}

export interface Registered {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly tokenType: string;
}

export interface Device {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string;
  readonly expiresIn: number;
  readonly interval: number;
}

export const REDIRECT_URI = 'http://127.0.0.1/oauth/callback';
const USED_REDIRECT_URI = 'http://127.0.0.1:49152/oauth/callback';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export class IdentityCenterClient {
  readonly #baseUrl: string;
  readonly registered: Registered;

  static async register(baseUrl: string, name = 'botocore-client-dev'): Promise<IdentityCenterClient> {
    const { body } = await post(baseUrl, '/client/register', {
      clientName: name,
      clientType: 'public',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: [REDIRECT_URI],
      issuerUrl: 'https://daypass.awsapps.com/start',
      scopes: ['sso:account:access'],
    });
    return new IdentityCenterClient(baseUrl, body as unknown as Registered);
  }

  constructor(baseUrl: string, registered: Registered) {
    this.#baseUrl = baseUrl;
    this.registered = registered;
  }

  async device(): Promise<Device> {
    const { body } = await this.post('/device_authorization', { startUrl: 'https://x.awsapps.com/start' });
    return body as unknown as Device;
  }

  token(grant: Readonly<Record<string, unknown>>): Promise<WireAnswer> {
    return this.post('/token', grant);
  }

  poll({ deviceCode }: Pick<Device, 'deviceCode'>): Promise<WireAnswer> {
    return this.token({ grantType: DEVICE_GRANT, deviceCode });
  }

  refresh(refreshToken: string): Promise<WireAnswer> {
    return this.token({ grantType: 'refresh_token', refreshToken });
  }

  post(path: string, body: Readonly<Record<string, unknown>>): Promise<WireAnswer> {
    return post(this.#baseUrl, path, { ...this.registered, ...body });
  }

  authorizeUrl(challenge: string, overrides: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.registered.clientId,
      redirect_uri: USED_REDIRECT_URI,
      state: 'a-state',
      code_challenge_method: 'S256',
      scopes: 'sso:account:access',
      code_challenge: challenge,
      ...overrides,
    });
    return `${this.#baseUrl}/authorize?${query.toString()}`;
  }

  /** The whole way by PKCE, said yes to in this browser. */
  async signIn(browser: HttpBrowser): Promise<Tokens> {
    const { code, codeVerifier } = await this.code(browser);
    const { body } = await this.token(codeGrant(code, codeVerifier));
    return body as unknown as Tokens;
  }

  async code(browser: HttpBrowser): Promise<{ readonly code: string; readonly codeVerifier: string }> {
    const codeVerifier = randomBytes(48).toString('base64url');
    const page = await browser.get(this.authorizeUrl(challengeOf(codeVerifier)));
    const answered = await decide(browser, page, 'approve');
    return { code: redirectOf(answered).searchParams.get('code') ?? '', codeVerifier };
  }

  portal(path: string, accessToken: string, method = 'GET'): Promise<WireAnswer> {
    return send(this.#baseUrl + path, { method, headers: { 'x-amz-sso_bearer_token': accessToken } });
  }

  credentials(accessToken: string, accountId: string, roleName: string): Promise<WireAnswer> {
    const query = new URLSearchParams({ account_id: accountId, role_name: roleName });
    return this.portal(`/federation/credentials?${query.toString()}`, accessToken);
  }
}

export function codeGrant(code: string, codeVerifier: string): Readonly<Record<string, string>> {
  return { grantType: 'authorization_code', code, redirectUri: USED_REDIRECT_URI, codeVerifier };
}

export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

/** Presses one of the two buttons of the page that asks. */
export function decide(browser: HttpBrowser, page: Page, decision: 'approve' | 'deny'): Promise<Page> {
  const form = formsOf(page).find(({ action }) => /^\/(?:device|authorize)/.test(action));
  if (form === undefined) throw new Error(`nothing is asked on ${page.url}:\n${page.text}`);
  return browser.submit(page, form.action, { decision });
}

/** Where the page that answers sends the browser on to. */
export function redirectOf(page: Page): URL {
  const [, href = ''] = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(page.text) ?? [];
  return new URL(href.replaceAll('&amp;', '&'));
}

export function post(baseUrl: string, path: string, body: unknown): Promise<WireAnswer> {
  return send(baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export async function send(url: string, init: RequestInit): Promise<WireAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    type: response.headers.get('x-amzn-errortype'),
    body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Readonly<Record<string, unknown>>,
  };
}
