import { BrokerError } from '../../core/errors.ts';
import type { SignInDemand } from '../../core/ports/stores.ts';
import type { Authentication } from '../../core/principal.ts';
import type { SamlSettings } from './saml-settings.ts';
import type { TimeWindow } from './saml-time.ts';

interface Wanted {
  readonly settings: Pick<SamlSettings, 'requiredContexts' | 'maximumAuthenticationAgeSeconds'>;
  readonly demand: SignInDemand | undefined;
  readonly window: TimeWindow;
}

/**
 * Whether the person proved who they are recently and strongly enough. Asking for it in the request is not
 * enough: providers may ignore ForceAuthn and RequestedAuthnContext, and whoever forwards a request can strip them.
 *
 * @throws BrokerError `saml.authn_context`
 */
export function checkAuthentication({ at, contexts }: Authentication, wanted: Wanted): void {
  const { settings, demand, window } = wanted;
  const oneOf = (required: readonly string[]): boolean =>
    required.length === 0 || contexts.some((context) => required.includes(context));
  if (!oneOf(settings.requiredContexts)) refuse('not a context that the connector requires');
  if (!oneOf(demand?.contexts ?? [])) refuse('not a context that was asked for');
  const skewed = at.getTime() + window.skewMilliseconds;
  const age = settings.maximumAuthenticationAgeSeconds;
  if (age !== undefined && window.now > skewed + age * 1_000) refuse('AuthnInstant is too long ago');
  if (demand?.after !== undefined && skewed < demand.after.getTime()) refuse('no fresh sign-in was made');
}

function refuse(detail: string): never {
  throw new BrokerError('saml.authn_context', { detail });
}
