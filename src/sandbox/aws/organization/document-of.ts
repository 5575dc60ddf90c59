import { base32 } from './identifiers.ts';
import type { OrganizationDocument } from './organization-schema.ts';
import type { UserData, WorldData } from './world-data.ts';

/** Data that code has made, as it would stand in a file; its keys and seeds are written out. */
export function documentOf(data: WorldData): OrganizationDocument {
  const accounts = data.accounts.map(({ users, ...account }) => ({
    ...account,
    ...(users === undefined ? {} : { users: users.map(userDocument) }),
  }));
  // What is only readable there may be changed in a copy.
  return structuredClone({ ...data, accounts }) as unknown as OrganizationDocument;
}

function userDocument({ mfaSeed, accessKeys = [], ...user }: UserData): object {
  return { ...user, accessKeys, ...(mfaSeed === undefined ? {} : { mfa: { seed: base32(mfaSeed) } }) };
}
