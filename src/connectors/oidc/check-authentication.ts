/** How and when a person proved who they are, by an ID token's word, and whether that is what was asked for. */
import { BrokerError } from '../../core/errors.ts';
import type { SignInDemand } from '../../core/ports/stores.ts';
import type { Authentication } from '../../core/principal.ts';
import type { OpenIdSettings } from './openid-settings.ts';
import type { Claims } from './signed-token.ts';

const MAXIMUM_METHODS = 50;

/**
 * A provider may overlook `prompt`, `max_age` and `acr_values` and still sign somebody in: so the token is held
 * to them, and a token that does not say is one that does not comply.
 *
 * @throws BrokerError `oidc.auth_time`, `oidc.acr`
 */
export function checkAuthentication(
  claims: Claims,
  settings: OpenIdSettings,
  { demand, now }: { readonly demand: SignInDemand | undefined; readonly now: Date },
): Authentication {
  const authenticatedAt = claims['auth_time'];
  const seconds = typeof authenticatedAt === 'number' ? authenticatedAt : undefined;
  const earliest = earliestAllowed(settings, demand, now);
  if (earliest !== undefined && (seconds === undefined || seconds < earliest)) {
    const detail = seconds === undefined ? 'the token does not say when' : 'the sign-in is too old';
    throw new BrokerError('oidc.auth_time', { detail });
  }
  const authentication = {
    at: new Date(seconds === undefined ? now : Math.min(seconds * 1_000, now.getTime())),
    contexts: contextsIn(claims, settings),
  };
  checkContexts(claims, settings);
  if (!meets(demand?.contexts ?? [], authentication.contexts)) refuse('not the context asked for');
  return authentication;
}

/** In seconds since 1970, as tokens have it: rounded down, since they have no fractions. */
function earliestAllowed(
  settings: OpenIdSettings,
  demand: SignInDemand | undefined,
  now: Date,
): number | undefined {
  const { maximumAuthenticationAgeSeconds: age, clockSkewSeconds: skew } = settings;
  const bounds = [
    ...(age === undefined ? [] : [now.getTime() / 1_000 - age]),
    ...(demand?.after === undefined ? [] : [demand.after.getTime() / 1_000]),
  ];
  return bounds.length === 0 ? undefined : Math.floor(Math.max(...bounds)) - skew;
}

function checkContexts(claims: Claims, settings: OpenIdSettings): void {
  const { requiredContexts, requiredMethods, contextsClaim } = settings;
  const classes = [
    ...textsIn(claims['acr']),
    ...(contextsClaim === undefined ? [] : textsIn(claims[contextsClaim])),
  ];
  if (!meets(requiredContexts, classes)) refuse('not one of requiredContexts');
  const methods = textsIn(claims['amr']);
  if (!requiredMethods.every((method) => methods.includes(method))) refuse('not all of requiredMethods');
}

function contextsIn(claims: Claims, { contextsClaim }: OpenIdSettings): readonly string[] {
  const names = ['acr', 'amr', ...(contextsClaim === undefined ? [] : [contextsClaim])];
  return [...new Set(names.flatMap((name) => textsIn(claims[name])))];
}

function meets(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((context) => given.includes(context));
}

function textsIn(claim: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(claim) ? claim : [claim];
  if (list.length > MAXIMUM_METHODS) refuse(`over ${MAXIMUM_METHODS} contexts or methods`);
  return list.filter((entry) => typeof entry === 'string' && entry !== '' && entry.length <= 256) as string[];
}

function refuse(detail: string): never {
  throw new BrokerError('oidc.acr', { detail });
}
