import { productionRoles, samlRoles, toolsRoles, webIdentityRoles } from './example-roles.ts';
import { EXAMPLE_ACCOUNTS, exampleCorpUsers, policyDocument, toolsUsers } from './example-users.ts';
import type { SandboxKey } from '../sandbox-key.ts';
import type { AccountData, OidcProviderData, PolicyData, SamlProviderData, WorldData } from './world-data.ts';

/** Whom the example's accounts trust: the broker, and the people's own OpenID provider. */
export interface ExampleWorldOptions {
  /** The broker's origin. */
  readonly brokerUrl: string;
  /** The identity providers' origin. */
  readonly identityProvidersUrl: string;
}

const ORGANIZATION = 'o-exampleorg1';
const REGION = 'us-east-1';

function awsManaged(name: string, action: string | readonly string[]): PolicyData {
  return { name, document: policyDocument({ Effect: 'Allow', Action: action, Resource: '*' }) };
}

/** A few of AWS's own, cut down to the services that the sandbox has. */
const AWS_MANAGED_POLICIES: readonly PolicyData[] = [
  awsManaged('AdministratorAccess', '*'),
  awsManaged('ReadOnlyAccess', ['ec2:Describe*', 's3:Get*', 's3:List*', 'iam:Get*', 'iam:List*']),
  awsManaged('AmazonS3ReadOnlyAccess', ['s3:Get*', 's3:List*']),
  awsManaged('AmazonEC2ReadOnlyAccess', ['ec2:Describe*']),
  awsManaged('job-function/ViewOnlyAccess', ['ec2:Describe*', 's3:ListAllMyBuckets', 's3:ListBucket']),
];

/** The organization that a newcomer meets: three accounts of one owner, and a third party's. */
export function exampleWorld(key: SandboxKey, options: ExampleWorldOptions): WorldData {
  const saml = [{ name: 'daypass', metadataUrl: `${options.brokerUrl}/aws/saml/metadata` }];
  const brokerIssuer = `${options.brokerUrl}/aws`;
  const peopleIssuer = `${options.identityProvidersUrl}/oidc`;
  const oidc = [
    { issuer: brokerIssuer, clientIds: ['sts.amazonaws.com'] },
    { issuer: peopleIssuer, clientIds: ['daypass'] },
  ];
  const { development } = EXAMPLE_ACCOUNTS;
  return {
    awsManagedPolicies: AWS_MANAGED_POLICIES,
    accounts: [
      toolsAccount(key),
      {
        ...developmentAccount(saml, oidc),
        roles: [...samlRoles(development), ...webIdentityRoles(development, brokerIssuer, peopleIssuer)],
      },
      productionAccount(saml),
      {
        id: EXAMPLE_ACCOUNTS.exampleCorp,
        name: 'Example Corp',
        alias: 'example-corp',
        users: exampleCorpUsers(key),
      },
    ],
  };
}

function toolsAccount(key: SandboxKey): AccountData {
  return {
    id: EXAMPLE_ACCOUNTS.tools,
    name: 'Example Tools',
    alias: 'example-tools',
    organizationId: ORGANIZATION,
    users: toolsUsers(key),
    roles: toolsRoles(),
    instances: [{ id: 'i-0a1b2c3d4e5f60718', region: REGION, type: 't3.small', name: 'build-server' }],
    buckets: [
      {
        name: 'example-tools-cost-reports',
        region: REGION,
        objects: {
          '2026/10/costs.csv': 'account,usd\n444455556666,1840.12\n',
          '2026/11/costs.csv': 'account,usd\n',
        },
      },
      {
        name: 'example-tools-website',
        region: REGION,
        objects: { 'index.html': '<h1>Example Tools</h1>\n' },
      },
    ],
  };
}

function developmentAccount(
  saml: readonly SamlProviderData[],
  oidc: readonly OidcProviderData[],
): AccountData {
  return {
    id: EXAMPLE_ACCOUNTS.development,
    name: 'Example Development',
    alias: 'example-development',
    organizationId: ORGANIZATION,
    samlProviders: saml,
    oidcProviders: oidc,
    instances: [{ id: 'i-0d4c3b2a190807060', region: REGION, type: 't3.micro', name: 'playground' }],
    buckets: [
      { name: 'example-development-data', region: REGION, objects: { 'sample.json': '{"rows":3}\n' } },
    ],
  };
}

function productionAccount(saml: readonly SamlProviderData[]): AccountData {
  return {
    id: EXAMPLE_ACCOUNTS.production,
    name: 'Example Production',
    alias: 'example-production',
    organizationId: ORGANIZATION,
    roles: [...samlRoles(EXAMPLE_ACCOUNTS.production), ...productionRoles()],
    samlProviders: saml,
    instances: [
      {
        id: 'i-0b9c8d7e6f5a40312',
        region: REGION,
        type: 'm7g.large',
        name: 'payments-worker',
        tags: { team: 'payments' },
      },
      {
        id: 'i-0b1122334455667aa',
        region: REGION,
        type: 'm7g.large',
        name: 'payments-api',
        tags: { team: 'payments' },
      },
    ],
    buckets: [
      { name: 'example-production-logs', region: REGION, objects: { '2026/11/23.log': 'started\n' } },
    ],
  };
}
