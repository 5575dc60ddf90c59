/** `/console`: every page of it says the same, which is all that a try-out needs: who signed in, as what, until when. */
import { Router, type Request, type Response } from 'express';
import type { SessionClaims } from '../sts/sessions.ts';
import { findBrowserSession, leaveConsole } from './browser-session.ts';
import { type ConsoleContext, keepPrivate } from './console-context.ts';
import type { ConsoleSession } from './console-sessions.ts';
import { describePrincipal } from './principal.ts';

export function consolePagesRouter(context: ConsoleContext): Router {
  const router = Router();
  router.post('/sign-out', (request, response) => signOut(context, request, response));
  router.get('/{*page}', (request, response) => showConsole(context, request, response));
  return router;
}

async function showConsole(context: ConsoleContext, request: Request, response: Response): Promise<void> {
  const { brokerUrl, pages } = context;
  const found = findBrowserSession(context, request);
  if (found === undefined || !found.isLive) {
    const reason =
      found === undefined ? 'You are not signed in to the console.' : 'Your console session has ended.';
    const issuer = found?.session.issuer?.href ?? `${brokerUrl}/`;
    return pages.render(response, 'console-ended', { reason, issuer }, { status: 401 });
  }
  await pages.render(response, 'console', describe(context, found.session, request.originalUrl), {
    formTargets: [brokerUrl],
  });
}

async function signOut(context: ConsoleContext, request: Request, response: Response): Promise<void> {
  keepPrivate(response);
  const issuer = leaveConsole(context, request, response)?.issuer;
  // Straight back to the broker; any other address only as a link that shows where it leads.
  if (issuer?.origin === context.brokerUrl) {
    response.redirect(303, issuer.href);
    return;
  }
  const returnTo = issuer?.href ?? `${context.brokerUrl}/`;
  await context.pages.render(response, 'signed-out', { returnTo });
}

function describe(context: ConsoleContext, session: ConsoleSession, landedAt: string): object {
  const { claims, startedAt, endsAt } = session;
  return {
    principal: describePrincipal(context.aws.world, claims),
    credentials: CREDENTIALS[claims.origin],
    door: DOORS[session.door],
    provider: claims.federatedProvider,
    issuer: session.issuer?.href,
    sourceIdentity: claims.sourceIdentity,
    tags: describeTags(claims),
    policy: claims.policy === undefined ? undefined : prettyJson(claims.policy),
    policyArns: claims.policyArns ?? [],
    startedAt: startedAt.toISOString(),
    endsAt: endsAt.toISOString(),
    landedAt,
  };
}

const CREDENTIALS: Readonly<Record<SessionClaims['origin'], string>> = {
  'long-term-key': 'with the key of an IAM user',
  'user-session': "with an IAM user's session",
  'role-session': 'by role chaining',
  saml: 'by a SAML assertion',
  'web-identity': 'by an OpenID Connect token',
  service: 'by an AWS service',
};

const DOORS: Readonly<Record<ConsoleSession['door'], string>> = {
  federation: 'through the federation endpoint, with temporary credentials that somebody got for you',
  saml: 'through the SAML sign-in endpoint, with an assertion that your browser brought',
};

function describeTags({ tags = [], transitiveTagKeys = [] }: SessionClaims): object[] {
  const transitive = new Set(transitiveTagKeys.map((key) => key.toLowerCase()));
  return tags.map(({ key, value }) => ({ key, value, transitive: transitive.has(key.toLowerCase()) }));
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
