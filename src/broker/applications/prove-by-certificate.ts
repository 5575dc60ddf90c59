/**
 * A TLS client certificate. TLS ends at a proxy in front, which has seen that the caller has the key and whose chain it
 * is; here it is matched by its own hash, or by a name that an authority of the catalogue's has itself signed.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '../../core/application-schema.ts';
import { proofId, type RegisteredApplication } from '../../core/application-proofs.ts';
import { notProven, type ProvenApplication } from './shown-proof.ts';

/** @throws BrokerError `client.invalid` */
export function proveByCertificate(
  application: RegisteredApplication | undefined,
  der: Uint8Array,
  now: Date,
): ProvenApplication {
  const certificate = parse(der);
  const endsAt = new Date(certificate.validTo);
  // Said positively, so that a time that is no time is never within.
  if (!(new Date(certificate.validFrom) <= now && now < endsAt)) return notProven('not valid at this time');
  const found = application?.certificates.find((entry) => fits(entry, certificate, der));
  if (application === undefined || found === undefined) return notProven('it is not this application’s');
  return {
    application,
    proof: proofId('certificate', found),
    spend: [],
    endsAt,
    detail: { by: 'certificate', sha256: sha256Of(der) },
  };
}

function parse(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    return notProven('not a certificate');
  }
}

function fits(entry: ClientCertificate, certificate: X509Certificate, der: Uint8Array): boolean {
  const { sha256, uri, dns, issuers = [] } = entry;
  if (sha256 !== undefined) return sha256 === sha256Of(der);
  const named =
    uri === undefined ? hasOnlyName(certificate, 'DNS', dns) : hasOnlyName(certificate, 'URI', uri);
  return named && !certificate.ca && issuers.some((pem) => isSignedBy(certificate, new X509Certificate(pem)));
}

/** A value with anything odd in it stands in quotes, and could hold what looks like another name. */
function hasOnlyName(
  { subjectAltName = '' }: X509Certificate,
  kind: 'URI' | 'DNS',
  name: string | undefined,
): boolean {
  if (name === undefined || subjectAltName.includes('"')) return false;
  const ofKind = subjectAltName.split(', ').filter((entry) => entry.startsWith(`${kind}:`));
  return ofKind.length === 1 && ofKind[0] === `${kind}:${name}`;
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function sha256Of(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
