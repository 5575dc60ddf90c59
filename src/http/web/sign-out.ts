/** Out again: here at once, then at the identity provider where it can be asked. */
import { Router, type Response } from 'express';
import type { SignedIn } from '../../broker/sign-in-session.ts';
import type { SignOut } from '../../broker/sign-out.ts';
import { endsProviderSession, type ConnectorRegistry } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Cookies } from '../cookies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { Pages } from './pages.ts';
import { forgetPerson, personOf } from './signed-in.ts';
import type { SignedOutPage } from './view-models.ts';

export interface SignOutRoutes {
  readonly cookies: Cookies;
  readonly signOut: SignOut;
  readonly connectors: ConnectorRegistry;
  readonly pages: Pages;
}

export function signOutRoutes({ cookies, signOut, connectors, pages }: SignOutRoutes): Router {
  const router = Router();
  onlyMethods(router, '/sign-out', {
    async post(_request, response) {
      const signedIn = personOf(response);
      if (signedIn !== undefined) await signOut.end(signedIn, contextOf(response).origin);
      leaveBrowser(response, cookies);
      const provider = signedIn === undefined ? undefined : await providerOf(connectors, signedIn);
      if (provider === undefined) {
        response.redirect(303, '/signed-out');
        return;
      }
      // A page that goes on, not a redirect: browsers hold our `form-action` against every redirect that answers a form.
      await pages.render(response, 'signed-out', { title: 'Signed out', provider });
    },
  });
  onlyMethods(router, '/signed-out', {
    async get(_request, response) {
      await pages.render(response, 'signed-out', { title: 'Signed out', provider: undefined });
    },
  });
  return router;
}

/** Takes everything back that this browser was given; what is on its way to a sign-in here ends too. */
export function leaveBrowser(response: Response, cookies: Cookies): void {
  forgetPerson(response);
  cookies.session.clear(response);
  cookies.flow.clear(response);
  response.setHeader('Clear-Site-Data', '"cache"');
}

/** Our own session has ended by now, so nothing that goes wrong at the provider may look as if it had not. */
async function providerOf(
  connectors: ConnectorRegistry,
  { session }: SignedIn,
): Promise<SignedOutPage['provider']> {
  try {
    const connector = await connectors.find(session.identity.connectorId);
    if (connector === undefined || !endsProviderSession(connector)) return undefined;
    const { label } = connector;
    const href = await connector.logoutUrl(session).catch(unreachable);
    if (href === undefined) return undefined;
    return { label, href: href !== UNREACHABLE && leadsOut(href) ? href : undefined };
  } catch (error) {
    if (error instanceof BrokerError) return undefined;
    throw error;
  }
}

const UNREACHABLE = '';

function unreachable(error: unknown): string {
  if (error instanceof BrokerError) return UNREACHABLE;
  throw error;
}

/** A provider's document named it: nothing but an address that a browser goes to becomes a link. */
function leadsOut(href: string): boolean {
  return URL.canParse(href) && /^https?:$/.test(new URL(href).protocol);
}
