import { createPrivateKey } from 'node:crypto';
import { isLoopback } from '../../loopback.ts';
import { MetadataRefused, parseMetadata } from '../sts/saml/parse-metadata.ts';
import type { OrganizationDocument } from './organization-schema.ts';
import type { Origins } from './placeholders.ts';
import type { Finding, Path } from './problem.ts';

/** SAML and OpenID providers, as IAM checks them when they are made. */
export function checkProviders({ accounts }: OrganizationDocument, origins: Origins): Finding[] {
  const neighbours = Object.values(origins);
  return accounts.flatMap(({ samlProviders = [], oidcProviders = [] }, at) => [
    ...samlProviders.flatMap((provider, index) =>
      checkSamlProvider(provider, ['accounts', at, 'samlProviders', index]),
    ),
    ...oidcProviders.flatMap(({ issuer }, index) =>
      isIssuer(issuer, neighbours)
        ? []
        : [
            {
              path: ['accounts', at, 'oidcProviders', index, 'issuer'],
              message:
                'Invalid Open ID Connect Provider URL: write one that begins with https:// and has no query',
              code: 'InvalidInput',
              status: 400,
            },
          ],
    ),
  ]);
}

type SamlProviderDocument = NonNullable<OrganizationDocument['accounts'][number]['samlProviders']>[number];

function checkSamlProvider(provider: SamlProviderDocument, path: Path): Finding[] {
  const { metadata, metadataUrl, privateKeys = [], encryption } = provider;
  const given = [metadata, metadataUrl].filter((one) => one !== undefined);
  const needsKey = encryption === 'Required' && privateKeys.length === 0;
  return [
    ...(given.length === 1 ? [] : [{ path, message: 'needs one of metadata, metadataUrl and metadataFile' }]),
    ...(metadata === undefined ? [] : checkMetadata(metadata, [...path, 'metadata'])),
    ...privateKeys.flatMap((pem, index) =>
      isRsaKey(pem)
        ? []
        : [{ path: [...path, 'privateKeys', index], message: 'write an RSA private key in PEM form' }],
    ),
    ...(needsKey
      ? [{ path: [...path, 'encryption'], message: 'Required needs a private key to decrypt with' }]
      : []),
  ];
}

function checkMetadata(metadata: string, path: Path): Finding[] {
  try {
    parseMetadata(metadata);
    return [];
  } catch (error) {
    if (!(error instanceof MetadataRefused)) throw error;
    return [
      { path, message: `Could not parse metadata: ${error.message}`, code: 'InvalidInput', status: 400 },
    ];
  }
}

/** AWS wants https; here the sandbox's own neighbours and whatever runs on this machine may do without. */
function isIssuer(text: string, neighbours: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin, search, hash, username } = new URL(text);
  if (search + hash + username !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && (isLoopback(hostname) || neighbours.includes(origin)))
  );
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
