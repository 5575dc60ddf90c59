/** A Daypass that is killed again and again while clients use it, and what those clients were given. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { ApiClient } from './api-client.ts';
import { APPLICATION, writeApplicationSettings } from './application-settings.ts';
import { DaypassPlace, type DaypassProcess } from './daypass-process.ts';
import { startFakeSts, stsReply, type FakeSts } from './fake-sts.ts';
import { HttpBrowser } from './http-browser.ts';
import { ROOT_DIR, signIn } from './start-test-broker.ts';

/** One issue, as STS or a client knows it. The mark travels in the request's own session policy. */
export interface Handed {
  readonly mark: string;
  readonly accessKeyId: string;
}

const CLIENTS = 8;
export const ISSUES_BEFORE_A_KILL = 10;
const KILLS_PER_SIGN_IN = 5;

export class CrashLane {
  readonly place: DaypassPlace;
  /** What left STS, whether or not it came any further. */
  readonly mintedBySts: Handed[] = [];
  readonly received: Handed[] = [];
  readonly accessTokens: string[] = [];
  readonly sessionCookies: string[] = [];
  /** Answers that were neither credentials nor a broken connection. */
  readonly refusals: string[] = [];
  /** How many requests for credentials each kill interrupted. */
  readonly interrupted: number[] = [];
  readonly #close: readonly (() => Promise<void>)[];
  readonly #environment: Readonly<Record<string, string>>;
  #underWay = 0;
  #requests = 0;
  #running = false;

  static async open(): Promise<CrashLane> {
    const place = await DaypassPlace.make();
    const sandbox = await startSandbox({
      rootDir: ROOT_DIR,
      dataDir: join(place.directory, 'identity-provider'),
      host: '127.0.0.1',
      brokerUrl: place.baseUrl,
      aws: { port: 0 },
      identityProviders: { port: 0 },
    });
    const sts = await startFakeSts();
    const metadataUrl = `${sandbox.identityProvidersUrl}/saml/metadata`;
    const connectors = [{ id: 'sandbox-saml', kind: 'saml', label: 'SAML', metadataUrl, signed: 'both' }];
    const configFile = await writeApplicationSettings({
      directory: join(place.directory, 'settings'),
      stsUrl: sts.url,
      access: { connectors },
      // One application and one person ask for all that a whole company would.
      settings: { rateLimits: { principals: { burst: 1_000_000, perMinute: 1_000_000 } } },
    });
    return new CrashLane(place, {
      sts,
      configFile,
      close: [() => place.remove(), () => sts.close(), () => sandbox.close()],
    });
  }

  private constructor(
    place: DaypassPlace,
    parts: {
      readonly sts: FakeSts;
      readonly configFile: string;
      readonly close: readonly (() => Promise<void>)[];
    },
  ) {
    this.place = place;
    this.#environment = { DAYPASS_CONFIG: parts.configFile };
    this.#close = parts.close;
    parts.sts.reply = (call) => {
      const accessKeyId = `ASIA${String(this.mintedBySts.length).padStart(16, '0')}`;
      this.mintedBySts.push({ mark: markIn(call.parameters.get('Policy') ?? ''), accessKeyId });
      return stsReply(call, { accessKeyId });
    };
  }

  start(): Promise<DaypassProcess> {
    return this.place.start({ environment: this.#environment });
  }

  /** Kills it so often, each time in the middle of work, and leaves it killed. */
  async crash(times: number): Promise<void> {
    let process = await this.start();
    this.accessTokens.push(await this.#accessToken());
    this.#running = true;
    const clients = [
      ...Array.from({ length: CLIENTS }, () => this.#repeat(() => this.#takeCredentials())),
      this.#repeat(async () => void this.accessTokens.push(await this.#accessToken()), 25),
      this.#repeat(() => this.#signIn(), 25),
    ];
    for (let kills = 0; kills < times; kills += 1) {
      if (kills > 0) process = await this.start();
      const [issues, sessions] = [this.received.length, this.sessionCookies.length];
      // A sign-in takes longer than a few issues: now and then one is waited for.
      const wanted = sessions + (kills % KILLS_PER_SIGN_IN === 0 ? 1 : 0);
      const isDone = (): boolean =>
        this.received.length >= issues + ISSUES_BEFORE_A_KILL && this.sessionCookies.length >= wanted;
      while (!isDone() && this.refusals.length === 0) await sleep(2);
      await sleep(randomInt(30));
      this.interrupted.push(this.#underWay);
      await process.kill();
    }
    this.#running = false;
    await Promise.all(clients);
  }

  async close(): Promise<void> {
    this.#running = false;
    for (const close of this.#close) await close();
  }

  /** While nobody answers it is tried again, not so often that the trying keeps the processor from the start. */
  async #repeat(work: () => Promise<void>, pauseMs = 0): Promise<void> {
    while (this.#running) {
      await work().catch(() => sleep(40));
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }

  /** With any access token that was ever handed out: none of them may be lost. */
  async #takeCredentials(): Promise<void> {
    const token = this.accessTokens[randomInt(this.accessTokens.length)] ?? '';
    const client = new ApiClient(this.place.baseUrl, { authorization: `Bearer ${token}` });
    const mark = `request${(this.#requests += 1)}`;
    this.#underWay += 1;
    try {
      const { status, body } = await client.credentials(APPLICATION.roleId, { sessionPolicy: marked(mark) });
      if (status === 200) this.received.push({ mark, accessKeyId: body.accessKeyId });
      else this.refusals.push(`credentials: ${status} ${body.code ?? ''}`);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #accessToken(): Promise<string> {
    const response = await fetch(`${this.place.baseUrl}/api/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: APPLICATION.id,
        client_secret: APPLICATION.secret,
      }),
    });
    const answer = (await response.json()) as { readonly access_token?: string };
    if (answer.access_token === undefined) this.refusals.push(`access token: ${response.status}`);
    return answer.access_token ?? '';
  }

  async #signIn(): Promise<void> {
    const browser = new HttpBrowser();
    try {
      await signIn(browser, this.place, { person: 'erin.engel', connector: 'sandbox-saml' });
    } finally {
      // The cookie is the acknowledgement, even if the page behind it never came.
      const cookie = browser.cookiesOf(this.place.baseUrl).get('daypass-session');
      if (cookie !== undefined) this.sessionCookies.push(cookie);
    }
  }
}

function marked(mark: string): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: mark, Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }],
  };
}

export function markIn(sessionPolicy: string): string {
  return /request[0-9]+/.exec(sessionPolicy)?.[0] ?? '';
}
