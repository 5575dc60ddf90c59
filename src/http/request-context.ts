import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
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
  const sourceIp = sourceOf(request);
  const origin: Origin = {
    door: doorOf(request.url),
    requestId,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  contexts.set(response, { requestId, origin });
  response.setHeader('X-Request-Id', requestId);
  next();
}

/** The AWS tools' own protocols; the pages on which their people answer are the web's. */
const AWS_CLIENT =
  /^\/(?:client\/register|device_authorization|token|assignment\/|federation\/|logout|v1\/token|api\/v1\/container-credentials\/)/i;

/** Capitals lead to the same routes, so they lead to the same door in the record. */
function doorOf(url: string): Origin['door'] {
  if (AWS_CLIENT.test(url)) return 'aws-client';
  return /^\/api\//i.test(url) ? 'api' : 'web';
}

/**
 * Where the request came from, by the word of the proxies that are trusted. Some add the port; what is no address
 * at all is not passed on to the record and the limits, and the proxy itself stands for it.
 */
function sourceOf(request: Request): string | undefined {
  const { ip } = request;
  if (ip === undefined || isIP(ip) !== 0) return ip;
  const [, v6, v4] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):[0-9]{1,5}$/.exec(ip) ?? [];
  const address = v6 ?? v4 ?? '';
  return isIP(address) === 0 ? request.socket.remoteAddress : address;
}

export function contextOf(response: Response): RequestContext {
  const context = contexts.get(response);
  if (context === undefined) throw new Error('openContext comes before every handler');
  return context;
}
