import type { Request } from 'express';
import { BrokerError } from '../../../core/errors.ts';
import { reasonSchema } from '../../change-fields.ts';
import { readField } from '../../middleware/bodies.ts';

/** @throws BrokerError `request.malformed` */
export function readReason(request: Request): string {
  const reason = reasonSchema.safeParse(readField(request, 'reason')?.trim());
  if (reason.success) return reason.data;
  throw new BrokerError('request.malformed', { hint: 'Say why, in 1 to 500 characters of one line.' });
}
