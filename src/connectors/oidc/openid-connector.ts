/**
 * Sign-in with an OpenID provider: authorization code with PKCE, state and nonce, always. Signing out: by the
 * browser at the provider, and by the provider over the back channel. Front-channel logout is not offered: its
 * frames need third-party cookies, and anybody's page could load them.
 */
import type { Request, Response } from 'express';
import type { OidcConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import { randomToken, sha256Hex } from '../../lib/hash.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type {
  ConfirmsSession,
  Connector,
  EndsProviderSession,
  FollowsProvider,
  HearsBackChannelLogout,
  ProvenSignIn,
  ReadsSubjectToken,
  ReportsStatus,
} from '../connector.ts';
import { runStrategy } from '../run-strategy.ts';
import { authorizationUrl, valueOf } from './authorization-request.ts';
import { checkAuthentication } from './check-authentication.ts';
import { confirmationSeconds, confirmationState, confirmSession } from './confirm-session.ts';
import { isUsableSession, readLogoutToken } from './logout-token.ts';
import { logoutUrl } from './logout-url.ts';
import { settleOpenIdSettings } from './openid-settings.ts';
import { openIdStatus } from './openid-status.ts';
import { OpenIdStrategy } from './openid-strategy.ts';
import { readCallback } from './read-callback.ts';
import { createRelyingParty, type RelyingParty } from './relying-party.ts';
import { resolveIdentity } from './resolve-identity.ts';
import { readSubjectToken } from './subject-token.ts';
import { redeemCode, type GrantedTokens } from './token-endpoint.ts';

export function createOpenIdConnector(
  given: OidcConnectorSettings,
  environment: ConnectorEnvironment,
): Connector &
  EndsProviderSession &
  HearsBackChannelLogout &
  ConfirmsSession &
  ReadsSubjectToken &
  FollowsProvider &
  ReportsStatus {
  const settings = settleOpenIdSettings(given);
  const party = createRelyingParty(settings, environment);

  async function start(request: Request, response: Response, flow: SignInFlow): Promise<void> {
    const strategy = new OpenIdStrategy<never>(async () => ({
      kind: 'redirect',
      url: authorizationUrl(await party.provider.get(), settings, flow, party.redirectUri),
    }));
    const outcome = await runStrategy<never>({ strategy, request });
    if (outcome.kind !== 'redirect') throw new BrokerError('internal', { detail: 'no redirect came out' });
    response.redirect(303, outcome.url);
  }

  async function finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn> {
    if (flow.connectorId !== settings.id || flowIdOf(request) !== flow.id) {
      throw new BrokerError('oidc.no_flow');
    }
    const strategy = new OpenIdStrategy(async () => ({
      kind: 'user',
      user: await prove(party, await redeem(party, queryOf(request), flow), flow),
    }));
    const outcome = await runStrategy<ProvenSignIn>({ strategy, request });
    if (outcome.kind !== 'user') throw new BrokerError('internal', { detail: 'a redirect came out' });
    return outcome.user;
  }

  return {
    id: settings.id,
    kind: 'oidc',
    label: settings.label,
    newFlowValues: () => ({ nonce: randomToken(), codeVerifier: randomToken() }),
    start,
    flowIdOf,
    finish,
    logoutUrl: (session) => logoutUrl(party, session),
    hearBackChannelLogout: (token) => readLogoutToken(token, party),
    confirmationSeconds: (session) => confirmationSeconds(party, session),
    confirm: (session) => confirmSession(party, session),
    readSubjectToken: (token, audiences) => readSubjectToken(token, audiences, party),
    async refreshDue() {
      await party.provider.refreshDue();
      // Without it nobody knows where the keys are.
      if (party.provider.held().value !== undefined) await party.keys.refreshDue();
    },
    status: () => Promise.resolve(openIdStatus(party)),
  };
}

async function redeem(party: RelyingParty, query: URLSearchParams, flow: SignInFlow): Promise<GrantedTokens> {
  const provider = await party.provider.get();
  const code = readCallback(query, {
    state: flow.id,
    issuer: party.settings.issuer,
    issuerAnnounced: provider.authorization_response_iss_parameter_supported,
  });
  return redeemCode(party, {
    provider,
    code,
    state: flow.id,
    nonce: valueOf(flow, 'nonce'),
    codeVerifier: valueOf(flow, 'codeVerifier'),
  });
}

async function prove(party: RelyingParty, tokens: GrantedTokens, flow: SignInFlow): Promise<ProvenSignIn> {
  const { settings, clock } = party;
  const { idToken, accessToken } = tokens;
  if (idToken === undefined) throw new BrokerError('idp.unavailable', { detail: 'no ID token came' });
  const { token, claims } = idToken;
  const { exp, sid } = claims;
  const now = clock.now();
  const authentication = checkAuthentication(claims, settings, { demand: flow.demand, now });
  const expires = typeof exp === 'number' ? exp * 1_000 : now.getTime();
  const connectorState = confirmationState(party, tokens, valueOf(flow, 'nonce'));
  return {
    identity: await resolveIdentity(party, claims, accessToken),
    authentication,
    spend: [
      {
        scope: `id-token ${settings.issuer}`,
        value: sha256Hex(token),
        expiresAt: new Date(expires + settings.clockSkewSeconds * 1_000),
      },
    ],
    idToken: token,
    ...(isUsableSession(sid) ? { providerSession: sid } : {}),
    ...(connectorState === undefined ? {} : { connectorState }),
  };
}

/** As it was sent: Express makes lists of what stands twice. */
function queryOf(request: Request): URLSearchParams {
  const start = request.originalUrl.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : request.originalUrl.slice(start));
}

function flowIdOf(request: Request): string | undefined {
  const state: unknown = request.query['state'];
  return typeof state === 'string' && state !== '' && state.length <= 128 ? state : undefined;
}
