import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { AwsError } from '../../wire/aws-error.ts';
import type { AwsState } from '../../aws-state.ts';
import { DocumentUnavailable } from '../document-fetcher.ts';
import { issuerName } from '../../organization/identifiers.ts';
import { isSessionTag } from '../parameter-reader.ts';
import { type ConditionKeys, epochSeconds } from '../../access/request-context.ts';
import { isSourceIdentity } from '../saml/saml-attributes.ts';
import type { PassedTags } from '../session-tags.ts';
import type { OidcProvider } from '../../organization/world.ts';

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
const CLAIM = 'https://aws.amazon.com/';

export async function verifyWebIdentity(
  aws: AwsState,
  request: WebIdentityRequest,
): Promise<VerifiedWebIdentity> {
  const issuer = unverifiedIssuer(request.token);
  const provider = aws.world.findOidcProvider(request.accountId, issuer);
  if (provider === undefined) {
    throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  const claims = await verifiedClaims(aws, issuer, request.token);
  checkTimes(claims, request.now);
  const audience = checkAudience(claims, provider);
  const isRoleListed = checkRolesClaim(claims, request.roleArn);
  const subject = String(claims.sub);
  const sourceIdentity = claims[`${CLAIM}source_identity`];
  if (
    sourceIdentity !== undefined &&
    !(typeof sourceIdentity === 'string' && isSourceIdentity(sourceIdentity))
  ) {
    throw invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  const keys = identityKeys(claims, provider, audience);
  // Absent, not false, where the token lists no roles.
  if (isRoleListed) keys.set('sts:RoleAuthorizedByIdp', ['true']);
  return { provider, subject, audience, sourceIdentity, keys, ...readTags(claims[`${CLAIM}tags`]) };
}

function unverifiedIssuer(token: string): string {
  try {
    decodeProtectedHeader(token);
    const { iss } = decodeJwt(token);
    if (iss === undefined) throw invalid('Missing a required claim: iss');
    if (typeof iss === 'string') return iss;
  } catch (error) {
    if (error instanceof AwsError) throw error;
  }
  throw notAJwt();
}

async function verifiedClaims(aws: AwsState, issuer: string, token: string): Promise<JWTPayload> {
  const keys = await usable(aws.webIdentityKeys.get(issuer));
  const claims = await verifyWith(keys, token);
  if (claims !== undefined) return claims;
  // Signed by a key that came after our last look, perhaps.
  const newer = aws.webIdentityKeys.getNewer(issuer);
  const found = newer && (await verifyWith(await usable(newer), token));
  if (found === undefined) throw noVerificationKey('no key of the issuer verifies the token');
  return found;
}

async function usable(keys: Promise<JWTVerifyGetKey>): Promise<JWTVerifyGetKey> {
  try {
    return await keys;
  } catch (error) {
    const detail = error instanceof Error ? error.message : undefined;
    if (error instanceof DocumentUnavailable && error.unreachable) {
      const message = 'The identity provider could not be reached to verify the token.';
      throw new AwsError('IDPCommunicationError', message, 400, detail);
    }
    throw noVerificationKey(detail);
  }
}

/** Undefined where no key fits. Times are judged apart, by the clock of the sandbox and with AWS's texts. */
async function verifyWith(keys: JWTVerifyGetKey, token: string): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, { algorithms: ALGORITHMS, currentDate: new Date(0) });
    return payload;
  } catch (error) {
    // Reached only with a signature that holds.
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
      return error.payload;
    return undefined;
  }
}

function checkTimes(claims: JWTPayload, now: Date): void {
  const missing = REQUIRED.find((claim) => claims[claim] === undefined);
  if (missing !== undefined) throw invalid(`Missing a required claim: ${missing}`);
  const times = [claims.exp, claims.iat, claims.nbf ?? 0];
  if (!times.every(Number.isSafeInteger) || typeof claims.sub !== 'string') throw notAJwt();
  const { exp = 0, iat = 0, nbf = 0 } = claims;
  const current = epochSeconds(now);
  if (exp <= current) {
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${current} must be before the expiration date/time ${exp}`,
      400,
    );
  }
  if (iat > current || nbf > current) throw invalid('Token is not yet valid', 'iat or nbf is in the future');
}

/** With `azp` that is the audience, and `aud` goes by `oaud`. */
function checkAudience(claims: JWTPayload, provider: OidcProvider): string {
  const listed = [claims.aud ?? []].flat();
  const known = listed.find((audience) => provider.clientIds.includes(audience));
  if (known === undefined) throw invalid('Incorrect token audience');
  const authorizedParty = claims['azp'];
  if (authorizedParty === undefined) return known;
  if (typeof authorizedParty !== 'string' || !provider.clientIds.includes(authorizedParty)) {
    throw invalid('Incorrect token audience');
  }
  return authorizedParty;
}

/** Refuses every other role than those listed, before any trust policy is asked. */
function checkRolesClaim(claims: JWTPayload, roleArn: string): boolean {
  const listed = claims[`${CLAIM}roles`];
  if (listed === undefined) return false;
  if (![listed].flat().includes(roleArn)) {
    throw invalid('The target role ARN is not present in the roles claim of the identity token');
  }
  return true;
}

function identityKeys(claims: JWTPayload, provider: OidcProvider, audience: string): ConditionKeys {
  const name = issuerName(provider.issuer);
  const keys: ConditionKeys = new Map([
    [`${name}:aud`, [audience]],
    [`${name}:sub`, [String(claims.sub)]],
    ['aws:FederatedProvider', [provider.arn]],
  ]);
  if (claims['azp'] !== undefined) keys.set(`${name}:oaud`, [claims.aud ?? []].flat());
  const methods: unknown = claims['amr'];
  if (Array.isArray(methods))
    keys.set(
      `${name}:amr`,
      methods.filter((method) => typeof method === 'string'),
    );
  return keys;
}

/** `{"principal_tags": {"Project": ["Automation"]}, "transitive_tag_keys": ["Project"]}` */
function readTags(claim: unknown): PassedTags {
  if (claim === undefined) return { tags: [], transitiveTagKeys: [] };
  const { principal_tags: tagged = {}, transitive_tag_keys: transitive = [] } = asObject(claim);
  const tags = Object.entries(asObject(tagged)).map(([key, values]) => {
    const [value, ...more] = Array.isArray(values) ? (values as unknown[]) : [];
    if (typeof value !== 'string' || more.length > 0 || !isSessionTag({ key, value })) throw invalidTags();
    return { key, value };
  });
  const keys = Array.isArray(transitive) ? (transitive as unknown[]) : [undefined];
  const transitiveTagKeys = keys.filter((key) => typeof key === 'string');
  if (tags.length > 50 || transitiveTagKeys.length < keys.length) throw invalidTags();
  return { tags, transitiveTagKeys };
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidTags();
  return value as Record<string, unknown>;
}

function invalidTags(): AwsError {
  return invalid('The tags claim of the token must map each key to a list of exactly one text.');
}

function notAJwt(): AwsError {
  return invalid(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
}

function noVerificationKey(detail?: string): AwsError {
  return invalid(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    detail,
  );
}

function invalid(message: string, detail?: string): AwsError {
  return new AwsError('InvalidIdentityToken', message, 400, detail);
}
