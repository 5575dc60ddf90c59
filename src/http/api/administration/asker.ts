import type { Response } from 'express';
import type { Asker } from '../../../broker/administrators.ts';
import { contextOf } from '../../request-context.ts';
import { callerOf } from '../caller.ts';

export function askerOf(response: Response): Asker {
  return { principal: callerOf(response).principal, origin: contextOf(response).origin };
}
