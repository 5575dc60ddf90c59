import { createHash } from 'node:crypto';
import { randomToken, sha256Hex } from '../../../lib/hash.ts';
import { ExpiringMap } from '../../expiring-map.ts';
import type { Grant } from './tokens.ts';

const CODE_SECONDS = 60;
export const ACCESS_TOKEN_SECONDS = 600;
const REFRESH_TOKEN_SECONDS = 12 * 3_600;
const CAPACITY = 10_000;

interface CodeEntry {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  /** Set once the code was redeemed. */
  redeemed?: TokenHashes;
}

/** What a code gave: hashes of tokens. */
interface TokenHashes {
  readonly access: string;
  readonly refresh: string | undefined;
}

export interface IssuedTokens {
  readonly grant: Grant;
  readonly accessToken: string;
  /** Where offline_access was asked for (OpenID Connect Core section 11). */
  readonly refreshToken: string | undefined;
}

interface Redemption {
  readonly clientId: string;
  readonly redirectUri: string | null;
  readonly codeVerifier: string | null;
}

/** Codes and tokens given out, by their hashes. A code is good for one use and a minute, a refresh token for one use. */
export class Grants {
  readonly #codes: ExpiringMap<CodeEntry>;
  readonly #accessTokens: ExpiringMap<Grant>;
  readonly #refreshTokens: ExpiringMap<Grant>;

  constructor(now: () => Date) {
    this.#codes = new ExpiringMap(CAPACITY, now);
    this.#accessTokens = new ExpiringMap(CAPACITY, now);
    this.#refreshTokens = new ExpiringMap(CAPACITY, now);
  }

  newCode(grant: Grant, redirectUri: string, codeChallenge: string): string {
    const code = randomToken();
    this.#codes.set(sha256Hex(code), { grant, redirectUri, codeChallenge }, CODE_SECONDS);
    return code;
  }

  /** Undefined for every fault alike: who guesses learns nothing. */
  redeem(code: string, shown: Redemption): IssuedTokens | undefined {
    const entry = this.#codes.get(sha256Hex(code));
    if (entry?.grant.clientId !== shown.clientId) return undefined;
    if (entry.redeemed !== undefined) {
      // A code that comes again was stolen before or now, so what it gave ends too (RFC 6749 section 4.1.2).
      this.#accessTokens.delete(entry.redeemed.access);
      if (entry.redeemed.refresh !== undefined) this.#refreshTokens.delete(entry.redeemed.refresh);
      return undefined;
    }
    if (
      entry.redirectUri !== shown.redirectUri ||
      !provesChallenge(entry.codeChallenge, shown.codeVerifier)
    ) {
      this.#codes.delete(sha256Hex(code));
      return undefined;
    }
    const issued = this.#issue(entry.grant);
    const { accessToken, refreshToken } = issued;
    entry.redeemed = {
      access: sha256Hex(accessToken),
      refresh: refreshToken === undefined ? undefined : sha256Hex(refreshToken),
    };
    return issued;
  }

  /** The one that is shown is used up: a new one comes with the answer (RFC 9700 section 4.14). */
  refresh(refreshToken: string, clientId: string): IssuedTokens | undefined {
    const hash = sha256Hex(refreshToken);
    const grant = this.#refreshTokens.get(hash);
    if (grant?.clientId !== clientId) return undefined;
    this.#refreshTokens.delete(hash);
    // The nonce belongs to the sign-in's own ID token (OpenID Connect Core section 12.2).
    return this.#issue({ ...grant, nonce: undefined });
  }

  #issue(grant: Grant): IssuedTokens {
    const accessToken = randomToken();
    this.#accessTokens.set(sha256Hex(accessToken), grant, ACCESS_TOKEN_SECONDS);
    if (!grant.scopes.has('offline_access')) return { grant, accessToken, refreshToken: undefined };
    const refreshToken = randomToken();
    this.#refreshTokens.set(sha256Hex(refreshToken), grant, REFRESH_TOKEN_SECONDS);
    return { grant, accessToken, refreshToken };
  }

  grantOf(accessToken: string): Grant | undefined {
    return this.#accessTokens.get(sha256Hex(accessToken));
  }
}

/** RFC 7636 section 4.6. */
function provesChallenge(challenge: string, verifier: string | null): boolean {
  if (verifier === null || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge;
}
