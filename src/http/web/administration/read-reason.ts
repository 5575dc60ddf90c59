import type { Request } from 'express';
import { BrokerError } from '../../../core/errors.ts';
import { readField } from '../../middleware/bodies.ts';

/** @throws BrokerError `request.malformed` */
export function readReason(request: Request): string {
  const reason = readField(request, 'reason')?.trim() ?? '';
  if (/^\P{C}{1,500}$/u.test(reason)) return reason;
  throw new BrokerError('request.malformed', { hint: 'Say why, in 1 to 500 characters of one line.' });
}
