/**
 * `private_key_jwt` (RFC 7523 section 3): a token that the application signs for one use, for us alone.
 *
 * For us alone means that `aud` is the issuer's name and nothing else. Whoever accepts an address of theirs as well can
 * be handed a token that was made for another server with such an address (RFC 7523bis, the audience attack of 2025).
 */
import { proofId, type RegisteredApplication } from '../../core/application-proofs.ts';
import type { ClaimedToken, KeySource, TokenVerifier } from '../../core/ports/token-verifier.ts';
import { notProven, type ProvenApplication } from './shown-proof.ts';

const MAXIMUM_LIFE_MS = 300_000;
/** Nodes' clocks differ; what was spent is remembered a little longer than it could be used anywhere. */
const MARGIN_MS = 60_000;

interface KeyProof {
  readonly assertion: string;
  readonly claimed: ClaimedToken;
  /** Our name as issuer of access tokens. */
  readonly issuer: string;
  readonly now: Date;
}

/** @throws BrokerError `client.invalid`, `idp.*` */
export async function proveByKey(
  application: RegisteredApplication | undefined,
  { assertion, claimed, issuer, now }: KeyProof,
  verifier: TokenVerifier,
): Promise<ProvenApplication> {
  const { source, proof } = keyOf(application, claimed);
  const { issuedAt, expiresAt, claims } = await verifier.verify(assertion, source);
  if (claims['aud'] !== issuer) return notProven('aud is not our issuer, as one text');
  const life = expiresAt.getTime() - (issuedAt ?? now).getTime();
  if (life > MAXIMUM_LIFE_MS) return notProven('it lives for over five minutes');
  const { jti } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) return notProven('jti');
  if (application === undefined) return notProven('no such application');
  const value = { scope: `client-assertion ${application.id}`, value: jti };
  return {
    application,
    proof,
    spend: [{ ...value, expiresAt: new Date(expiresAt.getTime() + MARGIN_MS) }],
    detail: { by: 'key', ...(claimed.keyId === undefined ? {} : { key: claimed.keyId.slice(0, 128) }) },
  };
}

/** An unknown application's token is taken apart and looked at like any other, and fits none of no keys. */
function keyOf(
  application: RegisteredApplication | undefined,
  { keyId }: ClaimedToken,
): { readonly source: KeySource; readonly proof: string } {
  const { keys = [], jwksUrl } = application ?? {};
  if (jwksUrl !== undefined) {
    return { source: { kind: 'url', url: jwksUrl }, proof: proofId('key-set', jwksUrl) };
  }
  const named = keys.filter(({ kid }) => kid === keyId);
  return { source: { kind: 'keys', keys: named }, proof: proofId('key', named[0]) };
}
