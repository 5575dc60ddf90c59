import { stsArn } from '../organization/identifiers.ts';
import type { World } from '../organization/world.ts';
import type { SessionClaims } from '../sts/sessions.ts';

/** Who somebody is in the console, in the words of its pages. */
export interface PrincipalText {
  readonly accountId: string;
  readonly accountName: string;
  readonly accountAlias: string | undefined;
  readonly kind: 'Role' | 'IAM user' | 'User';
  readonly name: string;
  readonly sessionName: string;
  readonly arn: string;
}

export function describePrincipal(world: World, claims: SessionClaims): PrincipalText {
  const { accountId, kind, principalArn, name: sessionName } = claims;
  const account = world.findAccount(accountId);
  const isRoot = principalArn.endsWith(':root');
  const name = isRoot ? 'root' : (principalArn.split('/').at(-1) ?? '');
  return {
    accountId,
    accountName: account?.name ?? 'unknown',
    accountAlias: account?.alias,
    kind: kind === 'assumed-role' ? 'Role' : isRoot ? 'User' : 'IAM user',
    name,
    sessionName,
    arn: stsArn(
      accountId,
      kind === 'assumed-role' ? `assumed-role/${name}/${sessionName}` : `federated-user/${sessionName}`,
    ),
  };
}
