import { randomUUID } from 'node:crypto';
import { AwsError } from '../../wire/aws-error.ts';

/** An assertion that STS itself does not take. */
export function invalidAssertion(message: string, detail?: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, 400, detail);
}

/**
 * STS asks another service of AWS's to look at a response, and repeats what that one says in the words of
 * its client library.
 */
export function refusedResponse(
  message: string,
  detail?: string,
  inner:
    | 'AuthSamlInvalidSamlResponseException'
    | 'AuthSamlManifestNotFoundException' = 'AuthSamlInvalidSamlResponseException',
): AwsError {
  const origin = `Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ${inner}; Request ID: ${randomUUID()}; Proxy: null`;
  return invalidAssertion(`${message} (${origin})`, detail);
}

export function unknownProvider(): AwsError {
  return refusedResponse("Specified provider doesn't exist", undefined, 'AuthSamlManifestNotFoundException');
}

export function expiredAssertion(detail?: string): AwsError {
  return new AwsError(
    'ExpiredTokenException',
    'Token must be redeemed within 5 minutes of issuance',
    400,
    detail,
  );
}
