/**
 * `/device`: a client somewhere shows a code. Whoever started it may be somebody else, who only needs a person's yes
 * (RFC 8628 section 5.4): the page tells all that is known of who asks, and nothing is said in the person's place.
 */
import { Router } from 'express';
import type { DeviceAuthorization, WaitingClient } from '../../broker/device-authorization.ts';
import type { SignedIn } from '../../broker/sign-in-session.ts';
import type { Origin } from '../../core/audit-event.ts';
import { readField } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { isApproved, queryText, showAnswered } from './client-answer.ts';
import type { PageContent, Pages } from './pages.ts';
import { requirePerson } from './signed-in.ts';
import type { ClientPage } from './view-models.ts';

export interface DeviceRoutes {
  readonly devices: DeviceAuthorization;
  readonly pages: Pages;
}

export function deviceRoutes({ devices, pages }: DeviceRoutes): Router {
  const router = Router();
  onlyMethods(router, '/device', {
    // A code in the address only saves typing it: it still has to be compared and said yes to.
    async get(request, response) {
      const signedIn = requirePerson(response);
      const { origin } = contextOf(response);
      const userCode = queryText(request, 'user_code').slice(0, 20);
      const client = userCode === '' ? undefined : await devices.find(userCode, signedIn, origin);
      if (client !== undefined) {
        await pages.render(response, 'client', clientPage(client, signedIn, origin));
        return;
      }
      const isWrong = userCode !== '';
      if (isWrong) response.status(400);
      await pages.render(response, 'device', { title: 'Let a device in', userCode, isWrong });
    },
    async post(request, response) {
      const signedIn = requirePerson(response);
      const answer = { userCode: readField(request, 'userCode') ?? '', approved: isApproved(request) };
      const { clientName } = await devices.decide(answer, signedIn, contextOf(response).origin);
      await showAnswered(pages, response, { clientName, approved: answer.approved, href: undefined });
    },
  });
  return router;
}

function clientPage(client: WaitingClient, { session }: SignedIn, here: Origin): PageContent<ClientPage> {
  const { sourceIp, userAgent } = client;
  return {
    title: 'Let this client in?',
    clientName: client.clientName,
    program: userAgent?.split(' ')[0]?.slice(0, 60),
    requester: { address: sourceIp ?? 'an unknown address', isHere: sourceIp === here.sourceIp },
    askedAt: client.askedAt.toISOString(),
    userCode: client.userCode,
    answersTo: undefined,
    endsAt: session.absoluteExpiresAt.toISOString(),
    action: '/device',
  };
}
