import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';

/** When even the error page fails: no stack, no template, a fixed text. Express knows it by its four parameters. */
export function lastResort(logger: Logger) {
  return (thrown: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    logger.error(
      { err: thrown instanceof Error ? { message: thrown.message, stack: thrown.stack } : {} },
      'error page failed',
    );
    if (response.headersSent) response.destroy();
    else response.status(500).type('text/plain').send('Something went wrong on our side.');
  };
}
