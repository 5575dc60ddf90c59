/** Who signs a call, as the trust policies of other accounts name them. */
export interface SignerPrincipal {
  readonly kind: 'user' | 'role';
  readonly accountId: string;
  readonly name: string;
  /** Of the user, or of the role behind a session. */
  readonly arn: string;
  /** A session's ARN does not tell its role's path. */
  readonly pathUnknown: boolean;
}

/**
 * @param arn as GetCallerIdentity tells it, or of a role
 * @returns undefined for whom AWS lets assume no role: an account's root user, a federated user.
 */
export function signerPrincipal(arn: string): SignerPrincipal | undefined {
  const [, partition = '', service = '', accountId = '', kind = '', path = ''] =
    /^arn:([a-z-]+):(iam|sts)::([0-9]{12}):(user|role|assumed-role)\/(.+)$/.exec(arn) ?? [];
  const parts = path.split('/');
  if (service === 'sts' && kind === 'assumed-role') {
    const name = parts[0] ?? '';
    const roleArn = `arn:${partition}:iam::${accountId}:role/${name}`;
    return { kind: 'role', accountId, name, arn: roleArn, pathUnknown: true };
  }
  if (service !== 'iam' || (kind !== 'user' && kind !== 'role')) return undefined;
  return { kind, accountId, name: parts.at(-1) ?? '', arn, pathUnknown: false };
}
