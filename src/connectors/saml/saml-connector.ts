/** Sign-in with a SAML 2.0 identity provider: AuthnRequest by redirect, response by POST, both one-time. */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { SamlConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type {
  Connector,
  EndsProviderSession,
  FollowsProvider,
  HearsBrowserLogout,
  ProvenSignIn,
  PublishesMetadata,
  ReportsStatus,
  TakesUnsolicited,
} from '../connector.ts';
import { authnRequestUrl } from './authn-request.ts';
import { createIdpSource } from './idp-source.ts';
import { createResponseProof } from './response-proof.ts';
import { createSingleLogout } from './logout/single-logout.ts';
import { settleSamlSettings } from './saml-settings.ts';
import { samlStatus } from './saml-status.ts';
import { serviceProviderMetadata } from './service-provider-metadata.ts';
import { serviceProviderOf } from './service-provider.ts';

export function createSamlConnector(
  given: SamlConnectorSettings,
  environment: ConnectorEnvironment,
): Connector &
  PublishesMetadata &
  TakesUnsolicited &
  EndsProviderSession &
  HearsBrowserLogout &
  FollowsProvider &
  ReportsStatus {
  const settings = settleSamlSettings(given);
  const ours = serviceProviderOf(settings, environment);
  const source = createIdpSource(settings, environment);
  const signIns = createResponseProof(ours, source, environment);

  async function start(_request: Request, response: Response, flow: SignInFlow): Promise<void> {
    const request = { id: requestIdOf(flow), flow };
    response.redirect(303, await authnRequestUrl(ours, await source.get(), request));
  }

  async function finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn> {
    if (flow.connectorId !== settings.id || flowIdOf(request) !== flow.id) {
      throw new BrokerError('saml.no_flow');
    }
    return signIns.prove(bodyOf(request)['SAMLResponse'], {
      requestId: requestIdOf(flow),
      demand: flow.demand,
    });
  }

  async function finishUnsolicited(request: Request): Promise<ProvenSignIn> {
    if (!settings.idpInitiated) throw new BrokerError('saml.no_flow');
    return signIns.prove(bodyOf(request)['SAMLResponse'], { requestId: undefined, demand: undefined });
  }

  return {
    id: settings.id,
    kind: 'saml',
    label: settings.label,
    newFlowValues: () => ({ requestId: `_${randomBytes(20).toString('hex')}` }),
    start,
    flowIdOf,
    finish,
    finishUnsolicited,
    metadata: () => serviceProviderMetadata(ours),
    refreshDue: () => source.refreshDue(),
    status: () => samlStatus(ours, source),
    ...createSingleLogout(ours, source),
  };
}

function bodyOf(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function flowIdOf(request: Request): string | undefined {
  const relayState = bodyOf(request)['RelayState'];
  // The binding allows 80 bytes; whatever is longer is not one of ours.
  return typeof relayState === 'string' && relayState !== '' && relayState.length <= 80
    ? relayState
    : undefined;
}

function requestIdOf(flow: SignInFlow): string {
  const requestId = flow.values['requestId'];
  if (requestId === undefined) throw new BrokerError('saml.no_flow');
  return requestId;
}
