import { X509Certificate } from 'node:crypto';
import { certificateState } from '../../core/certificate-life.ts';
import { BrokerError } from '../../core/errors.ts';
import { describeCertificate } from './describe-certificate.ts';

/** More than any provider needs to change keys; a longer list only makes each forged message dearer to refuse. */
const MAXIMUM_CERTIFICATES = 10;
const MINIMUM_RSA_BITS = 2_048;

/**
 * PEM of every certificate whose key may verify: RSA of 2,048 bits or more, which is what the signature
 * algorithms on the list need. Expiry refuses nothing: the certificate is a box for a key we were told to trust,
 * it is trusted for as long as it is listed, and refusing it on a date would lock everybody out. The operator is
 * warned instead (`expiryWarnings`).
 *
 * @throws BrokerError `idp.unavailable` if none is left, or there are too many
 */
export function usableCertificates(encoded: readonly string[]): string[] {
  if (encoded.length > MAXIMUM_CERTIFICATES) refuse(`more than ${MAXIMUM_CERTIFICATES} signing certificates`);
  const usable = encoded.map(toPem).filter((pem) => pem !== undefined);
  if (usable.length === 0) refuse('there is no usable signing certificate');
  return [...new Set(usable)];
}

interface ExpiryWarning {
  readonly kind: 'certificate-expired' | 'certificate-ends-soon';
  readonly detail: string;
}

/** A sentence for each certificate that is past its date or near it, for the operator. */
export function expiryWarnings(certificates: readonly string[], now: Date): ExpiryWarning[] {
  return certificates.map(describeCertificate).flatMap((certificate): ExpiryWarning[] => {
    const state = certificateState(certificate, now);
    const which = `the signing certificate ${certificate.fingerprint.slice(0, 23)}…`;
    const end = certificate.validUntil.toISOString();
    if (state === 'ended') return [{ kind: 'certificate-expired', detail: `${which} expired on ${end}` }];
    return state === 'ends-soon'
      ? [{ kind: 'certificate-ends-soon', detail: `${which} ends on ${end}` }]
      : [];
  });
}

function toPem(encoded: string): string | undefined {
  const base64 = encoded.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    const strong = (asymmetricKeyDetails?.modulusLength ?? 0) >= MINIMUM_RSA_BITS;
    return asymmetricKeyType === 'rsa' && strong ? certificate.toString() : undefined;
  } catch {
    return undefined;
  }
}

function refuse(detail: string): never {
  throw new BrokerError('idp.unavailable', { detail });
}
