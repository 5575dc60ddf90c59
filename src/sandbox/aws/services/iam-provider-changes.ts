import { iamArn, issuerName } from '../organization/identifiers.ts';
import type { TextRule } from '../sts/parameter-reader.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import { noSuchEntity } from './iam-actions.ts';
import { requireIam } from './iam-call.ts';
import { ARN, entityOf, exists, type IamChange, put } from './iam-change.ts';

export const IAM_PROVIDER_CHANGES: ReadonlyMap<string, (call: IamChange) => ResultTree> = new Map([
  ['CreateSAMLProvider', createSamlProvider],
  ['UpdateSAMLProvider', updateSamlProvider],
  ['CreateOpenIDConnectProvider', createOpenidProvider],
  ['AddClientIDToOpenIDConnectProvider', addClientId],
]);

const SAML_NAME: TextRule = { min: 1, max: 128, pattern: /^[\w._-]+$/ };
const METADATA: TextRule = { min: 1000, max: 10_000_000, sensitive: true };
const URL_RULE: TextRule = { min: 1, max: 255 };
const CLIENT_ID: TextRule = { min: 1, max: 255 };

function createSamlProvider(call: IamChange): ResultTree {
  const { read } = call;
  const name = read.requiredText('Name', SAML_NAME);
  const metadata = read.requiredText('SAMLMetadataDocument', METADATA);
  read.finish();
  const arn = iamArn(call.caller.account.id, `saml-provider/${name}`);
  requireIam(call, { action: 'iam:CreateSAMLProvider', resource: arn, shownResource: arn });
  if (entityOf(call, 'samlProviders', name) !== undefined) {
    throw exists(`SAMLProvider with name ${name} already exists.`);
  }
  put(call, 'samlProviders', { name, metadata });
  return { SAMLProviderArn: arn };
}

function updateSamlProvider(call: IamChange): ResultTree {
  const { read } = call;
  const arn = read.requiredText('SAMLProviderArn', ARN);
  const metadata = read.requiredText('SAMLMetadataDocument', METADATA);
  read.finish();
  requireIam(call, { action: 'iam:UpdateSAMLProvider', resource: arn, shownResource: arn });
  const provider = entityOf(call, 'samlProviders', nameIn(call, arn, 'saml-provider/'));
  if (provider === undefined) throw noSuchEntity(`Manifest not found for arn ${arn}`);
  // A document takes the place of an address to read it at.
  const others = Object.entries(provider).filter(([key]) => key !== 'metadataUrl');
  put(call, 'samlProviders', { ...Object.fromEntries(others), metadata });
  return { SAMLProviderArn: arn };
}

function createOpenidProvider(call: IamChange): ResultTree {
  const { read } = call;
  const issuer = read.requiredText('Url', URL_RULE);
  const clientIds = read.texts('ClientIDList', CLIENT_ID);
  const thumbprints = read.texts('ThumbprintList', { min: 40, max: 40 });
  read.finish();
  const arn = iamArn(call.caller.account.id, `oidc-provider/${issuerName(issuer)}`);
  requireIam(call, { action: 'iam:CreateOpenIDConnectProvider', resource: arn, shownResource: arn });
  if (entityOf(call, 'oidcProviders', issuer) !== undefined) {
    throw exists(`Provider with url ${issuer} already exists.`);
  }
  put(call, 'oidcProviders', {
    issuer,
    clientIds: [...clientIds],
    ...(thumbprints.length === 0 ? {} : { thumbprints: [...thumbprints] }),
  });
  return { OpenIDConnectProviderArn: arn };
}

function addClientId(call: IamChange): ResultTree {
  const { read } = call;
  const arn = read.requiredText('OpenIDConnectProviderArn', ARN);
  const clientId = read.requiredText('ClientID', CLIENT_ID);
  read.finish();
  requireIam(call, { action: 'iam:AddClientIDToOpenIDConnectProvider', resource: arn, shownResource: arn });
  const provider = entityOf(call, 'oidcProviders', nameIn(call, arn, 'oidc-provider/'));
  if (provider === undefined) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  put(call, 'oidcProviders', { ...provider, clientIds: [...new Set([...provider.clientIds, clientId])] });
  return {};
}

/** Of another account's ARN nothing is here. */
function nameIn(call: IamChange, arn: string, kind: string): string {
  const prefix = iamArn(call.caller.account.id, kind);
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : '';
}
