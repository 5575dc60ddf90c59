import { accessKeyIdFor, iamArn, stsArn } from './identifiers.ts';
import type { SandboxKey } from '../sandbox-key.ts';
import type { AccessKeyData, UserData } from './world-data.ts';

export const EXAMPLE_ACCOUNTS = {
  tools: '111122223333',
  development: '222233334444',
  production: '444455556666',
  exampleCorp: '777788889999',
} as const;

const { tools, production, exampleCorp } = EXAMPLE_ACCOUNTS;

export function policyDocument(...statements: readonly object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** The three actions of a full AssumeRole: with tags and with a source identity. */
const ASSUME = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

function accessKey(key: SandboxKey, accountId: string, userName: string): AccessKeyData {
  const label = `iam-user/${accountId}/${userName}`;
  return {
    id: accessKeyIdFor('AKIA', accountId, key.derive(`${label}/id`)),
    secret: key.derive(`${label}/secret`).subarray(0, 30).toString('base64'),
  };
}

/** Example Tools: the users whose keys the broker may hold, one for each operation that needs one. */
export function toolsUsers(key: SandboxKey): readonly UserData[] {
  return [brokerUser(key), reportsUser(key), toolsUser(key)];
}

/** For AssumeRole. */
function brokerUser(key: SandboxKey): UserData {
  const roles = [
    iamArn(production, 'role/Ec2Operator'),
    iamArn(tools, 'role/DaypassHub'),
    iamArn(tools, 'role/EdgeListBuckets'),
  ];
  const statement = { Effect: 'Allow', Action: ASSUME, Resource: roles };
  return {
    name: 'daypass-broker',
    accessKeys: [accessKey(key, tools, 'daypass-broker')],
    policies: [{ name: 'assume-the-roles-that-daypass-offers', document: policyDocument(statement) }],
  };
}

/** For GetFederationToken. */
function reportsUser(key: SandboxKey): UserData {
  const document = policyDocument(
    { Effect: 'Allow', Action: ['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['sts:GetFederationToken', 'sts:TagSession'],
      Resource: stsArn(tools, 'federated-user/*'),
    },
  );
  return {
    name: 'reports',
    accessKeys: [accessKey(key, tools, 'reports')],
    policies: [{ name: 'read-reports-and-hand-out-less', document }],
  };
}

/** For GetSessionToken with MFA. */
function toolsUser(key: SandboxKey): UserData {
  const document = policyDocument(
    { Effect: 'Allow', Action: ['ec2:DescribeInstances', 's3:ListAllMyBuckets'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ec2:TerminateInstances',
      Resource: '*',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
  );
  return {
    name: 'tools',
    accessKeys: [accessKey(key, tools, 'tools')],
    mfaSeed: key.derive('mfa/tools').subarray(0, 20),
    policies: [{ name: 'look-always-terminate-with-mfa', document }],
  };
}

/** Example Corp, the third party: its own account, its own user, our role. */
export function exampleCorpUsers(key: SandboxKey): readonly UserData[] {
  return [
    {
      name: 'cost-service',
      accessKeys: [accessKey(key, exampleCorp, 'cost-service')],
      policies: [
        {
          name: 'assume-the-roles-of-customers',
          document: policyDocument({
            Effect: 'Allow',
            Action: ASSUME,
            Resource: 'arn:aws:iam::*:role/ExampleCorpCostReader',
          }),
        },
      ],
    },
  ];
}
