/** `/console`: every page of it says the same, which is all that a try-out needs: who signed in, as what, until when. */
import { Router, type Request, type Response } from 'express';
import type { Pages } from '../../pages.ts';
import type { SandboxAws } from '../aws-server.ts';
import { stsArn } from '../organization/identifiers.ts';
import type { SessionClaims } from '../sts/sessions.ts';
import type { ConsoleSession, ConsoleSessions } from './console-sessions.ts';
import { clearConsoleCookie, consoleCookieOf } from './cookie.ts';

interface ConsolePagesOptions {
  readonly brokerUrl: string;
  readonly aws: SandboxAws;
  readonly consoleSessions: ConsoleSessions;
  readonly pages: Pages;
}

export function consolePagesRouter(options: ConsolePagesOptions): Router {
  const router = Router();
  router.post('/sign-out', (request, response) => signOut(options, request, response));
  router.get('/{*page}', (request, response) => showConsole(options, request, response));
  return router;
}

async function showConsole(
  options: ConsolePagesOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const session = options.consoleSessions.find(consoleCookieOf(request) ?? '');
  if (session === undefined || session.endsAt.getTime() <= options.aws.now().getTime()) {
    const reason =
      session === undefined ? 'You are not signed in to the console.' : 'Your console session has ended.';
    const issuer = session?.issuer?.href ?? `${options.brokerUrl}/`;
    return options.pages.render(response, 'console-ended', { reason, issuer }, { status: 401 });
  }
  await options.pages.render(response, 'console', describe(options, session, request.originalUrl), {
    formTargets: [options.brokerUrl],
  });
}

async function signOut(options: ConsolePagesOptions, request: Request, response: Response): Promise<void> {
  const cookie = consoleCookieOf(request) ?? '';
  const issuer = options.consoleSessions.find(cookie)?.issuer;
  options.consoleSessions.signOut(cookie);
  clearConsoleCookie(response);
  // Straight back to the broker; any other address only as a link that shows where it leads.
  if (issuer?.origin === options.brokerUrl) {
    response.redirect(303, issuer.href);
    return;
  }
  await options.pages.render(response, 'signed-out', { returnTo: issuer?.href ?? `${options.brokerUrl}/` });
}

function describe(options: ConsolePagesOptions, session: ConsoleSession, landedAt: string): object {
  const { claims, endsAt } = session;
  return {
    accountId: claims.accountId,
    accountName: options.aws.world.findAccount(claims.accountId)?.name ?? 'unknown',
    arn: sessionArn(claims),
    principalKind: claims.kind === 'assumed-role' ? 'Role' : 'IAM user',
    principalName: claims.principalArn.split('/').at(-1),
    sessionName: claims.name,
    how: HOW[claims.origin],
    sourceIdentity: claims.sourceIdentity,
    tags: (claims.tags ?? []).map(({ key, value }) => ({
      key,
      value,
      transitive: claims.transitiveTagKeys?.includes(key) === true,
    })),
    policy: claims.policy === undefined ? undefined : prettyJson(claims.policy),
    policyArns: claims.policyArns ?? [],
    endsAt: endsAt.toISOString(),
    landedAt,
  };
}

const HOW: Readonly<Record<SessionClaims['origin'], string>> = {
  'long-term-key': 'with the key of an IAM user',
  'user-session': "with an IAM user's session",
  'role-session': 'by role chaining',
  saml: 'by a SAML assertion',
  'web-identity': 'by an OpenID Connect token',
  service: 'by an AWS service',
};

function sessionArn({ kind, accountId, principalArn, name }: SessionClaims): string {
  return kind === 'assumed-role'
    ? stsArn(accountId, `assumed-role/${principalArn.split('/').at(-1) ?? ''}/${name}`)
    : stsArn(accountId, `federated-user/${name}`);
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
