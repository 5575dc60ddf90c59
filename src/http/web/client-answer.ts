/** A person's yes or no to an AWS client, and the page that says what came of it. */
import type { Request, Response } from 'express';
import { BrokerError } from '../../core/errors.ts';
import { readField } from '../middleware/bodies.ts';
import type { Pages } from './pages.ts';
import type { ClientAnsweredPage } from './view-models.ts';

export function isApproved(request: Request): boolean {
  const decision = readField(request, 'decision');
  if (decision !== 'approve' && decision !== 'deny')
    throw new BrokerError('request.malformed', { hint: 'Say “approve” or “deny”.' });
  return decision === 'approve';
}

export async function showAnswered(
  pages: Pages,
  response: Response,
  answered: Pick<ClientAnsweredPage, 'approved' | 'clientName' | 'href'>,
): Promise<void> {
  const title = answered.approved ? 'The client is in' : 'The client was refused';
  await pages.render(response, 'client-answered', { title, ...answered });
}

/** A query's field, if it came once. */
export function queryText({ query }: Request, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}
