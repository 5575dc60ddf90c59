/** What every change of the catalogue is asked with and answered by. Its version is its ETag (RFC 9110 section 13). */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Change, Changed, Plan } from '../../../broker/administer-catalogue.ts';
import type { CatalogueDifference } from '../../../core/catalogue-difference.ts';
import { CATALOGUE_LISTS } from '../../../core/catalogue.ts';
import { TERMS } from '../../../core/role-terms.ts';
import { BrokerError, type ErrorCode } from '../../../core/errors.ts';
import type { Parameter } from '../../operation.ts';

export const versionSchema = z.int().describe('The ETag says the same.');

const list = z.enum(CATALOGUE_LISTS);

export const catalogueAnswer = z
  .record(list, z.array(z.looseObject({})))
  .describe('Its entries are as `daypass access-schema` tells.');

export const differenceFields = {
  entries: z.array(
    z.strictObject({
      list,
      id: z.string(),
      kind: z.enum(['added', 'removed', 'changed']),
      fields: z
        .array(
          z.strictObject({
            path: z.string(),
            before: z.unknown().optional(),
            after: z.unknown().optional(),
          }),
        )
        .describe('Of a changed entry: each setting that differs.'),
    }),
  ),
  reordered: z.array(list).describe('Lists whose entries stand in another order.'),
};

export const changedSchema = z.strictObject({ version: versionSchema, ...differenceFields });

export const proposedSchema = z.strictObject({
  proposal: z.strictObject({
    id: z.string(),
    url: z.string().describe('Its page, on which somebody else approves it; relative to this address.'),
  }),
});

const reached = {
  count: z.int(),
  who: z
    .array(z.strictObject({ kind: z.enum(['user', 'application']), id: z.string(), label: z.string() }))
    .describe('The first of them.'),
};
export const impactSchema = z.strictObject({
  people: z.int(),
  applications: z.int(),
  roles: z.array(
    z.strictObject({
      roleId: z.string(),
      accountId: z.string(),
      accountName: z.string(),
      gains: z.strictObject(reached),
      loses: z.strictObject(reached),
      changes: z.strictObject({ ...reached, terms: z.array(z.enum(TERMS)) }),
    }),
  ),
});

export const plannedSchema = z.strictObject({
  version: versionSchema,
  ...differenceFields,
  impact: impactSchema.describe('Everybody who ever signed in, and every application.'),
  refusal: z.string().optional().describe('Why you may not make this change.'),
  needsSecondPerson: z.string().optional().describe('Why somebody else has to approve it.'),
});

/** What a change may be refused for, beside mistakes in what was sent. */
export const CHANGE_ERRORS: readonly ErrorCode[] = [
  'administration.forbidden',
  'catalogue.refused',
  'catalogue.stale',
  'proposal.too_many',
  'session.ended',
];

export const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the catalogue that you looked at.',
  schema: z.string(),
  required: true,
};

/** @throws BrokerError `request.malformed` */
export function changeOf(request: Request, { reason }: { readonly reason: string }): Change {
  // `*` and several would say that whoever changed it meanwhile does not matter.
  const [, version] = /^"([0-9]{1,15})"$/.exec(request.headers['if-match'] ?? '') ?? [];
  if (version === undefined) {
    throw new BrokerError('request.malformed', {
      hint: 'Send If-Match with the ETag of the catalogue that you looked at.',
    });
  }
  return { expectedVersion: Number(version), reason };
}

export function changedAnswer(
  response: Response,
  { version, difference }: Changed,
): CatalogueDifference & Pick<Changed, 'version'> {
  setVersion(response, version);
  return { version, ...difference };
}

export function proposedAnswer(response: Response, id: string): z.input<typeof proposedSchema> {
  response.status(202).location(`/api/v1/admin/proposals/${id}`);
  return { proposal: { id, url: `/admin/proposals/${id}` } };
}

export function plannedAnswer(
  response: Response,
  { difference, ...plan }: Plan,
): Omit<Plan, 'difference'> & CatalogueDifference {
  setVersion(response, plan.version);
  return { ...plan, ...difference };
}

export function setVersion(response: Response, version: number): void {
  response.setHeader('ETag', `"${version}"`);
}
