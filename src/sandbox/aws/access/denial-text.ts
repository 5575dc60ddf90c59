import type { DecisionReason } from '../../../iam/authorization.ts';

const POLICY_NAMES: Readonly<Record<DecisionReason['by'], string>> = {
  identity: 'identity-based policy',
  session: 'session policy',
  boundary: 'permissions boundary',
  'service-control': 'service control policy',
  'resource-control': 'resource control policy',
  trust: 'role trust policy',
  resource: 'resource-based policy',
  'account-root': 'identity-based policy',
};

/** The end of an AccessDenied, where AWS tells which kind of policy decided. */
export function denialText(action: string, { why, by }: DecisionReason): string {
  const policy = POLICY_NAMES[by];
  if (why === 'explicit-deny') return `with an explicit deny in ${articleOf(policy)} ${policy}`;
  return `because no ${policy} allows the ${action} action`;
}

/** A role has one trust policy. */
function articleOf(policy: string): string {
  if (policy === POLICY_NAMES.trust) return 'the';
  return /^[aeiou]/.test(policy) ? 'an' : 'a';
}
