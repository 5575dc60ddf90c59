import { describe, expect, it } from 'vitest';
import { causeOf, type CheckCause } from '../../src/core/onboarding/check-causes.ts';
import { BrokerError, type ErrorCode } from '../../src/core/errors.ts';

/** AWS's words, as they are on record. */
const SAID: readonly (readonly [ErrorCode, string, CheckCause])[] = [
  [
    'sts.refused',
    "InvalidIdentityToken: Specified provider doesn't exist (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlManifestNotFoundException)",
    'provider.missing',
  ],
  [
    'sts.refused',
    'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://d.example/aws',
    'provider.missing',
  ],
  [
    'sts.refused',
    'InvalidIdentityToken: Issuer not present in specified provider (Service: AWSOpenIdDiscoveryService)',
    'provider.missing',
  ],
  ['sts.refused', 'InvalidIdentityToken: Incorrect token audience', 'provider.audience'],
  ['sts.refused', 'InvalidIdentityToken: Response signature invalid', 'provider.keys'],
  [
    'sts.refused',
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    'provider.unreachable',
  ],
  ['sts.refused', 'IDPCommunicationError: Error reading the keys', 'provider.unreachable'],
  ['sts.refused', 'ExpiredTokenException: Token must be redeemed within 5 minutes of issuance', 'clock'],
  ['sts.refused', 'RegionDisabledException: STS is not activated in this region', 'region.disabled'],
  ['sts.refused', 'AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML', 'trust.refused'],
  [
    'sts.refused',
    'AccessDenied: User: arn:aws:iam::111122223333:user/d is not authorized to perform: sts:TagSession on resource: arn:aws:iam::444455556666:role/R',
    'trust.tag-session',
  ],
  [
    'sts.refused',
    'AccessDenied: User: arn:aws:iam::111122223333:user/d is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::444455556666:role/R',
    'trust.source-identity',
  ],
  ['sts.refused', 'InvalidParameterValue', 'check.other'],
  ['broker.credentials', 'InvalidClientTokenId', 'source.refused'],
  ['sts.throttled', 'Throttling: Rate exceeded', 'sts.throttled'],
  ['sts.timeout', 'no answer in 8000 ms', 'sts.unreachable'],
  ['sts.unavailable', 'ECONNREFUSED', 'sts.unreachable'],
  ['sts.bad_response', 'the answer could not be parsed', 'check.other'],
];

describe('the cause of a failed check', () => {
  it.each(SAID)('%s, %s', (code, detail, cause) => {
    expect(causeOf(new BrokerError(code, { detail }))).toBe(cause);
  });
});
