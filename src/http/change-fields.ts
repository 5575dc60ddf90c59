/** What a change of the catalogue is asked with, by whichever door. */
import { z } from 'zod';
import { CATALOGUE_LISTS } from '../core/catalogue.ts';

export const reasonSchema = z
  .string()
  .regex(/^(?=.*\S)\P{C}{1,500}$/u, 'say why, in 1 to 500 characters of one line')
  .describe('In your own words; kept with the version.');

/** The entry itself is looked into by the broker alone, which tells every mistake in it by its place. */
export const editSchema = z.strictObject({
  list: z.enum(CATALOGUE_LISTS),
  id: z
    .string()
    .max(10_000)
    .optional()
    .describe('The entry that is changed or removed; an administrator’s is what the difference calls it.'),
  entry: z
    .unknown()
    .optional()
    .meta({ description: 'What it becomes; absent to remove it.', type: 'object' }),
});
