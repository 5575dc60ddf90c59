/**
 * The built broker as a process of its own, with its log as talkative as it gets, and OpenID providers that lie
 * to it. What every refusal must look like is checked here, once.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { ERRORS, type ErrorCode } from '../../../src/core/errors.ts';
import { accessYaml } from '../../../src/sandbox/access.ts';
import { ApiClient } from '../../support/api-client.ts';
import { close, listen } from '../../support/connector-door.ts';
import { DaypassPlace, type DaypassProcess } from '../../support/daypass-process.ts';
import {
  createTokenKey,
  type FakeOpenIdProvider,
  type TokenKey,
  type TokenRecipe,
} from '../../support/fake-openid-provider.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { KnownSecrets } from '../../support/known-secrets.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import type { AccessFile } from '../../support/start-test-broker.ts';
import { auditIn, recordedIn, type RecordedEvent } from '../../support/stored-audit.ts';
import { MAPPINGS, startProviders, type Providers } from './hostile-providers.ts';

export const CLIENT_SECRET = 'the-client-secret-that-only-two-sides-know';
/** The person that every honest answer is about. */
export const ANN = { subject: 'ann', groups: ['engineers', 'aws-admins-readonly'] } as const;

export interface Refused {
  readonly code: ErrorCode;
  /** How many requests the provider's token endpoint may get; 0 where the answer must be refused before. */
  readonly tokenRequests: number;
}

export interface SignedIn {
  readonly connector: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly email?: string;
}

/** One visitor, on the way to a provider and back. */
export interface Attempt {
  readonly browser: HttpBrowser;
  readonly connector: string;
  /** Where the broker sent the browser. */
  readonly redirect: URL;
  readonly provider: FakeOpenIdProvider;
  /** What the provider sends the browser back with. */
  answer(recipe?: TokenRecipe): URLSearchParams;
  bring(query: URLSearchParams | string): Promise<Page>;
}

export class HostileWorld {
  readonly providers: Providers;
  readonly secrets = new KnownSecrets();
  /** A key that no provider ever published. */
  readonly stranger: TokenKey;
  readonly canaryUrl: string;
  /** What reached an address that nobody has any business at. */
  readonly canary: string[];
  readonly tally = { cases: new Map<string, number>(), controls: 0 };
  readonly #place: DaypassPlace;
  readonly #process: DaypassProcess;
  readonly #canaryServer: Server;
  readonly #refusals = new Map<string, ErrorCode>();
  readonly #requestsLearnt = new Map<FakeOpenIdProvider, number>();

