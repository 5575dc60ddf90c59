import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { AwsError } from '../../wire/aws-error.ts';
import type { AwsState } from '../../aws-state.ts';
import { type ConditionKeys, epochSeconds } from '../../access/request-context.ts';
import { issuerName } from '../../organization/identifiers.ts';
import type { OidcProvider } from '../../organization/world.ts';
import { DocumentUnavailable } from '../document-fetcher.ts';
import type { PassedTags } from '../session-tags.ts';
import { checkRolesClaim, readSourceIdentity, readTags } from './web-identity-claims.ts';
import { invalidToken, notAJwt, noVerificationKey } from './web-identity-errors.ts';

/** Is this a token that AWS would take, for a role of this account? And what it wants of STS. */
export interface VerifiedWebIdentity extends PassedTags {
  readonly provider: OidcProvider;
  readonly subject: string;
  readonly audience: string;
  readonly sourceIdentity: string | undefined;
  /** `{issuer}:*` and `sts:RoleAuthorizedByIdp`, for the trust policy. */
  readonly keys: ConditionKeys;
}

export interface WebIdentityRequest {
  readonly token: string;
  readonly roleArn: string;
  readonly accountId: string;
  readonly now: Date;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
const REQUIRED = ['iss', 'aud', 'sub', 'exp', 'iat'];
/**
 * OpenID Connect's own limit. The STS model says 6 to 255 of what it answers, but that is a promise to clients,
 * which none of them checks; that real subjects are shorter is not refused.
 */
const MAX_SUBJECT = 255;

export async function verifyWebIdentity(
  aws: AwsState,
  request: WebIdentityRequest,
): Promise<VerifiedWebIdentity> {
  const issuer = unverifiedIssuer(request.token);
  const provider = aws.world.findOidcProvider(request.accountId, issuer);
  if (provider === undefined) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  const claims = await verifiedClaims(aws, issuer, request.token);
  const subject = checkRequired(claims);
  checkTimes(claims, request.now);
  const audience = checkAudience(claims, provider);
  const isRoleListed = checkRolesClaim(claims, request.roleArn);
  const keys = identityKeys(claims, provider, audience);
  // Absent, not false, where the token lists no roles.
  if (isRoleListed) keys.set('sts:RoleAuthorizedByIdp', ['true']);
  const sourceIdentity = readSourceIdentity(claims);
  return { provider, subject, audience, sourceIdentity, keys, ...readTags(claims) };
}

function unverifiedIssuer(token: string): string {
  try {
    decodeProtectedHeader(token);
    const { iss } = decodeJwt(token);
    if (iss === undefined) throw invalidToken('Missing a required claim: iss');
    if (typeof iss === 'string') return iss;
  } catch (error) {
    if (error instanceof AwsError) throw error;
  }
  throw notAJwt();
}

async function verifiedClaims(aws: AwsState, issuer: string, token: string): Promise<JWTPayload> {
  const known = aws.webIdentityKeys.get(issuer);
  const claims = await verifyWith(await usable(known), token);
  if (claims !== undefined) return claims;
  // Signed by a key that came after our last look, perhaps.
  const newer = aws.webIdentityKeys.getNewer(issuer, known);
  const found = newer && (await verifyWith(await usable(newer), token));
  if (found === undefined) throw noVerificationKey('no key of the issuer verifies the token');
  return found;
}

async function usable(keys: Promise<JWTVerifyGetKey>): Promise<JWTVerifyGetKey> {
  try {
    return await keys;
  } catch (error) {
    const detail = error instanceof Error ? error.message : undefined;
    const fault = error instanceof DocumentUnavailable ? error.fault : 'refused';
    if (fault === 'unreachable') {
      const message = 'The identity provider could not be reached to verify the token.';
      throw new AwsError('IDPCommunicationError', message, 400, detail);
    }
    if (fault === 'untrusted') {
      throw invalidToken(
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        detail,
      );
    }
    throw noVerificationKey(detail);
  }
}

/** Undefined where no key fits. */
async function verifyWith(keys: JWTVerifyGetKey, token: string): Promise<JWTPayload | undefined> {
  try {
    return await signedPayload(token, keys);
  } catch (error) {
    // A token that does not say which key signed it may be by any that fits.
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return undefined;
    for await (const key of error) {
      const payload = await signedPayload(token, () => key).catch(() => undefined);
      if (payload !== undefined) return payload;
    }
    return undefined;
  }
}

/** Times are judged apart, by the clock of the sandbox and with AWS's texts. */
async function signedPayload(
  token: string,
  keys: (...token: Parameters<JWTVerifyGetKey>) => CryptoKey | ReturnType<JWTVerifyGetKey>,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, { algorithms: ALGORITHMS, currentDate: new Date(0) });
    return payload;
  } catch (error) {
    // Reached only with a signature that holds.
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
      return error.payload;
    throw error;
  }
}

/** @returns the subject */
function checkRequired(claims: JWTPayload): string {
  const missing = REQUIRED.find((claim) => claims[claim] === undefined);
  if (missing !== undefined) throw invalidToken(`Missing a required claim: ${missing}`);
  const { sub, aud } = claims;
  if (![claims.exp, claims.iat, claims.nbf ?? 0].every(Number.isSafeInteger)) {
    throw notAJwt('exp, iat and nbf have to be whole numbers');
  }
  if (![aud].flat().every((audience) => typeof audience === 'string')) throw notAJwt('aud is no text');
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT) {
    throw notAJwt(`sub has to be a text of 1 to ${MAX_SUBJECT} characters`);
  }
  return sub;
}

function checkTimes({ exp = 0, iat = 0, nbf = 0 }: JWTPayload, now: Date): void {
  const current = epochSeconds(now);
  if (exp <= current) {
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${current} must be before the expiration date/time ${exp}`,
      400,
    );
  }
  if (iat > current || nbf > current) {
    throw invalidToken('Token is not yet valid', 'iat or nbf is in the future');
  }
}

/** With `azp` that is the audience, and `aud` goes by `oaud`; the provider has to know both. */
function checkAudience(claims: JWTPayload, provider: OidcProvider): string {
  const listed = [claims.aud ?? []].flat();
  const known = listed.find((audience) => provider.clientIds.includes(audience));
  if (known === undefined) throw invalidToken('Incorrect token audience');
  const authorizedParty = claims['azp'];
  if (authorizedParty === undefined) return known;
  if (typeof authorizedParty !== 'string' || !provider.clientIds.includes(authorizedParty)) {
    throw invalidToken('Incorrect token audience', 'azp is no client ID of the provider');
  }
  return authorizedParty;
}

function identityKeys(claims: JWTPayload, provider: OidcProvider, audience: string): ConditionKeys {
  const name = issuerName(provider.issuer);
  const keys: ConditionKeys = new Map([
    [`${name}:aud`, [audience]],
    [`${name}:sub`, [String(claims.sub)]],
    ['aws:FederatedProvider', [provider.arn]],
  ]);
  if (claims['azp'] !== undefined) keys.set(`${name}:oaud`, [claims.aud ?? []].flat());
  const methods = [claims['amr'] ?? []].flat().filter((method) => typeof method === 'string');
  if (methods.length > 0) keys.set(`${name}:amr`, methods);
  return keys;
}
