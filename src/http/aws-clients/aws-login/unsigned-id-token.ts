/**
 * What `aws login` reads the session's ARN from, and nothing else: it verifies no signature and has nowhere to get a
 * key from. So there is none (RFC 7519 section 6): nobody can mistake it for a proof, and the keys that AWS accounts
 * trust sign nothing but what is meant for AWS.
 */
export function unsignedIdToken(about: {
  readonly issuer: string;
  readonly audience: string;
  readonly sessionArn: string;
  readonly now: Date;
  readonly lifeSeconds: number;
}): string {
  const { issuer, audience, sessionArn, now, lifeSeconds } = about;
  const iat = Math.floor(now.getTime() / 1_000);
  const claims = {
    iss: issuer,
    aud: audience,
    sub: sessionArn,
    session_arn: sessionArn,
    iat,
    exp: iat + lifeSeconds,
  };
  return `${encoded({ typ: 'JWT', alg: 'none' })}.${encoded(claims)}.`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
