/** A role in the sandbox's management account that may list roles and accounts, for whoever administers. */
import type { AccessFile } from './start-test-broker.ts';

const INVENTORY_ACCOUNT = '111122223333';

const ROLE = {
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${INVENTORY_ACCOUNT}:user/daypass-broker` },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      },
    ],
  },
  policies: [
    {
      name: 'list',
      document: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['iam:ListRoles', 'organizations:ListAccounts'], Resource: '*' },
        ],
      },
    },
  ],
};

export function withInventory({ roles = [], mappings = [], ...rest }: AccessFile): AccessFile {
  const grant = { method: 'assume-role', credentialSource: 'tools-broker' } as const;
  return {
    ...rest,
    roles: [...roles, { id: 'inventory', accountId: INVENTORY_ACCOUNT, roleName: 'Inventory', grant }],
    mappings: [
      ...mappings,
      ...['sandbox-saml', 'sandbox-oidc'].map((connector) => ({
        id: `inventory-${connector}`,
        connector,
        groups: ['daypass-administrators'],
        roles: { ids: ['inventory'] },
      })),
    ],
  };
}

/** @throws Error where the sandbox does not take it. */
export async function putSandboxRole(
  awsUrl: string,
  [account, name]: readonly [account: string, name: string],
  role: object,
): Promise<void> {
  const url = `${awsUrl}/_sandbox/organization/accounts/${account}/roles/${name}`;
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(role) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

export const putInventoryRole = (awsUrl: string): Promise<void> =>
  putSandboxRole(awsUrl, [INVENTORY_ACCOUNT, 'Inventory'], ROLE);
