/** How a connector is: for whoever sets its provider up, and for whoever watches over it. */
import { z } from 'zod';
import type { ConnectorReport, ConnectorStatusReader } from '../../../broker/connector-status.ts';
import { certificateState, daysLeft } from '../../../core/certificate-life.ts';
import { CONNECTOR_TROUBLES } from '../../../core/connector-troubles.ts';
import type { CertificateFacts, DocumentStatus } from '../../../core/ports/connector-status.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { summaryOf, summarySchema } from './person-views.ts';

const instant = z.iso.datetime();

const document = z.strictObject({
  name: z.enum(['metadata', 'discovery', 'keys']),
  from: z.enum(['address', 'text', 'settings']),
  address: z.string().optional(),
  isUsable: z.boolean(),
  readAt: instant.optional(),
  usableUntil: instant
    .optional()
    .describe('Until when what was read is used if nothing newer can be had; absent where it has no end.'),
  failure: z
    .strictObject({ at: instant, reason: z.string() })
    .optional()
    .describe('Of the last reading; absent where it did not fail.'),
});

const certificate = z.strictObject({
  subject: z.string(),
  fingerprint: z.string().describe('SHA-256.'),
  validFrom: instant,
  validUntil: instant,
  daysLeft: z.int().describe('Below zero once it has ended.'),
  state: z.enum(['good', 'not-yet', 'ends-soon', 'ended']),
});

const seen = z.strictObject({ value: z.string(), people: z.int() });

const answer = z.strictObject({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['saml', 'oidc']),
  documents: z.array(document).describe('What is read of the provider, as this node holds it.'),
  provider: z
    .strictObject({
      id: z.string().describe('Its entity ID, or its issuer.'),
      signInUrl: z.string(),
      logoutUrl: z.string().optional(),
      certificates: z.array(certificate).describe('What SAML messages may be signed by.'),
      keys: z
        .array(
          z.strictObject({
            type: z.string(),
            id: z.string().optional(),
            algorithm: z.string().optional(),
            use: z.string().optional(),
          }),
        )
        .describe('What ID tokens may be signed by.'),
    })
    .optional()
    .describe('Absent while nothing of it can be used.'),
  ours: z
    .strictObject({
      id: z.string().describe('Our entity ID, or the client ID.'),
      answerUrl: z.string().describe('The assertion consumer service, or the redirect URI.'),
      logoutUrl: z.string().describe('Single logout, or back-channel logout.'),
      signedOutUrl: z.string().optional(),
      metadataUrl: z.string().optional(),
      certificates: z.array(certificate.extend({ use: z.enum(['signing', 'encryption']) })),
    })
    .describe('What the provider must be told.'),
  troubles: z.array(
    z.strictObject({
      kind: z.enum(CONNECTOR_TROUBLES),
      isUrgent: z.boolean(),
      label: z.string(),
      text: z.string(),
    }),
  ),
  people: z.int().describe('How many ever signed in with it.'),
  lastSignInAt: instant.optional(),
  newest: z.array(summarySchema).describe('The ten who did so last.'),
  refused: z
    .array(
      z.strictObject({
        at: instant,
        reason: z.string().describe('A code of ours.'),
        detail: z.string().optional(),
        requestId: z.string().describe('The log has more under it.'),
        sourceIp: z.string().optional(),
      }),
    )
    .describe('The ten sign-ins with it that were refused last.'),
  groups: z.array(seen).describe('Of everybody’s last sign-in, the most common first.'),
  attributes: z.array(seen.extend({ example: z.string() })),
});

export function connectorStatusOperation(status: ConnectorStatusReader): Operation {
  return jsonOperation({
    id: 'getConnectorStatus',
    path: '/api/v1/admin/connectors/{connector}/status',
    summary: 'How a connector is',
    description: 'What its provider says of itself, what it must be told of us, and what really arrives.',
    access: 'caller',
    parameters: [{ name: 'connector', in: 'path', description: 'The connector’s id.', schema: z.string() }],
    answer,
    answerDescription: 'After what has grown old was read again.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ request, response }) {
      return viewOf(await status.read(askerOf(response), pathParameter(request, 'connector')));
    },
  });
}

function viewOf({ status, at, lastSignInAt, newest, refused, ...report }: ConnectorReport) {
  const { kind, documents, provider, ours } = status;
  const dated = <Facts extends CertificateFacts>({ validFrom, validUntil, ...facts }: Facts) => ({
    ...facts,
    validFrom: validFrom.toISOString(),
    validUntil: validUntil.toISOString(),
    daysLeft: daysLeft(validUntil, at),
    state: certificateState({ validFrom, validUntil }, at),
  });
  return {
    ...report,
    kind,
    documents: documents.map(documentView),
    ...(provider === undefined
      ? {}
      : { provider: { ...provider, certificates: provider.certificates.map(dated) } }),
    ours: { ...ours, certificates: ours.certificates.map(dated) },
    lastSignInAt: lastSignInAt?.toISOString(),
    newest: newest.map(summaryOf),
    refused: refused.map((each) => ({ ...each, at: each.at.toISOString() })),
  };
}

function documentView({ readAt, usableUntil, failure, ...document }: DocumentStatus) {
  return {
    ...document,
    readAt: readAt?.toISOString(),
    usableUntil: usableUntil?.toISOString(),
    failure: failure && { ...failure, at: failure.at.toISOString() },
  };
}
