/**
 * There and back: a role that asks for another sign-in than the present one sends the person to their identity
 * provider, and they come back to what they had pressed, with every choice as it was.
 *
 * There by a page that goes on, not by a redirect: browsers hold our `form-action` against every redirect that
 * answers a form, and no list of ours names every identity provider. Back at the role's page, which posts what
 * was pressed by itself, but only in the browser, for the person and to the address that a press of theirs was
 * turned away from: by a link alone, another site must not make anybody do anything.
 */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { FLOW_SECONDS } from '../../broker/sign-in.ts';
import type { SignedIn } from '../../broker/sign-in-session.ts';
import type { BrokerError } from '../../core/errors.ts';
import { principalId, type UserPrincipal } from '../../core/principal.ts';
import type { CookieSlot } from '../cookies.ts';
import { statusOf } from '../errors.ts';
import type { Pages } from './pages.ts';
import { addressOf, clickOf, pressedItself, type RoleClick } from './role-click.ts';

export interface SignInAgainParts {
  readonly pages: Pages;
  /** Remembers in the browser what was pressed. */
  readonly clickCookie: CookieSlot;
}

/** What was pressed, where a sign-in would mend the refusal; undefined where it would not, or just has not. */
export function mendableClick(error: BrokerError, request: Request): RoleClick | undefined {
  if (error.code !== 'sign_in.again' && error.code !== 'sign_in.stronger') return undefined;
  // A press that the page itself made right after a sign-in: one more would go round in circles.
  return pressedItself(request) ? undefined : clickOf(request);
}

export async function sendToSignIn(
  { pages, clickCookie }: SignInAgainParts,
  {
    click,
    error,
    person,
  }: { readonly click: RoleClick; readonly error: BrokerError; readonly person: SignedIn },
  response: Response,
): Promise<void> {
  const { principal } = person;
  clickCookie.write(response, markOf(click, principal), FLOW_SECONDS);
  const query = new URLSearchParams({ for: click.roleId, returnTo: addressOf(click) });
  response.status(statusOf(error));
  await pages.render(response, 'sign-in-again', {
    title: 'Signing you in again',
    code: error.code,
    text: error.text,
    href: `/sign-in/${principal.identity.connectorId}?${query.toString()}`,
  });
}

/** Whether this browser and this person pressed just that a moment ago. True once. */
export function takeMark(
  clickCookie: CookieSlot,
  { click, principal }: { readonly click: RoleClick; readonly principal: UserPrincipal },
  { request, response }: { readonly request: Request; readonly response: Response },
): boolean {
  const mark = clickCookie.read(request);
  if (mark === undefined) return false;
  clickCookie.clear(response);
  return mark === markOf(click, principal);
}

function markOf(click: RoleClick, principal: UserPrincipal): string {
  return createHash('sha256')
    .update(`${principalId(principal)}\n${addressOf(click)}`)
    .digest('base64url');
}
