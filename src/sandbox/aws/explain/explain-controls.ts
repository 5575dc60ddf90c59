import express, { type ErrorRequestHandler, Router } from 'express';
import { readAwsRequest } from '../wire/aws-request.ts';
import type { Journal } from '../journal.ts';
import type { World } from '../organization/world.ts';
import { explainCall } from './explain-call.ts';
import { whatIf, WhatIfError } from './what-if.ts';

export interface ExplainedAws {
  readonly world: World;
  readonly journal: Journal;
  readonly now: () => Date;
}

/**
 * `GET /_sandbox/explain/{requestId}`: why a call was answered as it was. `POST /_sandbox/explain`: what would be
 * decided, and nothing is done.
 */
export function explainControls(aws: ExplainedAws): Router {
  const router = Router();
  router.get('/explain/:requestId', (request, response) => {
    const entry = aws.journal.findByRequestId(request.params.requestId);
    if (entry === undefined) {
      response.status(404).json({ error: 'The journal holds no call with this request id.' });
      return;
    }
    response.json(explainCall(entry, aws.world));
  });
  router.post('/explain', express.json({ limit: '64kb' }), (request, response) => {
    const asked = readAwsRequest(request, Buffer.alloc(0), aws.now());
    try {
      response.json(whatIf(aws.world, asked, request.body));
    } catch (error) {
      if (!(error instanceof WhatIfError)) throw error;
      response.status(400).json({ error: error.message });
    }
  });
  router.use(unreadable);
  return router;
}

/** What the parser of JSON refuses is the sender's mistake, and its words may quote what was sent. */
const unreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  if (response.headersSent || typeof status !== 'number' || status >= 500) {
    next(error);
    return;
  }
  response.status(status).json({ error: 'The body cannot be read as JSON.' });
};
