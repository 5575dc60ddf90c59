import type { NewToken } from '../core/ports/authorizations.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';

/** An AWS client takes a token with less than a quarter of an hour left for expired. */
const ACCESS_SECONDS = 3_600;
/** Say at a glance, and to secret scanners, what the strings are. */
const ACCESS_PREFIX = 'daypass_at_';
export const REFRESH_PREFIX = 'daypass_rt_';

export interface IssuedClientTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface TokenPair {
  readonly issued: IssuedClientTokens;
  readonly access: NewToken;
  readonly refresh: NewToken;
}

/** @param endsAt when all that was allowed ends: no token lives longer. */
export function newTokenPair(
  { now, endsAt }: { readonly now: Date; readonly endsAt: Date },
  refreshToken: string = REFRESH_PREFIX + randomToken(),
): TokenPair {
  const accessToken = ACCESS_PREFIX + randomToken();
  const leftSeconds = Math.floor((endsAt.getTime() - now.getTime()) / 1_000);
  const expiresInSeconds = Math.min(ACCESS_SECONDS, leftSeconds);
  return {
    issued: { accessToken, refreshToken, expiresInSeconds },
    access: {
      use: 'access',
      idHash: sha256Hex(accessToken),
      expiresAt: new Date(now.getTime() + expiresInSeconds * 1_000),
    },
    refresh: { use: 'refresh', idHash: sha256Hex(refreshToken), expiresAt: endsAt },
  };
}
