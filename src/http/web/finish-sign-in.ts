/** What an identity provider's answer leads to: a session, or a refusal that is on record. */
import type { Request, Response } from 'express';
import { looksLikeFlowId, type SignIn } from '../../broker/sign-in.ts';
import { takesUnsolicited, type Connector, type ProvenSignIn } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import type { Cookies } from '../cookies.ts';
import { asBrokerError } from '../errors.ts';
import { isSameOrigin } from '../middleware/guard-request.ts';
import { contextOf } from '../request-context.ts';
import type { Pages } from './pages.ts';
import { bringCookiesAlong, wasResubmitted } from './resubmit.ts';
import { personOf } from './signed-in.ts';

export interface FinishSignIn {
  readonly baseUrl: string;
  readonly sessionSeconds: number;
  readonly cookies: Cookies;
  readonly signIn: SignIn;
  readonly pages: Pages;
}

interface Answer {
  readonly request: Request;
  readonly response: Response;
}

export async function finishSignIn(door: FinishSignIn, connector: Connector, answer: Answer): Promise<void> {
  const { signIn, cookies } = door;
  const { request, response } = answer;
  const { origin } = contextOf(response);
  let flow: SignInFlow | undefined;
  try {
    const flowId = connector.flowIdOf(request);
    const browser = cookies.flow.read(request);
    flow = await signIn.findFlow({ flowId, browser, connectorId: connector.id, origin });
    const proven = await prove(connector, request, { flow, flowId });
    if (flow === undefined && !isSameOrigin(request, door.baseUrl)) {
      await askBrowserWhoItIs(door, connector, answer);
      return;
    }
    const cookie = await signIn.complete({ flow, previous: personOf(response) }, proven, origin);
    cookies.session.write(response, cookie, door.sessionSeconds);
    // Where a sign-in that nobody asked for leads is not the sender's to say.
    response.redirect(303, flow?.returnTo ?? '/');
  } catch (thrown) {
    const error = asBrokerError(thrown);
    // What could not be written a moment ago is not tried again: the visitor would wait twice.
    if (error.code !== 'store.unavailable') {
      await signIn.deny({ connectorId: connector.id, error, flow }, origin);
    }
    throw error;
  }
}

interface Claim {
  readonly flow: SignInFlow | undefined;
  /** The flow that the message itself names, of whatever browser. */
  readonly flowId: string | undefined;
}

async function prove(connector: Connector, request: Request, { flow, flowId }: Claim): Promise<ProvenSignIn> {
  if (flow !== undefined) return connector.finish(request, flow);
  if (!takesUnsolicited(connector) || looksLikeFlowId(flowId)) throw noFlow(connector);
  return connector.finishUnsolicited(request);
}

/**
 * The provider's page posts from another site, and a browser leaves the session's cookie at home then. Only with
 * it can be told whose session a sign-in that nobody asked for would replace, so the message comes once more from
 * a page of ours. Nothing of it is spent yet.
 */
async function askBrowserWhoItIs(
  { pages }: FinishSignIn,
  connector: Connector,
  { request, response }: Answer,
): Promise<void> {
  if (wasResubmitted(request)) throw noFlow(connector, 'the browser does not say where a message comes from');
  await bringCookiesAlong(request, response, pages);
}

function noFlow({ kind }: Connector, detail?: string): BrokerError {
  return new BrokerError(`${kind}.no_flow`, detail === undefined ? {} : { detail });
}
