import type { NextFunction, Request, Response } from 'express';
import { BrokerError } from '../../../core/errors.ts';

/** No client of this door is a page: what a browser sends for one is some site's attempt on whoever looks at it. */
export function refusePages({ headers }: Request, _response: Response, next: NextFunction): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw new BrokerError('request.cross_site');
  }
  next();
}
