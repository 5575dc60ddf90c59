/** The catalogue's versions: who made each and why, and the way back to any of them. */
import type { Request } from 'express';
import { z } from 'zod';
import type { CatalogueAdministration } from '../../../broker/administer-catalogue.ts';
import { BrokerError } from '../../../core/errors.ts';
import { reasonSchema } from '../../change-fields.ts';
import type { Operation, Parameter } from '../../operation.ts';
import { jsonOperation, pathParameter } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { changeOperation } from './change-operations.ts';
import { catalogueAnswer, differenceFields } from './change.ts';

const number: Parameter = {
  name: 'version',
  in: 'path',
  description: 'The version to go back to.',
  schema: z.string(),
};

const aboutFields = {
  version: z.int(),
  at: z.iso.datetime(),
  author: z.string().optional().describe('As in the audit record; absent for what a file seeded.'),
  reason: z.string().optional(),
  approvedBy: z.string().optional().describe('Who else said yes, where that was needed.'),
};

export function versionOperations(catalogue: CatalogueAdministration): Operation[] {
  return [listVersions(catalogue), readVersion(catalogue), restoreVersion(catalogue)];
}

function listVersions(catalogue: CatalogueAdministration): Operation {
  return jsonOperation({
    id: 'listCatalogueVersions',
    path: '/api/v1/admin/versions',
    summary: 'The catalogue’s versions',
    access: 'caller',
    query: z.strictObject({
      before: z.coerce.number<string>().int().min(1).optional().describe('Only older ones than this.'),
    }),
    answer: z.strictObject({
      versions: z.array(z.strictObject(aboutFields)),
    }),
    answerDescription: 'The newest 100, newest first.',
    errors: ['administration.forbidden'],
    async handle({ query, response }) {
      const versions = await catalogue.versions(askerOf(response), query.before);
      return { versions: versions.map((each) => ({ ...each, at: each.at.toISOString() })) };
    },
  });
}

function readVersion(catalogue: CatalogueAdministration): Operation {
  return jsonOperation({
    id: 'getCatalogueVersion',
    path: '/api/v1/admin/versions/{version}',
    summary: 'What a version said and changed',
    access: 'caller',
    parameters: [{ ...number, description: 'Which version.' }],
    answer: z.strictObject({ ...aboutFields, catalogue: catalogueAnswer, ...differenceFields }),
    answerDescription: 'The whole catalogue as it was, and what differs from the version before.',
    errors: ['administration.forbidden', 'request.not_found'],
    async handle({ request, response }) {
      const { about, difference, ...read } = await catalogue.version(askerOf(response), versionIn(request));
      return { ...about, at: about.at.toISOString(), ...read, ...difference };
    },
  });
}

function restoreVersion(catalogue: CatalogueAdministration): Operation {
  return changeOperation({
    id: 'restoreCatalogueVersion',
    path: '/api/v1/admin/versions/{version}/restore',
    summary: 'Go back to a version',
    description: 'Makes a new version that says what the older one said.',
    parameters: [number],
    body: z.strictObject({ reason: reasonSchema }),
    example: { reason: 'CHG-1234 was too much' },
    errors: ['request.not_found'],
    change: (asker, { request }, change) => catalogue.restore(asker, versionIn(request), change),
  });
}

function versionIn(request: Request): number {
  const text = pathParameter(request, 'version');
  if (!/^[0-9]{1,15}$/.test(text)) throw new BrokerError('request.not_found');
  return Number(text);
}
