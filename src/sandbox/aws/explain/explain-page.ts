import type { Request, Response } from 'express';
import type { Pages } from '../../pages.ts';
import { explainCall } from './explain-call.ts';
import type { ExplainedAws } from './explain-controls.ts';

interface ExplainPageOptions {
  readonly aws: ExplainedAws;
  readonly pages: Pages;
}

/** `/explain/{requestId}`: one call, its verdict, and why, for whoever got an answer they did not expect. */
export function showExplanation(
  { aws, pages }: ExplainPageOptions,
  request: Request<{ requestId: string }>,
  response: Response,
): Promise<void> {
  const entry = aws.journal.findByRequestId(request.params.requestId);
  if (entry === undefined) {
    const text = 'The journal holds no call with this request id: it keeps the last ten thousand.';
    return pages.refuse(response, 404, text);
  }
  const explanation = explainCall(entry, aws.world);
  return pages.render(response, 'explain', {
    ...explanation,
    isGood: explanation.verdict === 'allowed',
    parameters: JSON.stringify(explanation.parameters, undefined, 2),
  });
}
