import { randomBytes } from 'node:crypto';
import { randomToken, sha256Hex } from '../../../lib/hash.ts';
import { ExpiringMap } from '../../expiring-map.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import { consoleSessionEnd } from './sign-in-rules.ts';

const SIGNIN_TOKEN_SECONDS = 15 * 60;
/** An ended session is remembered a while, so that the console can say where to sign in again. */
const REMEMBERED_SECONDS = 24 * 3_600;
const CAPACITY = 1_000;
/** AWS's tokens have a few thousand characters; what passes here passes there. */
const SIGNIN_TOKEN_BYTES = 1_536;

export interface SigninGrant {
  readonly claims: SessionClaims;
  readonly durationSeconds: number | undefined;
}

export interface ConsoleSession {
  readonly claims: SessionClaims;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly door: 'federation' | 'saml';
  /** Where AWS sends people whose session has ended: the broker's own page. A sign-in by SAML names none. */
  readonly issuer: URL | undefined;
}

/** Sign-in tokens (15 minutes, one use) and the browser sessions they open, by their hashes. */
export class ConsoleSessions {
  readonly #tokens: ExpiringMap<SigninGrant>;
  readonly #sessions: ExpiringMap<ConsoleSession>;
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
    this.#tokens = new ExpiringMap(CAPACITY, now);
    this.#sessions = new ExpiringMap(CAPACITY, now);
  }

  newSigninToken(grant: SigninGrant): string {
    const token = randomBytes(SIGNIN_TOKEN_BYTES).toString('base64url');
    this.#tokens.set(sha256Hex(token), grant, SIGNIN_TOKEN_SECONDS);
    return token;
  }

  /** What a token is for, without using it; nothing where it is unknown, used or too old, or its credentials ended. */
  peek(token: string): SigninGrant | undefined {
    const grant = this.#tokens.get(sha256Hex(token));
    if (grant === undefined) return undefined;
    const endsAt = consoleSessionEnd(grant.claims, grant.durationSeconds, this.#now());
    return endsAt.getTime() > this.#now().getTime() ? grant : undefined;
  }

  /** Uses a token up. */
  spend(token: string): void {
    this.#tokens.delete(sha256Hex(token));
  }

  /** @returns the cookie's value */
  open(
    { claims, durationSeconds }: SigninGrant,
    { door, issuer }: Pick<ConsoleSession, 'door' | 'issuer'>,
  ): string {
    const startedAt = this.#now();
    const endsAt = consoleSessionEnd(claims, durationSeconds, startedAt);
    const lifeSeconds = (endsAt.getTime() - startedAt.getTime()) / 1000;
    const cookie = randomToken();
    const session = { claims, startedAt, endsAt, door, issuer };
    this.#sessions.set(sha256Hex(cookie), session, lifeSeconds + REMEMBERED_SECONDS);
    return cookie;
  }

  /** Ended sessions too: the caller looks at `endsAt`. */
  find(cookie: string): ConsoleSession | undefined {
    return this.#sessions.get(sha256Hex(cookie));
  }

  signOut(cookie: string): void {
    this.#sessions.delete(sha256Hex(cookie));
  }
}
