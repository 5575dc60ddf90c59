import { BrokerError } from '../../core/errors.ts';
import type { LimitedFetch } from '../limited-fetch.ts';
import { fetchKeySet, type KeySet } from './key-set.ts';
import { isEndpoint } from './provider-metadata.ts';
import { parseObject } from './strict-json.ts';

const MAXIMUM_DOCUMENT_BYTES = 262_144;

/**
 * The keys of an issuer that signs nobody in, so that its discovery document has no endpoints but this one.
 *
 * @throws BrokerError `idp.unavailable`, `idp.timeout`
 */
export async function fetchIssuerKeys(
  issuer: string,
  fetch: LimitedFetch,
  allowHttp: boolean,
): Promise<KeySet> {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    maximumBytes: MAXIMUM_DOCUMENT_BYTES,
  });
  const document = answer.status === 200 ? parseObject(answer.body) : undefined;
  if (document?.kind !== 'object' || document.value['issuer'] !== issuer) {
    throw new BrokerError('idp.unavailable', { detail: 'the issuer’s discovery document cannot be used' });
  }
  const { jwks_uri: keys } = document.value;
  if (!isEndpoint(keys, issuer, allowHttp)) {
    throw new BrokerError('idp.unavailable', {
      detail: 'the issuer’s key set is missing, not https, or at an address of its own network',
    });
  }
  return fetchKeySet(keys, fetch);
}
