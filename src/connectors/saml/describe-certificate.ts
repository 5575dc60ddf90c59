import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../core/ports/connector-status.ts';

const MAXIMUM_SUBJECT = 300;

export function describeCertificate(pem: string): CertificateFacts {
  const { subject, fingerprint256, validFrom, validTo } = new X509Certificate(pem);
  return {
    // One attribute a line, and without any it is undefined, whatever the types say.
    subject: [subject]
      .join('')
      .replace(/\p{C}+/gu, ', ')
      .slice(0, MAXIMUM_SUBJECT),
    fingerprint: fingerprint256,
    validFrom: new Date(validFrom),
    validUntil: new Date(validTo),
  };
}
