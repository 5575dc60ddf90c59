import { z } from 'zod';

/** More than a page can show to choose from; who needs more needs no narrowing. */
const MAXIMUM_ROLES = 100;

type Fields = z.ZodObject<
  { label: z.ZodString; expiresInDays: z.ZodInt; roles: z.ZodOptional<z.ZodArray<z.ZodString>> },
  z.core.$strict
>;

/** What a person says of a token that they make, on the page as by the API. */
export function personalTokenSchema(maximumDays: number): Fields {
  return z.strictObject({
    label: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, 'write what it is for, in one line')
      .describe('What it is for, so that you know it again.'),
    expiresInDays: z.int().min(1).max(maximumDays),
    roles: z
      .array(z.string().max(63))
      .min(1)
      .max(MAXIMUM_ROLES)
      .optional()
      .describe('The only roles it is for, by id; absent for all of yours.'),
  });
}
