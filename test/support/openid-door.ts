import { createOpenIdConnector } from '../../src/connectors/oidc/openid-connector.ts';
import { connectorSchema } from '../../src/core/catalogue.ts';
import type { SignInSession } from '../../src/core/ports/stores.ts';
import { openConnectorDoor, type ConnectorDoor, type Outcome } from './connector-door.ts';

export interface OpenIdDoor extends ConnectorDoor {
  readonly connector: ReturnType<typeof createOpenIdConnector>;
}

/** A door around an OpenID connector with these settings. */
export async function openOpenIdDoor(issuer: string, given: object = {}): Promise<OpenIdDoor> {
  const common = { kind: 'oidc', id: 'corp', label: 'Corp', clientId: 'daypass', issuer };
  const settings = connectorSchema.parse({ ...common, ...given });
  if (settings.kind !== 'oidc') throw new Error('not an OpenID connector');
  const made: ReturnType<typeof createOpenIdConnector>[] = [];
  const door = await openConnectorDoor({
    create: (environment) => {
      const connector = createOpenIdConnector(settings, environment);
      made.push(connector);
      return connector;
    },
  });
  const [connector] = made;
  if (connector === undefined) throw new Error('no connector was made');
  return { ...door, connector };
}

/** The session that the broker would keep of a sign-in. */
export function sessionOf(outcome: Outcome): SignInSession {
  if (outcome.status !== 200) throw new Error(`no sign-in: ${outcome.code ?? ''} ${outcome.detail ?? ''}`);
  const now = new Date();
  return {
    idHash: '0'.repeat(64),
    identity: {
      connectorId: 'corp',
      subject: outcome.subject ?? '',
      groups: outcome.groups ?? [],
      attributes: new Map(outcome.attributes),
    },
    createdAt: now,
    seenAt: now,
    confirmedAt: now,
    idleExpiresAt: now,
    absoluteExpiresAt: now,
    authentication: { at: now, contexts: [] },
    ...(outcome.idToken === undefined ? {} : { idToken: outcome.idToken }),
    ...(outcome.providerSession === undefined ? {} : { providerSession: outcome.providerSession }),
    ...(outcome.connectorState === undefined ? {} : { connectorState: outcome.connectorState }),
  };
}
