/**
 * Our messages by the HTTP-Redirect binding (SAML bindings section 3.4): deflated into the address, the signature
 * beside it. It covers the exact octets of the query, so the query is written once and signed as it stands.
 */
import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import type { ServiceProviderKey } from '../../core/ports/service-provider-keys.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

interface OutgoingMessage {
  readonly parameter: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  /** Where it goes; the message's own Destination says the same. */
  readonly destination: string;
  /** As it stands in a query: percent-encoded already. */
  readonly relayState?: string | undefined;
}

const signAsync = promisify(sign);

/** @param key signs; undefined sends the message without a signature. */
export async function redirectUrl(
  message: OutgoingMessage,
  key: ServiceProviderKey | undefined,
): Promise<string> {
  const encoded = encodeURIComponent(deflateRawSync(message.xml).toString('base64'));
  const relayState = message.relayState === undefined ? '' : `&RelayState=${message.relayState}`;
  const query = `${message.parameter}=${encoded}${relayState}`;
  return appended(message.destination, key === undefined ? query : await signed(query, key));
}

async function signed(query: string, { privateKey }: ServiceProviderKey): Promise<string> {
  const octets = `${query}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  const signature = await signAsync('sha256', Buffer.from(octets), privateKey);
  return `${octets}&Signature=${encodeURIComponent(signature.toString('base64'))}`;
}

/** An address of a provider may have a query of its own, such as its tenant. */
function appended(destination: string, query: string): string {
  const [address = ''] = destination.split('#', 1);
  if (!address.includes('?')) return `${address}?${query}`;
  return /[?&]$/.test(address) ? `${address}${query}` : `${address}&${query}`;
}
