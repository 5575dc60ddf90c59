import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { BrokerError } from '../core/errors.ts';
import { statusOf } from './errors.ts';
import type { Middleware } from './middleware/guard-request.ts';
import { contextOf } from './request-context.ts';

export interface RequestLog {
  readonly middleware: Middleware;
  /** Remembers why a request was refused, for its one line. */
  refused(response: Response, error: BrokerError): void;
}

/**
 * One line a request, when its answer is finished. Paths without their query: codes, states and tokens
 * travel there. Reasons and library messages are here and nowhere else.
 */
export function createRequestLog(logger: Logger): RequestLog {
  const refusals = new WeakMap<Response, BrokerError>();

  function write(request: Request, response: Response, startedAt: number): void {
    const { requestId, origin } = contextOf(response);
    const error = refusals.get(response);
    const line = {
      requestId,
      method: request.method,
      path: pathOf(request),
      status: response.statusCode,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      sourceIp: origin.sourceIp,
      ...(error === undefined ? {} : { code: error.code, detail: error.detail }),
    };
    if (error !== undefined && statusOf(error) >= 500)
      logger.error({ ...line, err: causeOf(error) }, 'request failed');
    else logger.info(line, 'request');
  }

  return {
    middleware(request, response, next) {
      if (logger.isLevelEnabled('error')) {
        const startedAt = performance.now();
        response.once('finish', () => write(request, response, startedAt));
      }
      next();
    },
    refused(response, error) {
      refusals.set(response, error);
    },
  };
}

function pathOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path.slice(0, 256);
}

/** A fault that nobody gave a code is told with its stack: it is a mistake of ours. */
function causeOf(error: BrokerError): unknown {
  const { cause } = error;
  if (error.code === 'internal' && cause instanceof Error)
    return { name: cause.name, message: cause.message, stack: cause.stack };
  return cause instanceof Error ? { name: cause.name } : undefined;
}
