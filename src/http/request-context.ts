import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Origin } from '../core/audit-event.ts';

/** What every answer and record about one request carries. */
export interface RequestContext {
  readonly requestId: string;
  readonly origin: Origin;
}

const contexts = new WeakMap<Response, RequestContext>();

/** Gives each request an id of ours; one that a client sends is not believed. */
export function openContext(request: Request, response: Response, next: NextFunction): void {
  const requestId = randomUUID();
  const userAgent = request.headers['user-agent']?.slice(0, 256);
  const origin: Origin = {
    door: request.url.startsWith('/api/') ? 'api' : 'web',
    requestId,
    ...(request.ip === undefined ? {} : { sourceIp: request.ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  contexts.set(response, { requestId, origin });
  response.setHeader('X-Request-Id', requestId);
  next();
}

export function contextOf(response: Response): RequestContext {
  const context = contexts.get(response);
  if (context === undefined) throw new Error('openContext comes before every handler');
  return context;
}
