/** The pages a person uses every morning: their roles, one role's choices, the console, the credentials. */
import { Router, type Request, type Response } from 'express';
import type { CatalogueSource } from '../../broker/catalogue-source.ts';
import type { ExplainOwn } from '../../broker/explain-own.ts';
import type { IssueCredentials } from '../../broker/issue-credentials.ts';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import type { TemporaryCredentials } from '../../core/credentials.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import type { Permit } from '../../core/decide-access.ts';
import { BrokerError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Delivery } from '../../core/ports/delivery.ts';
import type { UserPrincipal } from '../../core/principal.ts';
import { supportOf } from '../../core/role-limits.ts';
import { wishOf } from '../access-fields.ts';
import type { Cookies } from '../cookies.ts';
import { readField, readForm } from '../middleware/bodies.ts';
import { limitPrincipal, type PrincipalLimits } from '../middleware/limit-principal.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import type { PageContent, Pages } from './pages.ts';
import { keptClick, type RoleClick } from './role-click.ts';
import { accountView, durationChoices, mappingChoices, roleView, signInView } from './role-view.ts';
import { searchOf, searchRoles } from './search-roles.ts';
import { takeMark } from './sign-in-again.ts';
import { requirePerson } from './signed-in.ts';
import type { CredentialsPage, ResumedClick, RolePage } from './view-models.ts';

export interface RoleRoutes {
  readonly catalogue: Pick<CatalogueSource, 'current'>;
  readonly entitlements: EntitlementSource;
  readonly issueCredentials: IssueCredentials;
  readonly explainOwn: ExplainOwn;
  readonly console: Delivery<URL>;
  /** Every text form of the same credentials. */
  readonly shells: Delivery<CredentialsPage['tabs']>;
  readonly cookies: Cookies;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly limits: PrincipalLimits;
}

export function roleRoutes(routes: RoleRoutes): Router {
  const { entitlements, pages } = routes;
  const router = Router();

  onlyMethods(router, '/', {
    async get(request, response) {
      const { principal } = requirePerson(response);
      const { query, page } = searchOf(request.query);
      const found = searchRoles(await entitlements.list(principal), query, { page });
      await pages.render(response, 'roles', { title: 'Your roles', ...found });
    },
  });

  onlyMethods(router, '/roles/:role', {
    async get(request, response) {
      const { principal } = requirePerson(response);
      const entitlement = await entitlements.find(principal, roleIdOf(request));
      if (entitlement === undefined) throw await notTheirs(routes, principal, roleIdOf(request));
      const click = keptClick(entitlement.role.id, request.query);
      const isTheirs =
        click !== undefined && takeMark(routes.cookies.click, { click, principal }, { request, response });
      const page = rolePage(entitlement, { mappingId: textOf(request.query['mapping']), click, isTheirs });
      const signIn = signInView(entitlement, principal, routes.clock.now());
      await pages.render(response, 'role', { ...page, signIn });
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

/** A role that is somebody else's is as one that does not exist. */
async function notTheirs(
  { explainOwn }: RoleRoutes,
  principal: UserPrincipal,
  roleId: string,
): Promise<BrokerError> {
  const steps = await explainOwn(principal, { roleId, purpose: 'credentials' });
  return new BrokerError('role.not_found', { steps });
}

interface Visit {
  /** Empty for the mapping that is used unless one is named. */
  readonly mappingId: string;
  /** What the address keeps of a press, and whether it was theirs and not only somebody's link. */
  readonly click: RoleClick | undefined;
  readonly isTheirs: boolean;
}

/** @throws BrokerError `mapping.not_found` */
function rolePage(entitlement: Entitlement, visit: Visit): Omit<PageContent<RolePage>, 'signIn'> {
  const { mappingId, click } = visit;
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
    durations: durationChoices(limits, click?.durationSeconds),
    minimumSeconds: limits.minimumSeconds,
    maximumSeconds: limits.maximumSeconds,
    sessionPolicy: takesPolicy ? (hasSessionPolicy ? 'deny-only' : 'any') : 'none',
    resumed: click === undefined ? undefined : resumed(click, visit.isTheirs && !role.needsMfaCode),
  };
}

/** Without its session policy a press is not what it was, so that nothing goes on by itself. */
function resumed(click: RoleClick, mayGoOn: boolean): ResumedClick {
  const { purpose, policyLeftOut, sessionPolicy = '' } = click;
  return { purpose, policyLeftOut, sessionPolicy, goesOn: mayGoOn && !policyLeftOut };
}

/** Someone who reloads or signs in again lands where the choice is made; only a POST hands anything out. */
function backToRole(request: Request, response: Response): void {
  response.redirect(303, `/roles/${encodeURIComponent(roleIdOf(request))}`);
}

async function issue<Delivered>(
  { issueCredentials, limits }: RoleRoutes,
  delivery: Delivery<Delivered>,
  request: Request,
  response: Response,
): Promise<Delivered> {
  const { principal, session } = requirePerson(response);
  await limitPrincipal(limits, principal, response);
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
