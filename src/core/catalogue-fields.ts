/** What several of the catalogue's schemas are made of. */
import { z } from 'zod';

export const slug = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'use 1 to 63 of a-z, 0-9 and -, not starting or ending with -',
  );
export const text = z.string().min(1).max(256);
export const url = z.url({ protocol: /^https?$/ });
