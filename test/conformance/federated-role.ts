/** Roles that trust an identity provider, made for a rule. */
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

export function roleArn(name: string): string {
  return `arn:aws:iam::${DEVELOPMENT}:role/${name}`;
}

export interface TrustedParty {
  readonly provider?: string;
  readonly condition?: object;
  readonly actions?: readonly string[];
  readonly maxSessionSeconds?: number;
  readonly policies?: readonly object[];
}

type FederatedTrust = TrustedParty & Required<Pick<TrustedParty, 'provider' | 'actions'>>;

/** Makes the role, and gives its ARN. */
export function putFederatedRole(sandbox: TestSandboxAws, name: string, trusted: FederatedTrust): string {
  const { provider, condition, actions, ...rest } = trusted;
  const statement = { Effect: 'Allow', Principal: { Federated: provider }, Action: actions };
  sandbox.aws.organization.put(DEVELOPMENT, 'roles', {
    name,
    ...rest,
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [condition === undefined ? statement : { ...statement, Condition: condition }],
    },
  });
  return roleArn(name);
}
