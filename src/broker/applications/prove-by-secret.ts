import { timingSafeEqual } from 'node:crypto';
import { proofId, type RegisteredApplication } from '../../core/application-proofs.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { notProven, type ProvenApplication } from './shown-proof.ts';

const NO_SECRET = `sha256:${'0'.repeat(64)}`;

/** RFC 6749 section 2.3.1. An unknown application costs the same comparisons as a wrong secret. @throws `client.invalid` */
export function proveBySecret(
  application: RegisteredApplication | undefined,
  secret: string,
): ProvenApplication {
  const known = application?.secretHashes ?? [];
  const given = Buffer.from(`sha256:${sha256Hex(secret)}`);
  // Always two: how many there are does not show in the time either.
  const fits = [known[0], known[1]].map((hash) => timingSafeEqual(given, Buffer.from(hash ?? NO_SECRET)));
  const found = known[fits.indexOf(true)];
  if (application === undefined || found === undefined)
    return notProven('no secret of this application fits');
  return { application, proof: proofId('secret', found), spend: [], detail: { by: 'secret' } };
}
