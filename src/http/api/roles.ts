/** `/api/v1`: who one is, which roles one has, and their credentials. */
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { IssueCredentials } from '../../broker/issue-credentials.ts';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import type { Entitlement } from '../../core/entitlements.ts';
import { BrokerError } from '../../core/errors.ts';
import { roleArnOf } from '../../core/catalogue.ts';
import type { Delivery } from '../../core/ports/delivery.ts';
import { principalId, principalLabel } from '../../core/principal.ts';
import { supportOf } from '../../core/role-limits.ts';
import { wishOf } from '../access-fields.ts';
import { readJson } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { contextOf } from '../request-context.ts';
import { callerOf, identifyCaller, type CallerSettings } from './caller.ts';

/** A text form of credentials, by media type. */
export interface TextDelivery {
  readonly mediaType: string;
  readonly delivery: Delivery<string>;
}

export interface ApiRoutes extends CallerSettings {
  readonly entitlements: EntitlementSource;
  readonly issueCredentials: IssueCredentials;
  readonly console: Delivery<URL>;
  /** The first is what a client without a wish gets. */
  readonly texts: readonly TextDelivery[];
}

const credentialsBody = z.strictObject({
  durationSeconds: z.number().optional(),
  mapping: z.string().max(63).optional(),
  // Looked into by the decision alone: what it says here is passed on as it came, up to its last member.
  sessionPolicy: z.custom<object>(isObject).optional(),
  mfaCode: z.string().optional(),
});

export function apiRoutes(routes: ApiRoutes): Router {
  const router = Router();
  router.use('/api/v1', identifyCaller(routes));

  onlyMethods(router, '/api/v1/me', {
    get(_request, response) {
      response.json(meOf(response));
    },
  });
  onlyMethods(router, '/api/v1/roles', {
    async get(_request, response) {
      const entitlements = await routes.entitlements.list(callerOf(response).principal);
      response.json({ roles: entitlements.map(roleOf) });
    },
  });
  onlyMethods(router, '/api/v1/roles/:role/credentials', {
    post: [
      readJson(),
      async (request, response) => {
        const text = textFor(request, routes.texts);
        const body = await issue(routes, text.delivery, request, response);
        // Not `send`: nothing of what it works out (length, charset, freshness) is asked for here.
        response.setHeader('Content-Type', `${text.mediaType}; charset=utf-8`);
        response.end(body);
      },
    ],
  });
  onlyMethods(router, '/api/v1/roles/:role/console-url', {
    post: [
      readJson(),
      async (request, response) => {
        const url = await issue(routes, routes.console, request, response);
        response.json({ url: url.href });
      },
    ],
  });
  return router;
}

function issue<Delivered>(
  { issueCredentials }: ApiRoutes,
  delivery: Delivery<Delivered>,
  request: Request,
  response: Response,
): Promise<Delivered> {
  const { principal, userIdToken } = callerOf(response);
  const { sessionPolicy, ...fields } = parseBody(request.body ?? {});
  const role = request.params['role'];
  const wish = wishOf(
    typeof role === 'string' ? role : '',
    { ...fields, sessionPolicy: sessionPolicy && textOf(sessionPolicy) },
    userIdToken,
  );
  return issueCredentials({ principal, ...wish, delivery, origin: contextOf(response).origin });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON that can be read may be nested too deep to be written; no policy is. */
function textOf(policy: object): string {
  try {
    return JSON.stringify(policy);
  } catch {
    throw new BrokerError('session_policy.malformed', { detail: 'nested too deep' });
  }
}

function parseBody(body: unknown): z.infer<typeof credentialsBody> {
  const parsed = credentialsBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  if (field === 'durationSeconds') {
    throw new BrokerError('duration', {
      hint: 'Give durationSeconds as a whole number of seconds, such as 3600.',
    });
  }
  if (field.startsWith('sessionPolicy')) throw new BrokerError('session_policy.malformed');
  throw new BrokerError('request.malformed', {
    hint: `${field === '' ? 'The body' : field}: ${issue?.message ?? 'not understood'}.`,
  });
}

function textFor(request: Request, texts: readonly TextDelivery[]): TextDelivery {
  const wanted = request.accepts(texts.map(({ mediaType }) => mediaType));
  const text = texts.find(({ mediaType }) => mediaType === wanted);
  if (text === undefined) {
    const offered = texts.map(({ mediaType }) => mediaType).join(', ');
    throw new BrokerError('request.malformed', { hint: `Accept one of: ${offered}.` });
  }
  return text;
}

function meOf(response: Response): object {
  const { principal } = callerOf(response);
  const common = { kind: principal.kind, id: principalId(principal), label: principalLabel(principal) };
  if (principal.kind === 'application') return common;
  const { connectorId, subject, email, groups, attributes } = principal.identity;
  return {
    ...common,
    connector: connectorId,
    subject,
    email,
    groups,
    attributes: Object.fromEntries(attributes),
  };
}

function roleOf({ role, account, reason, limits, chained, alternatives }: Entitlement): object {
  const support = supportOf(role);
  return {
    id: role.id,
    label: role.label ?? role.roleName,
    description: role.description,
    account: {
      id: account.id,
      name: account.name,
      partition: account.partition,
      environment: account.environment,
    },
    roleName: role.roleName,
    roleArn: support.sessionName?.maximumLength === 64 ? roleArnOf(account, role) : undefined,
    operation: support.operation,
    console: support.console !== 'never',
    reservedForServices: role.reservedForServices,
    authentication: role.authentication,
    chained,
    durationSeconds: {
      minimum: limits.minimumSeconds,
      default: limits.defaultSeconds,
      maximum: limits.maximumSeconds,
    },
    reason,
    alternatives: alternatives.map((other) => other.reason),
  };
}
