import { Router } from 'express';
import { asBrokerError } from './errors.ts';
import { onlyMethods } from './middleware/only-methods.ts';

export interface Health {
  /** False from the moment the process is told to stop. */
  readonly accepting: () => boolean;
  /** Resolves when the broker can do its work. @throws BrokerError that says what it lacks. */
  readonly check: () => Promise<void>;
}

/** `/healthz`: the process lives. `/readyz`: it can do its work; load balancers ask this. */
export function healthRoutes({ accepting, check }: Health): Router {
  const router = Router();
  onlyMethods(router, '/healthz', {
    get: (_request, response) => {
      response.json({ status: 'ok' });
    },
  });
  onlyMethods(router, '/readyz', {
    async get(_request, response) {
      if (!accepting()) {
        response.status(503).json({ status: 'stopping' });
        return;
      }
      try {
        await check();
        response.json({ status: 'ready' });
      } catch (error) {
        response.status(503).json({ status: 'unavailable', code: asBrokerError(error).code });
      }
    },
  });
  return router;
}
