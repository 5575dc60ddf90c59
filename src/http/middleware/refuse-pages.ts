import type { NextFunction, Request, Response } from 'express';
import { BrokerError } from '../../core/errors.ts';

/**
 * For doors whose clients are programs: what a browser sends for a page is some site's attempt. Its script could read
 * none of our answers, but might make the broker work in the name of its visitor's network.
 */
export function refusePages({ headers }: Request, _response: Response, next: NextFunction): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw new BrokerError('request.cross_site');
  }
  next();
}
