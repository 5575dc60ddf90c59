/** The catalogue: read, planned and applied as a whole. */
import { z } from 'zod';
import type { CatalogueAdministration } from '../../../broker/administer-catalogue.ts';
import { CATALOGUE_LISTS } from '../../../core/catalogue.ts';
import { reasonSchema } from '../../change-fields.ts';
import type { Operation } from '../../operation.ts';
import { jsonOperation } from '../json-operation.ts';
import { askerOf } from './asker.ts';
import { changeOperation, planOperation } from './change-operations.ts';
import { catalogueAnswer, setVersion, versionSchema } from './change.ts';

/** Room for 10,000 roles and 20,000 mappings. */
export const CATALOGUE_LIMIT = '16mb';

/** Looked into by the broker alone, which tells every mistake in it by its place. */
const candidate = z
  .unknown()
  .refine((value) => value !== undefined, 'give the catalogue')
  .meta({
    type: 'object',
    description: 'As the catalogue is read; settings that have their default may be left out.',
  });
const example = Object.fromEntries(CATALOGUE_LISTS.map((list) => [list, []]));

export function catalogueOperations(catalogue: CatalogueAdministration): Operation[] {
  return [readCatalogue(catalogue), planCatalogue(catalogue), applyCatalogue(catalogue)];
}

function readCatalogue(catalogue: CatalogueAdministration): Operation {
  return jsonOperation({
    id: 'getCatalogue',
    path: '/api/v1/admin/catalogue',
    summary: 'The whole catalogue',
    access: 'caller',
    answer: z.strictObject({ version: versionSchema, catalogue: catalogueAnswer }),
    answerDescription: 'The catalogue as it is.',
    errors: ['administration.forbidden'],
    async handle({ response }) {
      const read = await catalogue.read(askerOf(response));
      setVersion(response, read.version);
      return read;
    },
  });
}

function planCatalogue(catalogue: CatalogueAdministration): Operation {
  return planOperation({
    id: 'planCatalogue',
    path: '/api/v1/admin/catalogue/plan',
    summary: 'What another catalogue would change, and for whom',
    body: z.strictObject({ catalogue: candidate }),
    example: { catalogue: example },
    bodyLimit: CATALOGUE_LIMIT,
    plan: (asker, body) => catalogue.plan(asker, body.catalogue),
  });
}

function applyCatalogue(catalogue: CatalogueAdministration): Operation {
  return changeOperation({
    id: 'applyCatalogue',
    path: '/api/v1/admin/catalogue',
    summary: 'Replace the catalogue',
    description: 'All of it or nothing. Where nothing differs, no version is made.',
    body: z.strictObject({ catalogue: candidate, reason: reasonSchema }),
    example: { catalogue: example, reason: 'CHG-1234: payments may restart their instances' },
    bodyLimit: CATALOGUE_LIMIT,
    change: (asker, { body }, change) => catalogue.apply(asker, body.catalogue, change),
  });
}
