import { type Request, type Response, Router } from 'express';
import { readAwsRequest } from './wire/aws-request.ts';
import { LIST_BUCKETS_AT_THE_EDGE, playService, type ServiceStage } from './sts/play-service.ts';

/**
 * `/_sandbox`: what a real AWS has not. Tests read the journal here, people their MFA device's display;
 * and the sandbox plays an AWS service.
 */
export function sandboxControls(stage: ServiceStage, now: () => Date): Router {
  const { aws, journal } = stage;
  const router = Router();
  router.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store' });
    next();
  });
  router.get('/journal', (request, response) => {
    const after = request.query['after'] ?? '0';
    if (typeof after !== 'string' || !/^\d{1,15}$/.test(after)) {
      problem(response, 'after must be the id of an entry');
      return;
    }
    response.json({ lastId: journal.lastId, entries: journal.entries(Number(after)) });
  });
  router.delete('/journal', (_request, response) => {
    journal.clear();
    response.status(204).end();
  });
  router.get('/mfa-code', (request, response) => {
    const user = request.query['user'];
    const account = request.query['account'];
    const found = aws.world.accounts
      .filter(({ id }) => account === undefined || id === account)
      .flatMap(({ users }) => users)
      .find(({ name, mfaDevice }) => name === user && mfaDevice !== undefined)?.mfaDevice;
    if (found === undefined) problem(response, 'user must be the name of an IAM user with an MFA device');
    else response.json(aws.mfaDevices.display(found, now()));
  });
  router.post('/play-lambda', (request, response) => {
    const played = { ...LIST_BUCKETS_AT_THE_EDGE, ...askedService(request) };
    const result = playService(stage, readAwsRequest(request, Buffer.alloc(0), now()), played);
    const body = { ...played, ...result };
    response.status(result.allowed ? 200 : 403).json(body);
  });
  return router;
}

/** `?service=` to see that another principal is refused. */
function askedService(request: Request): { service?: string } {
  const service = request.query['service'];
  return typeof service === 'string' ? { service } : {};
}

function problem(response: Response, message: string): void {
  response.status(400).json({ error: message });
}