  static async open(): Promise<HostileWorld> {
    const canary: string[] = [];
    const canaryServer = createServer((request, response) => {
      canary.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"keys":[],"value":["aws-admins"]}');
    });
    const canaryUrl = await listen(canaryServer);
    const place = await DaypassPlace.make();
    const [providers, stranger] = await Promise.all([startProviders(canaryUrl), createTokenKey()]);
    const started = await startBroker(place, providers);
    return new HostileWorld({ place, providers, stranger, started, canaryServer, canaryUrl, canary });
  }

  private constructor(parts: {
    readonly place: DaypassPlace;
    readonly providers: Providers;
    readonly stranger: TokenKey;
    readonly started: DaypassProcess;
    readonly canaryServer: Server;
    readonly canaryUrl: string;
    readonly canary: string[];
  }) {
    this.#place = parts.place;
    this.#process = parts.started;
    this.#canaryServer = parts.canaryServer;
    this.providers = parts.providers;
    this.stranger = parts.stranger;
    this.canaryUrl = parts.canaryUrl;
    this.canary = parts.canary;
    this.secrets.add('the client secret', CLIENT_SECRET);
  }

  get baseUrl(): string {
    return this.#place.baseUrl;
  }

  get port(): number {
    return this.#place.ports[0];
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Counts one attack; each row of the table must have some. */
  count(...rows: readonly string[]): void {
    for (const row of rows) this.tally.cases.set(row, (this.tally.cases.get(row) ?? 0) + 1);
  }

  async leave(connector = 'corp', browser = new HttpBrowser()): Promise<Attempt> {
    const left = await browser.send(`${this.baseUrl}/sign-in/${connector}`);
    const location = left.headers.get('location');
    if (location === null)
      throw new Error(`no redirect to ${connector}: ${left.status} ${codeOn(left) ?? ''}`);
    const provider = this.providers.of(connector);
    const redirect = new URL(location);
    return {
      browser,
      connector,
      redirect,
      provider,
      answer: (recipe) => provider.approve(redirect, recipe),
      bring: (query) =>
        browser.send(`${this.baseUrl}/oidc/${connector}/callback?${query.toString()}`, {
          from: `${provider.issuer}/authorize`,
        }),
    };
  }

  /** Hands an answer in that must be refused, and looks at everything that it must not have left behind. */
  async expectRefused(attempt: Attempt, query: URLSearchParams | string, refused: Refused): Promise<Page> {
    const { provider, browser } = attempt;
    const before = provider.tokenRequests.length;
    this.#learn(new URLSearchParams(query));
    const page = await attempt.bring(query);
    this.expectRefusal(page, refused.code);
    expect(provider.tokenRequests.length - before, 'token requests').toBe(refused.tokenRequests);
    expect(await this.whoIs(browser)).toBeUndefined();
    return page;
  }

  /** A page that refuses a sign-in, its headers, its cookies and its record. */
  expectRefusal(page: Page, code: ErrorCode): void {
    const requestId = page.headers.get('x-request-id') ?? '';
    const recorded = this.recordedFor(page);
    const told = `${page.status} ${codeOn(page) ?? 'no code'} ${JSON.stringify(recorded)}`;
    expect([page.status, codeOn(page)], told).toEqual([statusOf(code), code]);
    expect(page.text).toContain(ERRORS[code].text);
    expect(requestId).toMatch(/^[\w-]{8,}$/);
    expect(page.text).toContain(requestId);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(recorded).toMatchObject([{ name: 'sign-in.denied', detail: { reason: code } }]);
    this.#learnTokens();
    expect(this.secrets.foundIn(page.text)).toEqual([]);
    expect(this.canary, 'requests to a stranger').toEqual([]);
    this.#refusals.set(requestId, code);
  }

  /** A genuine sign-in works, as the person that it is about: a broken target can't pass for a safe one. */
  async control(attempt: Attempt, recipe: TokenRecipe = {}, who: Partial<SignedIn> = ANN): Promise<SignedIn> {
    const page = await attempt.bring(attempt.answer(recipe));
    this.#learnTokens();
    expect([page.status, codeOn(page) ?? '', this.recordedFor(page)]).toMatchObject([
      303,
      '',
      [{ name: 'sign-in.completed' }],
    ]);
    const person = await this.whoIs(attempt.browser);
    expect(person).toMatchObject({ connector: attempt.connector, ...who });
    this.tally.controls += 1;
    if (person === undefined) throw new Error('nobody is signed in');
    return person;
  }

  async signedIn(connector: string, recipe?: TokenRecipe, who?: Partial<SignedIn>): Promise<HttpBrowser> {
    const attempt = await this.leave(connector);
    await this.control(attempt, recipe, who);
    return attempt.browser;
  }

  client(browser: HttpBrowser): ApiClient {
    return ApiClient.ofBrowser(browser, this.baseUrl);
  }

  async whoIs(browser: HttpBrowser): Promise<SignedIn | undefined> {
    const { status, body } = await this.client(browser).get<SignedIn>('/api/v1/me');
    if (status === 401) return undefined;
    expect(status).toBe(200);
    return body;
  }

  async rolesOf(browser: HttpBrowser): Promise<readonly string[]> {
    const { body } = await this.client(browser).get<{ readonly roles: readonly { id: string }[] }>(
      '/api/v1/roles',
    );
    return body.roles.map(({ id }) => id);
  }

  recordedFor(answer: { readonly headers: Headers }): RecordedEvent[] {
    return recordedIn(this.#database, answer);
  }

  audit(): RecordedEvent[] {
    return auditIn(this.#database);
  }

  get #database(): string {
    return join(this.#place.dataDir, 'daypass.db');
  }

  /** Ends the broker. @returns all that it has printed and kept, and what each refused request must be told with. */
  async remains(): Promise<{
    readonly log: string;
    readonly files: ReadonlyMap<string, string>;
    readonly refusals: ReadonlyMap<string, ErrorCode>;
  }> {
    await this.#process.stop();
    const names = (await readdir(this.#place.dataDir)).filter((name) => name.startsWith('daypass.db'));
    const files = new Map<string, string>();
    for (const name of names) files.set(name, await readFile(join(this.#place.dataDir, name), 'latin1'));
    return { log: this.#process.stdout + this.#process.stderr, files, refusals: this.#refusals };
  }

  async close(): Promise<void> {
    await this.#place.remove();
    await Promise.all([this.providers.close(), close(this.#canaryServer)]);
  }

  #learn(query: URLSearchParams): void {
    for (const name of ['code', 'id_token', 'access_token', 'response']) {
      const value = query.get(name) ?? '';
      if (value.length >= 16) this.secrets.add(`a ${name} of a callback`, value);
    }
  }

  #learnTokens(): void {
    for (const provider of this.providers.all) {
      for (const answer of provider.handedOut.splice(0)) learnAnswer(this.secrets, answer);
      const learnt = this.#requestsLearnt.get(provider) ?? 0;
      this.#requestsLearnt.set(provider, provider.tokenRequests.length);
      for (const { form } of provider.tokenRequests.slice(learnt)) {
        const verifier = form.get('code_verifier') ?? '';
        if (verifier !== '') this.secrets.add('a code verifier', verifier);
      }
    }
  }
}

function learnAnswer(secrets: KnownSecrets, answer: Readonly<Record<string, unknown>>): void {
  for (const name of ['access_token', 'refresh_token']) {
    const value = answer[name];
    if (typeof value === 'string' && value.length >= 16) secrets.add(`an ${name}`, value);
  }
  const { id_token: token } = answer;
  if (typeof token !== 'string' || !/^[\w-]{40,}\.[\w-]{40,}\.[\w-]{40,}$/.test(token)) return;
  secrets.addToken('an ID token', token);
}

function statusOf(code: ErrorCode): number {
  if (code === 'idp.unavailable') return 502;
  if (code === 'idp.timeout') return 504;
  return 403;
}

async function startBroker(place: DaypassPlace, providers: Providers): Promise<DaypassProcess> {
  const [, , identityProvidersPort] = place.ports;
  const identityProvidersUrl = `http://localhost:${identityProvidersPort}`;
  const sandbox = parse(accessYaml({ awsUrl: place.awsUrl, identityProvidersUrl })) as AccessFile;
  const access: AccessFile = {
    ...sandbox,
    connectors: [...(sandbox.connectors ?? []), ...providers.connectors],
    mappings: [...(sandbox.mappings ?? []), ...MAPPINGS],
  };
  const configFile = join(place.directory, 'daypass.yaml');
  const accessFile = join(place.directory, 'access.yaml');
  await writeFile(accessFile, stringify(access));
  const secret = '${HOSTILE_SECRET}';
  await writeFile(
    configFile,
    stringify({
      baseUrl: place.baseUrl,
      logLevel: 'debug',
      sandbox: true,
      access: accessFile,
      secrets: { hostile: secret },
      // All attackers come from one address here, and each must be told why.
      rateLimits: { failures: { burst: 100_000 }, signIns: { burst: 100_000 } },
    }),
  );
  return place.start({ environment: { DAYPASS_CONFIG: configFile, HOSTILE_SECRET: CLIENT_SECRET } });
}
