import type { SamlConnectorSettings } from './catalogue.ts';

interface SourceProblem {
  readonly key: keyof SamlConnectorSettings;
  readonly message: string;
}

/** What we know of a SAML provider comes from one place alone: which of two is right would be a guess. */
export function samlSourceProblems(connector: SamlConnectorSettings): SourceProblem[] {
  if (connector.metadataFile !== undefined) {
    return [{ key: 'metadataFile', message: 'is read only from access.yaml on disk; give metadata instead' }];
  }
  const { metadataUrl, metadata } = connector;
  const documents = [metadataUrl, metadata].filter((document) => document !== undefined);
  return documents.length === 0 ? problemsByHand(connector) : problemsBesideMetadata(connector, documents);
}

function problemsByHand({ entityId, ssoUrl, certificates }: SamlConnectorSettings): SourceProblem[] {
  if ([entityId, ssoUrl, certificates].every((part) => part !== undefined)) return [];
  return [
    {
      key: 'metadataUrl',
      message: 'give metadataUrl, metadataFile or metadata; or all of entityId, ssoUrl and certificates',
    },
  ];
}

/** `entityId` then names the provider among several, and `certificates` who must have signed the document. */
function problemsBesideMetadata(
  connector: SamlConnectorSettings,
  documents: readonly string[],
): SourceProblem[] {
  if (documents.length > 1) {
    return [{ key: 'metadata', message: 'give one of metadataUrl, metadataFile and metadata' }];
  }
  return (['ssoUrl', 'sloUrl'] as const)
    .filter((key) => connector[key] !== undefined)
    .map((key) => ({ key, message: 'is in the provider’s metadata; remove it, or the metadata' }));
}
