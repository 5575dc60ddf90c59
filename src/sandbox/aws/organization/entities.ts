import type {
  AccountDocument,
  OrganizationDocument,
  RoleDocument,
  UserDocument,
} from './organization-schema.ts';
import { iamArn } from './identifiers.ts';
import type { Path } from './problem.ts';

/** A user or role of a document, and where it stands. */
export type EntityPlace = {
  readonly account: AccountDocument;
  readonly path: Path;
  readonly arn: string;
} & (
  | { readonly kind: 'user'; readonly entity: UserDocument }
  | { readonly kind: 'role'; readonly entity: RoleDocument }
);

export function entitiesOf(document: OrganizationDocument): EntityPlace[] {
  return document.accounts.flatMap((account, at) => {
    const place = ['accounts', at];
    const users = (account.users ?? []).map((entity, index) => ({
      kind: 'user' as const,
      account,
      entity,
      path: [...place, 'users', index],
      arn: entityArn(account.id, 'user', entity),
    }));
    const roles = (account.roles ?? []).map((entity, index) => ({
      kind: 'role' as const,
      account,
      entity,
      path: [...place, 'roles', index],
      arn: entityArn(account.id, 'role', entity),
    }));
    return [...users, ...roles];
  });
}

export function entityArn(
  accountId: string,
  kind: 'user' | 'role',
  { name, path = '/' }: { readonly name: string; readonly path?: string },
): string {
  return iamArn(accountId, `${kind}${path}${name}`);
}
