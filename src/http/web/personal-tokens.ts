/** Where people make tokens for their own scripts, and end whatever acts for them. */
import { Router, type Request } from 'express';
import type { EntitlementSource } from '../../broker/list-entitlements.ts';
import type { OwnAuthorizations } from '../../broker/own-authorizations.ts';
import type { NewPersonalToken, PersonalTokens } from '../../broker/personal-tokens.ts';
import { BrokerError } from '../../core/errors.ts';
import { randomToken } from '../../lib/hash.ts';
import { readField, readFields } from '../middleware/bodies.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import { personalTokenSchema } from '../personal-token-fields.ts';
import { contextOf } from '../request-context.ts';
import type { PageContent, Pages } from './pages.ts';
import { matchingRoles } from './search-roles.ts';
import { requirePerson } from './signed-in.ts';
import type { NewTokenPage } from './view-models.ts';

export interface PersonalTokenRoutes {
  readonly personalTokens: PersonalTokens;
  readonly ownAuthorizations: OwnAuthorizations;
  readonly entitlements: EntitlementSource;
  readonly pages: Pages;
}

/** As many as a form can send, and a person can look through. */
const MAXIMUM_CHOICES = 40;
const USUAL_DAYS = 30;

export function personalTokenRoutes(routes: PersonalTokenRoutes): Router {
  const { personalTokens, ownAuthorizations, pages } = routes;
  const router = Router();

  onlyMethods(router, '/tokens/new', {
    async get(request, response) {
      const { principal } = requirePerson(response);
      const query = typeof request.query['q'] === 'string' ? request.query['q'].slice(0, 200) : '';
      const entitlements = await routes.entitlements.list(principal);
      const matching = matchingRoles(entitlements, query);
      await pages.render(response, 'new-token', {
        title: 'New personal token',
        maximumDays: personalTokens.maximumDays,
        usualDays: Math.min(USUAL_DAYS, personalTokens.maximumDays),
        // Sent twice, the form makes one token.
        once: randomToken(),
        query,
        isSearchable: entitlements.length > MAXIMUM_CHOICES,
        matching: matching.length,
        roles: matching.slice(0, MAXIMUM_CHOICES).map(choiceOf),
      });
    },
  });

  onlyMethods(router, '/tokens', {
    // Who reloads after a token was shown finds it in the list.
    get: (_request, response) => response.redirect(303, '/sessions'),
    async post(request, response) {
      const { principal } = requirePerson(response);
      const wish = readWish(request, personalTokens.maximumDays);
      const made = await personalTokens.create(principal, wish, contextOf(response).origin);
      const { label, facts, expiresAt } = made.authorization;
      await pages.render(response, 'token', {
        title: 'Your new token',
        label,
        token: made.token,
        roles: facts.roles,
        expiresAt: expiresAt.toISOString(),
      });
    },
  });

  onlyMethods(router, '/tokens/:token/end', {
    async post(request, response) {
      const { principal } = requirePerson(response);
      const id = request.params['token'];
      const { origin } = contextOf(response);
      await ownAuthorizations.end(principal, typeof id === 'string' ? id : '', { origin });
      response.redirect(303, '/sessions#tokens');
    },
  });

  return router;
}

function choiceOf({
  role,
  account,
}: Awaited<ReturnType<EntitlementSource['list']>>[number]): PageContent<NewTokenPage>['roles'][number] {
  return { id: role.id, label: role.label ?? role.roleName, accountName: account.name };
}

/** @throws BrokerError `request.malformed`, in words that speak of the form. */
function readWish(request: Request, maximumDays: number): NewPersonalToken {
  const roles = readFields(request, 'role');
  if (roles.length === 0 && readField(request, 'for') !== 'all') {
    throw new BrokerError('request.malformed', { hint: 'Choose the roles that the token is for, or all.' });
  }
  const parsed = personalTokenSchema(maximumDays).safeParse({
    label: readField(request, 'label'),
    expiresInDays: Number(readField(request, 'days')),
    ...(roles.length === 0 ? {} : { roles }),
  });
  if (!parsed.success) {
    throw new BrokerError('request.malformed', {
      hint: `A token needs a name in one line, of 100 characters at most, and 1 to ${maximumDays} days to live.`,
    });
  }
  return { ...parsed.data, idempotencyKey: readField(request, 'once') };
}
