import type { ConnectorReport, RefusedSignIn } from '../../../broker/connector-status.ts';
import { ERRORS } from '../../../core/errors.ts';
import { certificateState, daysLeft, type CertificateState } from '../../../core/certificate-life.ts';
import type {
  CertificateFacts,
  DocumentStatus,
  KeyFacts,
  OurFacts,
  ProviderFacts,
} from '../../../core/ports/connector-status.ts';
import type { PageContent } from '../pages.ts';
import { ago } from '../time-words.ts';
import type { ConnectorStatusPage } from './connector-views.ts';
import { entryHref } from './list-rows.ts';
import { personRow } from './person-view.ts';
import { troubleColour } from './trouble-colour.ts';
import type { FactView } from './views.ts';

/** As much as anybody reads. */
const SHOWN = 100;

type Row = ConnectorStatusPage['documents'][number];

export function connectorStatusView(
  report: ConnectorReport,
): Omit<PageContent<ConnectorStatusPage>, 'sections' | 'within'> {
  const { id, label, at, status, people, attributes, groups } = report;
  const { kind, documents, provider, ours } = status;
  const href = entryHref('connectors', id);
  const returnTo = new URLSearchParams({ returnTo: `${href}/status` }).toString();
  return {
    title: label,
    settingsHref: href,
    tryHref: `/sign-in/${encodeURIComponent(id)}?${returnTo}`,
    troubles: report.troubles.map((each) => ({ text: each.text, colour: troubleColour(each) })),
    provider: provider && providerFacts(kind, provider),
    signedBy: [
      ...(provider?.certificates ?? []).map((certificate) => certificateRow(certificate, at)),
      ...(provider?.keys ?? []).map(keyRow),
    ],
    documents: documents.map((document) => documentRow(document, at)),
    ours: ourFacts(kind, ours),
    ourCertificates: ours.certificates.map((certificate) => certificateRow(certificate, at, certificate.use)),
    people,
    newest: report.newest.map((known) => personRow(known, at)),
    refused: report.refused.map((sign) => refusedRow(sign, at)),
    attributes: attributes.slice(0, SHOWN).map(({ value, people: count, example }) => {
      return { name: value, count: `${count} of ${people}`, example };
    }),
    groups: groups.slice(0, SHOWN).map(({ value, people: count }) => `${value} (${count})`),
    moreAttributes: Math.max(0, attributes.length - SHOWN),
    moreGroups: Math.max(0, groups.length - SHOWN),
  };
}

/** As whoever was refused read it. */
const TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries(ERRORS).map(([code, { text }]) => [code, text]),
);

function refusedRow({ at, reason, detail, sourceIp, requestId }: RefusedSignIn, now: Date): Row {
  return {
    title: TEXTS.get(reason) ?? reason,
    badges: [],
    facts: [
      detail === undefined ? reason : `${reason}: ${detail}`,
      `${ago(at, now)}, ${minute(at)}`,
      ...(sourceIp === undefined ? [] : [`from ${sourceIp}`]),
      `request ${requestId}`,
    ],
  };
}

function providerFacts(kind: 'saml' | 'oidc', { id, signInUrl, logoutUrl }: ProviderFacts): FactView[] {
  return [
    fact(kind === 'saml' ? 'Entity ID' : 'Issuer', id),
    fact('Sign-in address', signInUrl),
    fact('Sign-out address', logoutUrl ?? 'none'),
  ];
}

function ourFacts(kind: 'saml' | 'oidc', ours: OurFacts): FactView[] {
  const { id, answerUrl, logoutUrl, signedOutUrl, metadataUrl } = ours;
  if (kind === 'oidc') {
    return [
      fact('Client ID', id),
      fact('Redirect URI', answerUrl),
      fact('Back-channel logout URI', logoutUrl),
      fact('Post-logout redirect URI', signedOutUrl ?? ''),
    ];
  }
  return [
    { name: 'Metadata', values: [{ text: metadataUrl ?? '', href: metadataUrl ?? '' }] },
    fact('Entity ID (audience)', id),
    fact('Assertion consumer service', answerUrl),
    fact('Single logout service', logoutUrl),
  ];
}

function fact(name: string, text: string): FactView {
  return { name, values: [{ text }] };
}

const ORIGINS: Readonly<Record<DocumentStatus['from'], string>> = {
  address: 'an address that is not known yet',
  text: 'as it stands in the settings',
  settings: 'no document: each part stands in the settings',
};

const DOCUMENTS: Readonly<Record<DocumentStatus['name'], string>> = {
  metadata: 'Metadata',
  discovery: 'Discovery document',
  keys: 'Key set',
};

function documentRow(document: DocumentStatus, now: Date): Row {
  const { name, from, address, isUsable, readAt, usableUntil, failure } = document;
  const works = isUsable ? 'in use' : 'not in use';
  return {
    title: DOCUMENTS[name],
    badges: [{ text: works, colour: isUsable ? 'green' : 'red' }],
    facts: [
      address ?? ORIGINS[from],
      readAt === undefined ? 'not read yet' : `read ${ago(readAt, now)}`,
      ...(usableUntil === undefined ? [] : [`used until ${minute(usableUntil)} if nothing newer comes`]),
      ...(failure === undefined ? [] : [`the last try failed ${ago(failure.at, now)}: ${failure.reason}`]),
    ],
  };
}

const STATES: Readonly<Record<CertificateState, readonly [text: string, colour: string]>> = {
  good: ['good', 'green'],
  'not-yet': ['not valid yet', 'amber'],
  'ends-soon': ['ends soon', 'amber'],
  ended: ['ended', 'red'],
};

function certificateRow(certificate: CertificateFacts, now: Date, use?: string): Row {
  const { subject, fingerprint, validFrom, validUntil } = certificate;
  const [text, colour] = STATES[certificateState(certificate, now)];
  const left = daysLeft(validUntil, now);
  return {
    title: subject === '' ? 'A certificate without a subject' : subject,
    badges: [{ text, colour }],
    facts: [
      ...(use === undefined ? [] : [`for ${use}`]),
      `from ${minute(validFrom)} until ${minute(validUntil)}`,
      left < 0 ? `${-left} days ago` : `${left} days left`,
      `SHA-256 ${fingerprint}`,
    ],
  };
}

function keyRow({ type, id, algorithm, use }: KeyFacts): Row {
  return {
    title: id ?? 'A key without a name',
    badges: [],
    facts: [type, ...[algorithm, use].filter((each) => each !== undefined)],
  };
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
