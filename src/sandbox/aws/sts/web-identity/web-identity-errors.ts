import { AwsError } from '../../wire/aws-error.ts';

/** A token that STS does not take. */
export function invalidToken(message: string, detail?: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, 400, detail);
}

export function notAJwt(detail?: string): AwsError {
  return invalidToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    detail,
  );
}

/** The two blanks are AWS's. */
export function noVerificationKey(detail?: string): AwsError {
  return invalidToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    detail,
  );
}
