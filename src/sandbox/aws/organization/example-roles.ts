import { EXAMPLE_ACCOUNTS, policyDocument } from './example-users.ts';
import { iamArn, issuerName } from './identifiers.ts';
import type { PolicyData, RoleData } from './world-data.ts';

/*
 * The roles of the example, each trust policy as a careful administrator would write it: one
 * trusted party, the conditions that AWS recommends for it, and the two extra actions without
 * which tags or a source identity make the whole call fail.
 */

const { tools, production, exampleCorp } = EXAMPLE_ACCOUNTS;
const TWELVE_HOURS = 43_200;
const TAG_AND_NAME = ['sts:TagSession', 'sts:SetSourceIdentity'];

/** AWS's own SAML endpoints, in the regions somebody might sign in through. */
const SAML_AUDIENCES = ['https://signin.aws.amazon.com/saml', 'https://*.signin.aws.amazon.com/saml'];

function trust(principal: object, action: string, condition?: object): object {
  const statement = { Effect: 'Allow', Principal: principal, Action: [action, ...TAG_AND_NAME] };
  return policyDocument(condition === undefined ? statement : { ...statement, Condition: condition });
}

function allow(
  name: string,
  action: string | readonly string[],
  resource: string | readonly string[] = '*',
): PolicyData {
  return { name, document: policyDocument({ Effect: 'Allow', Action: action, Resource: resource }) };
}

const READ = ['ec2:Describe*', 's3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'];

/** Situation 4 by SAML: the account's provider `daypass` vouches for people. */
export function samlRoles(accountId: string): readonly RoleData[] {
  const trustPolicy = trust(
    { Federated: iamArn(accountId, 'saml-provider/daypass') },
    'sts:AssumeRoleWithSAML',
    {
      StringLike: { 'saml:aud': SAML_AUDIENCES },
    },
  );
  return [
    {
      name: 'ReadOnly',
      description: 'Look at everything, change nothing.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy,
      policies: [allow('read', READ)],
    },
    {
      name: 'Developer',
      description: 'Look at everything, work with instances and buckets.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy,
      policies: [allow('develop', ['ec2:*', 's3:*'])],
    },
  ];
}

/** Situation 4 by OpenID Connect: a token that the broker makes, and a person's own passed through. */
export function webIdentityRoles(
  accountId: string,
  brokerIssuer: string,
  peopleIssuer: string,
): readonly RoleData[] {
  const minted = issuerName(brokerIssuer);
  const own = issuerName(peopleIssuer);
  return [
    {
      name: 'DataAnalyst',
      description: 'Read data, vouched for by a token that Daypass made for this role.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy: trust(
        { Federated: iamArn(accountId, `oidc-provider/${minted}`) },
        'sts:AssumeRoleWithWebIdentity',
        {
          StringEquals: { [`${minted}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${minted}:sub`]: '?*' },
          Bool: { 'sts:RoleAuthorizedByIdp': 'true' },
        },
      ),
      policies: [allow('read-data', ['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'])],
    },
    {
      name: 'DataAnalystPassThrough',
      description: "Read data, vouched for by the person's own ID token.",
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy: trust(
        { Federated: iamArn(accountId, `oidc-provider/${own}`) },
        'sts:AssumeRoleWithWebIdentity',
        {
          StringEquals: {
            [`${own}:aud`]: 'daypass',
            [`${own}:sub`]: ['erin.engel', 'priya.nair', 'alex.admin'],
          },
        },
      ),
      policies: [allow('read-data', ['s3:ListAllMyBuckets', 's3:ListBucket', 's3:GetObject'])],
    },
  ];
}

/** Example Tools: the hub, situation 2 and situation 3. */
export function toolsRoles(): readonly RoleData[] {
  return [
    {
      name: 'DaypassHub',
      description: 'From here other accounts are reached by chaining; their sessions last an hour at most.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy: trust({ AWS: iamArn(tools, 'user/daypass-broker') }, 'sts:AssumeRole'),
      policies: [
        allow('reach', ['sts:AssumeRole', ...TAG_AND_NAME], iamArn(production, 'role/SupportOperator')),
      ],
    },
    {
      name: 'ExampleCorpCostReader',
      description:
        'Situation 2: a third party reads our cost reports, if it brings the external ID we agreed on.',
      trustPolicy: trust({ AWS: exampleCorp }, 'sts:AssumeRole', {
        StringEquals: { 'sts:ExternalId': '12345' },
      }),
      policies: [
        allow('list-buckets', 's3:ListAllMyBuckets'),
        allow(
          'read-reports',
          ['s3:ListBucket', 's3:GetObject'],
          ['arn:aws:s3:::example-tools-cost-reports', 'arn:aws:s3:::example-tools-cost-reports/*'],
        ),
      ],
    },
    {
      name: 'EdgeListBuckets',
      description: 'Situation 3: only the services lambda and edgelambda may assume it.',
      trustPolicy: policyDocument({
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      }),
      policies: [allow('all-of-s3', 's3:*')],
    },
  ];
}

/** Example Production: situation 1, and what the hub reaches. */
export function productionRoles(): readonly RoleData[] {
  return [
    {
      name: 'Ec2Operator',
      description:
        'Situation 1: a user of Example Tools terminates an instance of this account, and no other.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy: trust({ AWS: iamArn(tools, 'user/daypass-broker') }, 'sts:AssumeRole'),
      policies: [
        allow('look', 'ec2:DescribeInstances'),
        allow('terminate', 'ec2:TerminateInstances', `arn:aws:ec2:*:${production}:instance/*`),
      ],
      tags: { team: 'payments' },
    },
    {
      name: 'SupportOperator',
      description: 'Reached through the hub role of Example Tools.',
      maxSessionSeconds: TWELVE_HOURS,
      trustPolicy: trust({ AWS: iamArn(tools, 'role/DaypassHub') }, 'sts:AssumeRole'),
      policies: [allow('support', READ)],
    },
  ];
}
