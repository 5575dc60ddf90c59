import { createHash } from 'node:crypto';
import { base32 } from '../../organization/identifiers.ts';
import type { SamlProvider } from '../../organization/world.ts';

const AWS_SIGN_IN = /^https:\/\/(?:[a-z]{2}(?:-[a-z]+)+-\d\.)?signin\.aws\.amazon\.com\/saml$/;

/**
 * What AWS calls a SAML provider in sign-in addresses of its own, `/saml/acs/SAMLSP...`. Stable for one ARN,
 * so that what an identity provider was told stays right after a restart.
 */
export function providerIdOf({ arn, providerId }: Pick<SamlProvider, 'arn' | 'providerId'>): string {
  return providerId ?? `SAMLSP${base32(createHash('sha256').update(`saml ${arn}`).digest()).slice(0, 17)}`;
}

/**
 * May an assertion for this provider be addressed there? At AWS's sign-in endpoint of any region, or at one of
 * the sandbox's `endpoints`; in both cases at the provider's own place too, and where assertions have to be
 * encrypted only there.
 */
export function isRecipientOf(
  provider: SamlProvider,
  recipient: string,
  endpoints: readonly string[],
): boolean {
  const own = `/acs/${providerIdOf(provider)}`;
  const isOwn = recipient.endsWith(own);
  const endpoint = isOwn ? recipient.slice(0, -own.length) : recipient;
  if (provider.encryption === 'Required' && !isOwn) return false;
  return endpoints.includes(endpoint) || AWS_SIGN_IN.test(endpoint);
}
