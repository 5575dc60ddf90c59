/** A broker whose identity providers lie: its catalogue, its clock, and what every refused sign-in must look like. */
import { expect } from 'vitest';
import { ERRORS, type ErrorCode, type ErrorKind } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import { ApiClient } from '../support/api-client.ts';
import type { HttpBrowser, Page } from '../support/http-browser.ts';
import { codeOn } from '../support/sign-in-by-hand.ts';
import { startTestBroker, type AccessFile, type TestBroker } from '../support/start-test-broker.ts';
import { recordedFor } from '../support/stored-audit.ts';

export interface AttackWorld {
  readonly broker: TestBroker;
  readonly clock: AttackClock;
  close(): Promise<void>;
}

/** The broker's time: the machine's, moved or stopped. */
export class AttackClock implements Clock {
  #offset = 0;
  #frozen: number | undefined;

  now(): Date {
    return new Date((this.#frozen ?? Date.now()) + this.#offset);
  }

  move(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  freeze(): Date {
    this.#frozen = Date.now();
    return this.now();
  }

  reset(): void {
    this.#offset = 0;
    this.#frozen = undefined;
  }
}

type Connectors = NonNullable<AccessFile['connectors']>;

export interface AttackWorldOptions {
  /** Beside the sandbox's own. */
  readonly connectors: Connectors;
  readonly access?: (sandbox: AccessFile) => AccessFile;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** An attacker who is stopped for being many shows nothing of each attack. */
const MANY = { burst: 1_000_000, perMinute: 1_000_000 };
const UNLIMITED = { signIns: MANY, failures: MANY, failedClients: MANY };

export async function startAttackWorld(options: AttackWorldOptions): Promise<AttackWorld> {
  const clock = new AttackClock();
  const { connectors, access, settings = {} } = options;
  const broker = await startTestBroker({
    clock,
    settings: { rateLimits: UNLIMITED, ...settings },
    access: (sandbox: AccessFile): AccessFile => {
      const attacked: AccessFile = { ...sandbox, connectors: [...(sandbox.connectors ?? []), ...connectors] };
      return access === undefined ? attacked : access(attacked);
    },
  });
  return { broker, clock, close: () => broker.close() };
}

const STATUS: Partial<Readonly<Record<ErrorKind, number>>> = {
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'too-large': 413,
  'upstream-bad': 502,
  'upstream-timeout': 504,
};

export interface Refusal {
  /** Any of these: each is a reason of the attack's own, never one that the test's clumsiness could cause. */
  readonly codes: readonly ErrorCode[];
  /** What was sent and must be nowhere in the page or the record. */
  readonly secrets: readonly string[];
}

/** Checks the page, its headers, its cookies and the record. @returns the code. */
export async function expectRefused(
  { broker }: AttackWorld,
  browser: HttpBrowser,
  page: Page,
  { codes, secrets }: Refusal,
): Promise<ErrorCode> {
  const shown = codeOn(page);
  const reasons = recordedFor(broker, page);
  expect(codes, `${page.status} ${shown ?? 'no code'}: ${JSON.stringify(reasons)}`).toContain(shown);
  const code = shown as ErrorCode;
  expect(page.status).toBe(STATUS[ERRORS[code].kind]);
  expect(page.text).toContain(ERRORS[code].text);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('x-request-id')).toMatch(/\S/);
  expect(page.text).toContain(page.headers.get('x-request-id'));
  expect(page.headers.getSetCookie().filter((cookie) => cookie.includes('daypass-session='))).toEqual([]);
  expect(reasons).toMatchObject([{ name: 'sign-in.denied', detail: { reason: code } }]);
  const record = JSON.stringify(reasons);
  expect(secrets.filter((secret) => page.text.includes(secret) || record.includes(secret))).toEqual([]);
  expect(await whoIs(broker, browser)).toBeUndefined();
  return code;
}

export interface SignedIn {
  readonly subject: string;
  readonly connector: string;
  readonly groups: readonly string[];
  readonly email?: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** Who the broker takes this browser for. */
export async function whoIs(
  broker: Pick<TestBroker, 'baseUrl'>,
  browser: HttpBrowser,
): Promise<SignedIn | undefined> {
  const { status, body } = await ApiClient.ofBrowser(browser, broker.baseUrl).get<SignedIn>('/api/v1/me');
  if (status === 401) return undefined;
  expect(status).toBe(200);
  return body;
}
