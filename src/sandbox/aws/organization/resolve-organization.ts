import { entityArn } from './entities.ts';
import { accessKeyIdFor, fromBase32, uniqueId } from './identifiers.ts';
import type { Identities } from './identities.ts';
import type { AccountDocument, OrganizationDocument, UserDocument } from './organization-schema.ts';
import type { SandboxKey } from '../sandbox-key.ts';
import type { AccessKeyData, AccountData, SamlProviderData, UserData, WorldData } from './world-data.ts';

/**
 * Puts in what a document may leave out: keys and seeds, each derived from the sandbox's key under a label of
 * its own, so that they are the same after a restart.
 * @param document checked, with its placeholders filled
 */
export function resolveOrganization(
  document: OrganizationDocument,
  key: SandboxKey,
  { ids }: Identities,
): WorldData {
  const accounts = document.accounts.map((account): AccountData => {
    const { users, rootAccessKeys, samlProviders, ...rest } = account;
    return {
      ...rest,
      ...(users === undefined
        ? {}
        : { users: users.map((user) => resolveUser(account, user, { key, ids })) }),
      ...(rootAccessKeys === undefined
        ? {}
        : { rootAccessKeys: deriveKeys(rootAccessKeys, account.id, `root-user/${account.id}`, key) }),
      ...(samlProviders === undefined ? {} : { samlProviders: samlProviders.map(resolveSamlProvider) }),
    };
  });
  const { awsManagedPolicies } = document;
  return { accounts, ...(awsManagedPolicies === undefined ? {} : { awsManagedPolicies }) };
}

interface Derivation {
  readonly key: SandboxKey;
  readonly ids: ReadonlyMap<string, string>;
}

function resolveUser(account: AccountDocument, user: UserDocument, { key, ids }: Derivation): UserData {
  const { accessKeys = [{}], mfa, ...rest } = user;
  const arn = entityArn(account.id, 'user', user);
  const id = ids.get(arn);
  // A user who is made again is another, and does not get the keys of the one who is gone.
  const generation = id === undefined || id === uniqueId('AIDA', arn) ? '' : `/${id}`;
  const label = `iam-user/${account.id}/${user.name}${generation}`;
  return {
    ...rest,
    accessKeys: deriveKeys(accessKeys, account.id, label, key),
    ...(mfa === undefined || mfa === false
      ? {}
      : {
          mfaSeed:
            mfa === true ? key.derive(`mfa/${user.name}${generation}`).subarray(0, 20) : fromBase32(mfa.seed),
        }),
  };
}

function deriveKeys(
  keys: readonly Partial<AccessKeyData>[],
  accountId: string,
  label: string,
  key: SandboxKey,
): AccessKeyData[] {
  return keys.map(({ id, secret }, index) => {
    const own = index === 0 ? label : `${label}/${index}`;
    return {
      id: id ?? accessKeyIdFor('AKIA', accountId, key.derive(`${own}/id`)),
      secret: secret ?? key.derive(`${own}/secret`).subarray(0, 30).toString('base64'),
    };
  });
}

/** A given document goes where an address would: whoever reads metadata reads both in one way. */
function resolveSamlProvider({
  metadata,
  metadataUrl = '',
  metadataFile: _file,
  ...rest
}: NonNullable<AccountDocument['samlProviders']>[number]): SamlProviderData {
  if (metadata === undefined) return { ...rest, metadataUrl };
  const encoded = Buffer.from(metadata).toString('base64');
  return { ...rest, metadataUrl: `data:application/samlmetadata+xml;base64,${encoded}` };
}
