import type { ConnectorStatus, ProviderFacts } from '../../core/ports/connector-status.ts';
import { documentStatus } from '../document-status.ts';
import type { KeySet } from './key-set.ts';
import type { ProviderMetadata } from './provider-metadata.ts';
import type { RelyingParty } from './relying-party.ts';

export function openIdStatus(party: RelyingParty): ConnectorStatus {
  const { issuer, clientId } = party.settings;
  const [discovery, keys] = [party.provider.held(), party.keys.held()];
  const discoveryUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const keysUrl = discovery.value?.jwks_uri;
  return {
    kind: 'oidc',
    documents: [
      documentStatus({ name: 'discovery', from: 'address', address: discoveryUrl }, discovery),
      documentStatus(
        { name: 'keys', from: 'address', ...(keysUrl === undefined ? {} : { address: keysUrl }) },
        keys,
      ),
    ],
    provider: discovery.value === undefined ? undefined : providerFacts(discovery.value, keys.value),
    ours: {
      id: clientId,
      answerUrl: party.redirectUri,
      logoutUrl: party.backChannelLogoutUri,
      signedOutUrl: party.signedOutUri,
      certificates: [],
    },
  };
}

function providerFacts(metadata: ProviderMetadata, keys: KeySet | undefined): ProviderFacts {
  const { issuer, authorization_endpoint, end_session_endpoint } = metadata;
  return {
    id: issuer,
    signInUrl: authorization_endpoint,
    ...(end_session_endpoint === undefined ? {} : { logoutUrl: end_session_endpoint }),
    certificates: [],
    keys: keys?.facts ?? [],
  };
}
