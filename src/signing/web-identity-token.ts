/**
 * The JWT by which the broker, as AWS's OpenID provider, vouches for one role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { WEB_IDENTITY_AUDIENCE } from '../core/aws-sign-in.ts';
import { BrokerError } from '../core/errors.ts';
import type { WebIdentityTokenRequest } from '../core/ports/signer.ts';
import type { ActiveKey } from './key-set.ts';

interface TokenIssue {
  readonly issuer: string;
  readonly now: Date;
  readonly key: ActiveKey;
}

/**
 * RSA, although AWS takes ECDSA too: OpenID Connect Discovery section 3 obliges everybody to RS256, so that the
 * same key serves AWS's every partition and whatever else checks such a token.
 */
export const WEB_IDENTITY_ALGORITHM = 'RS256';
const LIFE_SECONDS = 300;

export async function mintWebIdentityToken(
  request: WebIdentityTokenRequest,
  { issuer, now, key }: TokenIssue,
): Promise<string> {
  // A colon or slash in the subject could read as another subject in a trust policy's condition.
  if (!/^[\w+=,.@-]{6,255}$/.test(request.subject)) {
    throw new BrokerError('internal', { detail: 'not a subject for a token' });
  }
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return await new SignJWT(claims(request))
    .setProtectedHeader({ alg: WEB_IDENTITY_ALGORITHM, typ: 'JWT', kid: key.id })
    .setIssuer(issuer)
    .setAudience(WEB_IDENTITY_AUDIENCE)
    .setSubject(request.subject)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE_SECONDS)
    .sign(key.privateKey);
}

function claims({ roleArn, sourceIdentity, sessionTags }: WebIdentityTokenRequest): Record<string, unknown> {
  const transitive = sessionTags.filter((tag) => tag.transitive).map(({ key }) => key);
  return {
    // AWS refuses the token for every other role before it looks at a trust policy.
    'https://aws.amazon.com/roles': [roleArn],
    ...(sourceIdentity === undefined ? {} : { 'https://aws.amazon.com/source_identity': sourceIdentity }),
    ...(sessionTags.length === 0
      ? {}
      : {
          'https://aws.amazon.com/tags': {
            principal_tags: Object.fromEntries(sessionTags.map(({ key, value }) => [key, [value]])),
            ...(transitive.length === 0 ? {} : { transitive_tag_keys: transitive }),
          },
        }),
  };
}
