import type { ConnectorSettings } from '../core/catalogue.ts';
import type { ConnectorEnvironment } from './connector-environment.ts';
import type { Connector } from './connector.ts';
import { createOpenIdConnector } from './oidc/openid-connector.ts';
import { createSamlConnector } from './saml/saml-connector.ts';

export function createConnector(settings: ConnectorSettings, environment: ConnectorEnvironment): Connector {
  return settings.kind === 'saml'
    ? createSamlConnector(settings, environment)
    : createOpenIdConnector(settings, environment);
}
