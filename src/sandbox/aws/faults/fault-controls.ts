import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { type FaultRule, faultRules } from './fault-rule.ts';
import type { Faults } from './faults.ts';
import { MAX_OFFSET_SECONDS, type SandboxClock } from './sandbox-clock.ts';

const clockSetting = z.strictObject({
  offsetSeconds: z.int().min(-MAX_OFFSET_SECONDS).max(MAX_OFFSET_SECONDS),
});

interface FaultControls {
  readonly faults: Faults;
  readonly clock: SandboxClock;
}

/** `/_sandbox/faults` and `/_sandbox/clock`: what goes wrong, and what time it is. */
export function faultControls({ faults, clock }: FaultControls): Router {
  const router = Router();
  const readJson = express.json({ limit: '64kb' });
  const showFaults = (response: Response): void => {
    response.json(faults.rules satisfies readonly FaultRule[]);
  };
  const showClock = (response: Response): void => {
    response.json({ offsetSeconds: clock.offsetSeconds, now: clock.now().toISOString() });
  };
  router.get('/faults', (_request, response) => showFaults(response));
  router.put('/faults', readJson, (request, response) => {
    const rules = checked(faultRules, request, response);
    if (rules === undefined) return;
    faults.replace(rules);
    showFaults(response);
  });
  router.delete('/faults', (_request, response) => {
    faults.replace([]);
    response.status(204).end();
  });
  router.get('/clock', (_request, response) => showClock(response));
  router.put('/clock', readJson, (request, response) => {
    const setting = checked(clockSetting, request, response);
    if (setting === undefined) return;
    clock.offsetSeconds = setting.offsetSeconds;
    showClock(response);
  });
  router.delete('/clock', (_request, response) => {
    clock.offsetSeconds = 0;
    response.status(204).end();
  });
  router.use(refuseBody);
  return router;
}

/** The body as the schema has it, or an answer with every problem. */
function checked<T>(schema: z.ZodType<T>, request: Request, response: Response): T | undefined {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ at: path.join('.'), message }));
  response.status(400).json({ error: 'The body is not what is asked for here.', problems });
  return undefined;
}

/** What the parser of the body refuses. */
function refuseBody(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (response.headersSent || typeof status !== 'number' || status >= 500) next(error);
  else response.status(status).json({ error: 'The body cannot be read as JSON.' });
}
