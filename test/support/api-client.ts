import type { HttpBrowser } from './http-browser.ts';
import type { HandedOut } from './sandbox-aws.ts';

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string;
}

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body & Partial<Problem>;
}

/** The REST API as one principal sees it: a browser's session or an access token. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(baseUrl: string, headers: Readonly<Record<string, string>>) {
    this.#baseUrl = baseUrl;
    this.#headers = headers;
  }

  static ofBrowser(browser: HttpBrowser, baseUrl: string): ApiClient {
    const cookie = [...browser.cookiesOf(baseUrl)].map(([name, value]) => `${name}=${value}`).join('; ');
    return new ApiClient(baseUrl, { cookie, 'sec-fetch-site': 'same-origin' });
  }

  static async ofApplication(baseUrl: string, id: string, secret: string): Promise<ApiClient> {
    const response = await fetch(`${baseUrl}/api/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`no access token: ${response.status}`);
    return new ApiClient(baseUrl, { authorization: `Bearer ${token}` });
  }

  async get<Body>(path: string): Promise<ApiAnswer<Body>> {
    return this.#send(path, { headers: this.#headers });
  }

  async post<Body>(
    path: string,
    body: unknown = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer<Body>> {
    return this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  credentials(roleId: string, wish: object = {}): Promise<ApiAnswer<HandedOut>> {
    return this.post(`/api/v1/roles/${roleId}/credentials`, wish);
  }

  async #send<Body>(path: string, init: RequestInit): Promise<ApiAnswer<Body>> {
    const response = await fetch(this.#baseUrl + path, init);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const body: unknown = isJson ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, body: body as Body & Partial<Problem> };
  }
}
