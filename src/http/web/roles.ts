/** The pages a person uses every morning: their roles, one role's choices, the console, the credentials. */
import { Router, type Request, type Response } from 'express';
import type { CatalogueSource } from '../../broker/catalogue-source.ts';
import type { IssueCredentials } from '../../broker/issue-credentials.ts';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import type { TemporaryCredentials } from '../../core/credentials.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import type { Permit } from '../../core/decide-access.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Delivery } from '../../core/ports/delivery.ts';
import { supportOf } from '../../core/role-limits.ts';
import { wishOf } from '../access-fields.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { PageContent, Pages } from './pages.ts';
import { accountView, durationChoices, mappingChoices, roleView } from './role-view.ts';
import { searchRoles } from './search-roles.ts';
import { requirePerson } from './signed-in.ts';
import type { CredentialsPage, RolePage } from './view-models.ts';

export interface RoleRoutes {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly entitlements: EntitlementSource;
  readonly issueCredentials: IssueCredentials;
  readonly console: Delivery<URL>;
  /** Every text form of the same credentials. */
  readonly shells: Delivery<CredentialsPage['tabs']>;
  readonly pages: Pages;
}

export function roleRoutes(routes: RoleRoutes): Router {
  const { entitlements, pages } = routes;
  const router = Router();

  onlyMethods(router, '/', {
    async get(request, response) {
      const { principal } = requirePerson(response);
      const query = textOf(request.query['q']).slice(0, 200);
      const page = Number.parseInt(textOf(request.query['page']), 10) || 1;
      const found = searchRoles(await entitlements.list(principal), query, page);
      await pages.render(response, 'roles', { title: 'Your roles', ...found });
    },
  });

  onlyMethods(router, '/roles/:role', {
    async get(request, response) {
      const { principal } = requirePerson(response);
      const entitlement = await entitlements.find(principal, roleIdOf(request));
      if (entitlement === undefined) throw new BrokerError('role.not_found');
      await pages.render(response, 'role', rolePage(entitlement, textOf(request.query['mapping'])));
    },
  });

  onlyMethods(router, '/roles/:role/console', {
    get: backToRole,
    post: [
      readForm(),
      async (request, response) => {
        const url = await issue(routes, routes.console, request, response);
        response.redirect(303, url.href);
      },
    ],
  });

  onlyMethods(router, '/roles/:role/credentials', {
    get: backToRole,
    post: [
      readForm(),
      async (request, response) => {
        const page = await issue(routes, credentialsPage(routes.shells), request, response);
        await pages.render(response, 'credentials', page);
      },
    ],
  });

  return router;
}

/** @throws BrokerError `mapping.not_found` */
function rolePage(entitlement: Entitlement, mappingId: string): PageContent<RolePage> {
  const chosen = [entitlement, ...entitlement.alternatives].find(
    ({ reason }) => mappingId === '' || reason.mappingId === mappingId,
  );
  if (chosen === undefined) throw new BrokerError('mapping.not_found');
  const { limits, hasSessionPolicy } = chosen;
  const role = roleView(entitlement, chosen);
  const takesPolicy = supportOf(entitlement.role).sessionPolicy !== 'none';
  return {
    title: role.label,
    account: accountView(entitlement),
    role,
    mappings: mappingChoices(entitlement, chosen),
    durations: durationChoices(limits),
    minimumSeconds: limits.minimumSeconds,
    maximumSeconds: limits.maximumSeconds,
    sessionPolicy: takesPolicy ? (hasSessionPolicy ? 'deny-only' : 'any') : 'none',
  };
}

/** Someone who reloads or signs in again lands where the choice is made; only a POST hands anything out. */
function backToRole(request: Request, response: Response): void {
  response.redirect(303, `/roles/${encodeURIComponent(roleIdOf(request))}`);
}

async function issue<Delivered>(
  { issueCredentials }: RoleRoutes,
  delivery: Delivery<Delivered>,
  request: Request,
  response: Response,
): Promise<Delivered> {
  const { principal, session } = requirePerson(response);
  const fields = {
    durationSeconds: readField(request, 'durationSeconds'),
    mapping: readField(request, 'mapping'),
    mfaCode: readField(request, 'mfaCode'),
    sessionPolicy: readField(request, 'sessionPolicy'),
  };
  const wish = wishOf(roleIdOf(request), fields, session.idToken);
  return issueCredentials({ principal, ...wish, delivery, origin: contextOf(response).origin });
}

/** The shells' delivery with what the page says around it. */
function credentialsPage(shells: RoleRoutes['shells']): Delivery<PageContent<CredentialsPage>> {
  return {
    name: shells.name,
    purpose: 'credentials',
    async deliver(credentials: TemporaryCredentials, permit: Permit) {
      const { role, account } = permit;
      const { id, name, environment, colour, partition } = account;
      const roleLabel = role.label ?? role.roleName;
      return {
        title: `Credentials for ${roleLabel}`,
        account: { id, name, environment, colour, partition },
        roleLabel,
        roleHref: `/roles/${role.id}`,
        sessionName: permit.sessionName,
        expiresAt: credentials.expiresAt.toISOString(),
        tabs: await shells.deliver(credentials, permit),
      };
    },
  };
}

function roleIdOf(request: Request): string {
  const id = request.params['role'];
  return typeof id === 'string' ? id : '';
}

/** The first of what came, as text. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
