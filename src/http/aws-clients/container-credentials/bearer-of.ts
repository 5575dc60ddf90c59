import type { Request } from 'express';
import { BrokerError } from '../../../core/errors.ts';

/**
 * The token as SDKs send it, which is verbatim (`AWS_CONTAINER_AUTHORIZATION_TOKEN`), or as RFC 6750 section 2.1 wants it.
 *
 * @throws BrokerError `token.invalid`
 */
export function bearerOf({ headers }: Request): string {
  const [, token] = /^(?:Bearer )?([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) throw new BrokerError('token.invalid');
  return token;
}
