/** What the clients of `aws login` do on the wire, with every part of it in the test's hands. */
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { HttpBrowser, Page } from './http-browser.ts';
import type { TestBroker } from './start-test-broker.ts';

export const SAME_DEVICE = 'arn:aws:signin:::devtools/same-device';
export const OTHER_DEVICE = 'arn:aws:signin:::devtools/cross-device';

export interface LoginOutput {
  readonly accessToken: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly idToken?: string;
  /** Of a refusal. */
  readonly error: string;
  readonly message: string;
  readonly __type: string;
}

export interface LoginAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: LoginOutput;
}

/** What a test says otherwise of a proof. */
export interface ProofWish {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signWith?: (text: string) => string;
}

export class AwsLoginClient {
  readonly key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly verifier = randomBytes(48).toString('base64url');
  readonly state = randomUUID();
  readonly clientId: string;
  readonly redirectUri: string;
  readonly #broker: Pick<TestBroker, 'baseUrl'>;
  readonly #now: () => Date;

  constructor(
    broker: Pick<TestBroker, 'baseUrl'>,
    options: { readonly onOtherDevice?: boolean; readonly now?: () => Date } = {},
  ) {
    this.#broker = broker;
    this.#now = options.now ?? (() => new Date());
    this.key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = options.onOtherDevice === true;
    this.clientId = other ? OTHER_DEVICE : SAME_DEVICE;
    this.redirectUri = other
      ? `${broker.baseUrl}/v1/sessions/confirmation`
      : 'http://127.0.0.1:50123/oauth/callback';
  }

  authorizeUrl(otherwise: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.clientId,
      state: this.state,
      code_challenge_method: 'SHA-256',
      scope: 'openid',
      redirect_uri: this.redirectUri,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      ...otherwise,
    });
    return `${this.#broker.baseUrl}/v1/authorize?${query.toString()}`;
  }

  /** Picks the role in a browser that is signed in. @returns the page that follows. */
  async pick(
    browser: HttpBrowser,
    role: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const page = await browser.get(this.authorizeUrl());
    return browser.submit(page, /^\/v1\//, { role, ...fields });
  }

  async codeFor(browser: HttpBrowser, role: string): Promise<string> {
    const page = await this.pick(browser, role);
    return codeOn(page);
  }

  /** Picks the role and redeems the code. */
  async login(browser: HttpBrowser, role: string): Promise<LoginAnswer> {
    return this.redeem(await this.codeFor(browser, role));
  }

  redeem(
    code: string,
    otherwise: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LoginAnswer> {
    const { clientId, redirectUri, verifier: codeVerifier } = this;
    const grant = { grantType: 'authorization_code', clientId, code, redirectUri, codeVerifier };
    return this.post({ ...grant, ...otherwise }, headers);
  }

  refresh(
    refreshToken: string,
    otherwise: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LoginAnswer> {
    const grant = { grantType: 'refresh_token', clientId: this.clientId, refreshToken };
    return this.post({ ...grant, ...otherwise }, headers);
  }

  async post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<LoginAnswer> {
    const response = await fetch(`${this.#broker.baseUrl}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', dpop: this.proof(), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as LoginOutput,
    };
  }

  proof({ header, claims, signWith }: ProofWish = {}): string {
    const { kty, crv, x, y } = this.key.publicKey.export({ format: 'jwk' });
    const head = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y }, ...header });
    const body = encoded({
      htm: 'POST',
      htu: `${this.#broker.baseUrl}/v1/token`,
      iat: Math.floor(this.#now().getTime() / 1_000),
      jti: randomUUID(),
      ...claims,
    });
    const text = `${head}.${body}`;
    return `${text}.${(signWith ?? this.#sign)(text)}`;
  }

  readonly #sign = (text: string): string =>
    sign('sha256', Buffer.from(text), { key: this.key.privateKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    );
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Of the page that goes on to the client. */
export function codeOn(page: Page): string {
  const [, code] = /[?&;]code=([0-9a-f]{64})"/.exec(page.text) ?? [];
  if (code === undefined) throw new Error(`no code on ${page.url}: ${page.status}\n${page.text}`);
  return code;
}

/** What the page for another device shows to be copied. */
export function shownCode(page: Page): string {
  return /<code id="login-code">([^<]+)<\/code>/.exec(page.text)?.[1] ?? '';
}

/** The roles whose buttons are on the page. */
export function buttonsOn(page: Page): string[] {
  return [...page.text.matchAll(/name="role" value="([^"]+)"/g)].map(([, id = '']) => id);
}

/** Where the page goes on to: the client's own address. */
export function hrefOn(page: Page): string {
  const [, href] = /href="(http:\/\/127\.0\.0\.1:\d+\/oauth\/callback\?[^"]+)"/.exec(page.text) ?? [];
  if (href === undefined) throw new Error(`the page leads nowhere: ${page.status}\n${page.text}`);
  return href.replaceAll('&amp;', '&');
}
