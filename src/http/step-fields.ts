/** A step of an explanation, as the API tells it. */
import { z } from 'zod';
import { EXPLAINED_STEPS } from '../core/explained-steps.ts';

export const stepSchema = z.strictObject({
  step: z.enum(EXPLAINED_STEPS),
  state: z.enum(['ok', 'failed', 'not-reached', 'not-checked']).describe('`not-checked`: AWS alone knows.'),
  text: z.string(),
});
