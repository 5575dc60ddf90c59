/** The SSO portal: accounts, roles, credentials. https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/ */
import type { Request, Response, Router } from 'express';
import { MAXIMUM_PAGE, type ClientRoles, type PageWish } from '../../../broker/client-roles.ts';
import type { ClientTokens } from '../../../broker/client-tokens.ts';
import type { IssueCredentials } from '../../../broker/issue-credentials.ts';
import type { AccessTokens, ResumedToken } from '../../../broker/resume-token.ts';
import { BrokerError } from '../../../core/errors.ts';
import type { Delivery } from '../../../core/ports/delivery.ts';
import { wishOf } from '../../access-fields.ts';
import { limitPrincipal, type PrincipalLimits } from '../../middleware/limit-principal.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import { contextOf } from '../../request-context.ts';
import { refuseRole } from './errors.ts';

export interface PortalRoutes {
  readonly baseUrl: string;
  readonly accessTokens: AccessTokens;
  readonly clientRoles: ClientRoles;
  readonly clientTokens: ClientTokens;
  readonly limits: PrincipalLimits;
  readonly issueCredentials: IssueCredentials;
  readonly identityCenter: Delivery<string>;
}

export function portalRoutes(router: Router, routes: PortalRoutes): void {
  const { accessTokens, clientRoles, clientTokens, limits } = routes;
  const resume = async (request: Request, response: Response): Promise<ResumedToken> => {
    const { origin } = contextOf(response);
    const resumed = await accessTokens.resume(tokenOf(request), ['identity-center'], origin);
    await limitPrincipal(limits, resumed.principal, response);
    return resumed;
  };

  onlyMethods(router, '/assignment/accounts', {
    async get(request, response) {
      const { principal } = await resume(request, response);
      const { items, nextToken } = await clientRoles.accounts(principal, pageWish(request));
      const accountList = items.map(({ id, name }) => ({
        accountId: id,
        accountName: name,
        emailAddress: '',
      }));
      response.json({ nextToken: nextToken ?? null, accountList });
    },
  });

  onlyMethods(router, '/assignment/roles', {
    async get(request, response) {
      const { principal } = await resume(request, response);
      const accountId = required(request, 'account_id');
      const { items, nextToken } = await clientRoles.roles(principal, accountId, pageWish(request));
      const roleList = items.map(({ role, account }) => ({ roleName: role.id, accountId: account.id }));
      response.json({ nextToken: nextToken ?? null, roleList });
    },
  });

  onlyMethods(router, '/federation/credentials', {
    async get(request, response) {
      const resumed = await resume(request, response);
      const asked = { accountId: required(request, 'account_id'), roleName: required(request, 'role_name') };
      try {
        const body = await issue(routes, resumed, { asked, response });
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.end(body);
      } catch (error) {
        throw refuseRole(error, { baseUrl: routes.baseUrl, roleName: asked.roleName });
      }
    },
  });

  onlyMethods(router, '/logout', {
    async post(request, response) {
      await clientTokens.end(tokenOf(request), contextOf(response).origin);
      response.status(200).end();
    },
  });
}

interface Asking {
  readonly asked: { readonly accountId: string; readonly roleName: string };
  readonly response: Response;
}

async function issue(
  { clientRoles, issueCredentials, identityCenter }: PortalRoutes,
  { principal, userIdToken }: ResumedToken,
  { asked, response }: Asking,
): Promise<string> {
  const wish = wishOf(await clientRoles.roleId(principal, asked), {}, userIdToken);
  const { origin } = contextOf(response);
  return issueCredentials({ principal, ...wish, delivery: identityCenter, origin });
}

/** By its own header alone: what stands in an address is written to logs on the way. */
function tokenOf({ headers }: Request): string {
  const token = headers['x-amz-sso_bearer_token'];
  if (typeof token !== 'string' || !/^[A-Za-z0-9_-]{1,512}$/.test(token))
    throw new BrokerError('token.invalid');
  return token;
}

function required({ query }: Request, name: string): string {
  const value = query[name];
  if (typeof value !== 'string' || value === '' || value.length > 256)
    throw new BrokerError('request.malformed', { hint: `Send ${name} once.` });
  return value;
}

function pageWish({ query }: Request): PageWish {
  const { next_token: nextToken, max_result: size } = query;
  if (nextToken !== undefined && (typeof nextToken !== 'string' || nextToken.length > 256))
    throw new BrokerError('request.malformed', { hint: 'The next_token is not one of ours.' });
  return {
    ...(nextToken === undefined || nextToken === '' ? {} : { nextToken }),
    ...(size === undefined ? {} : { size: pageSize(size) }),
  };
}

function pageSize(value: unknown): number {
  const size = typeof value === 'string' && /^[0-9]{1,3}$/.test(value) ? Number(value) : 0;
  if (size < 1 || size > MAXIMUM_PAGE)
    throw new BrokerError('request.malformed', { hint: `max_result is a number from 1 to ${MAXIMUM_PAGE}.` });
  return size;
}
