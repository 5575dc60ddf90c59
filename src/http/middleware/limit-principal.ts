import type { Response } from 'express';
import type { RateLimits } from '../../broker/rate-limits.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';

export type PrincipalLimits = Pick<RateLimits, 'principalPolicy' | 'admitPrincipal'>;

/**
 * Counts a request for whoever sent it, by whatever door, and says what is left of their quota
 * (draft-ietf-httpapi-ratelimit-headers).
 *
 * @throws BrokerError `request.too_many`
 */
export async function limitPrincipal(
  limits: PrincipalLimits,
  principal: Principal,
  response: Response,
): Promise<void> {
  const { quota, windowSeconds } = limits.principalPolicy;
  response.setHeader('RateLimit-Policy', `"api";q=${quota};w=${windowSeconds}`);
  try {
    const { left, fullInSeconds } = await limits.admitPrincipal(principal);
    response.setHeader('RateLimit', `"api";r=${left};t=${fullInSeconds}`);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    // Who only reads is not stopped by a store that cannot be written; what hands something out is, by its record.
    if (error.code === 'store.unavailable') return;
    response.setHeader('RateLimit', `"api";r=0;t=${error.retryAfterSeconds ?? windowSeconds}`);
    throw error;
  }
}
