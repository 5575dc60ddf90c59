import { createHash } from 'node:crypto';
import { randomToken, sha256Hex } from '../../../lib/hash.ts';
import { ExpiringMap } from '../../expiring-map.ts';
import type { Grant } from './tokens.ts';

const CODE_SECONDS = 60;
export const ACCESS_TOKEN_SECONDS = 600;
const CAPACITY = 10_000;

interface CodeEntry {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  /** Set once the code was redeemed. */
  accessTokenHash?: string;
}

interface Redemption {
  readonly clientId: string;
  readonly redirectUri: string | null;
  readonly codeVerifier: string | null;
}

/** Codes and access tokens given out, by their hashes. A code is good for one use and a minute. */
export class Grants {
  readonly #codes: ExpiringMap<CodeEntry>;
  readonly #accessTokens: ExpiringMap<Grant>;

  constructor(now: () => Date) {
    this.#codes = new ExpiringMap(CAPACITY, now);
    this.#accessTokens = new ExpiringMap(CAPACITY, now);
  }

  newCode(grant: Grant, redirectUri: string, codeChallenge: string): string {
    const code = randomToken();
    this.#codes.set(sha256Hex(code), { grant, redirectUri, codeChallenge }, CODE_SECONDS);
    return code;
  }

  /** Undefined for every fault alike: who guesses learns nothing. */
  redeem(code: string, shown: Redemption): { grant: Grant; accessToken: string } | undefined {
    const entry = this.#codes.get(sha256Hex(code));
    if (entry?.grant.clientId !== shown.clientId) return undefined;
    if (entry.accessTokenHash !== undefined) {
      // A code that comes again was stolen before or now, so what it gave ends too (RFC 6749 section 4.1.2).
      this.#accessTokens.delete(entry.accessTokenHash);
      return undefined;
    }
    if (
      entry.redirectUri !== shown.redirectUri ||
      !provesChallenge(entry.codeChallenge, shown.codeVerifier)
    ) {
      this.#codes.delete(sha256Hex(code));
      return undefined;
    }
    const accessToken = randomToken();
    entry.accessTokenHash = sha256Hex(accessToken);
    this.#accessTokens.set(entry.accessTokenHash, entry.grant, ACCESS_TOKEN_SECONDS);
    return { grant: entry.grant, accessToken };
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
