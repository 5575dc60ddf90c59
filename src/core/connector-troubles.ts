import { certificateState, daysLeft, type CertificateState } from './certificate-life.ts';
import type { CertificateFacts, ConnectorStatus, DocumentStatus } from './ports/connector-status.ts';

export const CONNECTOR_TROUBLES = ['unusable', 'certificate', 'not-refreshed'] as const;

/** What somebody should do something about. */
export interface ConnectorTrouble {
  readonly kind: (typeof CONNECTOR_TROUBLES)[number];
  /** Whether people cannot sign in, or may soon not be able to. */
  readonly isUrgent: boolean;
  /** In a few words, for lists. */
  readonly label: string;
  readonly text: string;
}

/**
 * The worst first. Of our own certificates none: they are replaced before they end. Of the provider's, those that
 * it lists beside good ones too: whoever changes keys there has to finish it.
 */
export function connectorTroubles({ documents, provider }: ConnectorStatus, now: Date): ConnectorTrouble[] {
  const certificates = (provider?.certificates ?? [])
    .toSorted((a, b) => a.validUntil.getTime() - b.validUntil.getTime())
    .flatMap((certificate) => certificateTrouble(certificate, now));
  const failed = documents.filter(({ failure }) => failure !== undefined).map(documentTrouble);
  return [...certificates, ...failed].toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent));
}

const DOCUMENTS: Readonly<Record<DocumentStatus['name'], string>> = {
  metadata: 'metadata',
  discovery: 'discovery document',
  keys: 'key set',
};

function documentTrouble({ name, isUsable, failure }: DocumentStatus): ConnectorTrouble {
  const what = `Its ${DOCUMENTS[name]} could not be read`;
  const why = failure?.reason ?? '';
  return isUsable
    ? { kind: 'not-refreshed', isUrgent: false, label: 'not read again', text: `${what} again: ${why}` }
    : { kind: 'unusable', isUrgent: true, label: 'cannot be read', text: `${what}: ${why}` };
}

const CERTIFICATES: Readonly<
  Record<Exclude<CertificateState, 'good'>, (certificate: CertificateFacts, days: number) => string>
> = {
  ended: (_certificate, days) => `ended ${inDays(-days)} ago`,
  'ends-soon': (_certificate, days) => `ends in ${inDays(days)}`,
  'not-yet': ({ validFrom }) => `is not valid before ${validFrom.toISOString().slice(0, 10)}`,
};

function certificateTrouble(certificate: CertificateFacts, now: Date): ConnectorTrouble[] {
  const state = certificateState(certificate, now);
  if (state === 'good') return [];
  const words = CERTIFICATES[state](certificate, daysLeft(certificate.validUntil, now));
  return [
    {
      kind: 'certificate',
      isUrgent: state === 'ended',
      label: `certificate ${words}`,
      text: `The provider’s signing certificate ${certificate.fingerprint.slice(0, 11)}… ${words}.`,
    },
  ];
}

function inDays(days: number): string {
  return days === 1 ? 'a day' : `${days} days`;
}
