/** CloudFormation, for one account or for many (a StackSet). JSON, which every tool for its templates reads. */
import type { Partition } from '../catalogue.ts';
import type { AccountPieces, IamPiece } from './onboarding.ts';

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

export function cloudFormation({ pieces }: AccountPieces): object {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: Object.fromEntries(pieces.map((piece) => [logicalId(piece), resourceOf(piece)])),
  };
}

/** Letters and digits alone; one of each name is in a template. */
function logicalId(piece: IamPiece): string {
  const name =
    piece.kind === 'openid-provider' ? piece.issuer : 'name' in piece ? piece.name : piece.policyName;
  return `${piece.kind}-${name}`
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
    .slice(0, 255);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html */
function resourceOf(piece: IamPiece): { Type: string; Properties: Json } {
  switch (piece.kind) {
    case 'saml-provider':
      return {
        Type: 'AWS::IAM::SAMLProvider',
        Properties: { Name: piece.name, SamlMetadataDocument: piece.metadata },
      };
    case 'openid-provider':
      return {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: piece.issuer, ClientIdList: piece.clientIds },
      };
    case 'role':
      return {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: piece.name,
          Path: piece.path,
          MaxSessionDuration: piece.maximumSeconds,
          AssumeRolePolicyDocument: asJson(piece.trustPolicy),
        },
      };
    case 'permission': {
      const { of, principalName, policyName, document } = piece;
      const isUser = of === 'user';
      return {
        Type: isUser ? 'AWS::IAM::UserPolicy' : 'AWS::IAM::RolePolicy',
        Properties: {
          [isUser ? 'UserName' : 'RoleName']: principalName,
          PolicyName: policyName,
          PolicyDocument: asJson(document),
        },
      };
    }
  }
}

function asJson(document: object): Json {
  return JSON.parse(JSON.stringify(document)) as Json;
}

export interface StackSet {
  readonly template: object;
  readonly commands: string;
}

export interface StackSetMember {
  readonly accountId: string;
  /** Of the role there: it differs from account to account. */
  readonly externalId?: string;
}

/** IAM is the same in all regions: a stack in one of them is enough. */
const REGION: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
};

/**
 * The same for every account: its own number becomes what CloudFormation puts in, and the external ID a parameter.
 *
 * @param name of the set, and of the file that the template is kept in
 */
export function stackSet(own: AccountPieces, name: string, members: readonly StackSetMember[]): StackSet {
  const template = generalized(asJson(cloudFormation(own)), own) as object;
  const hasParameter = members.some(({ externalId }) => externalId !== undefined);
  return {
    template: hasParameter
      ? { ...template, Parameters: { ExternalId: { Type: 'String', MinLength: 2, MaxLength: 1224 } } }
      : template,
    commands: [
      `aws cloudformation create-stack-set --stack-set-name ${name} \\\n  --capabilities CAPABILITY_NAMED_IAM --template-body file://${name}.json${hasParameter ? ' \\\n  --parameters ParameterKey=ExternalId,ParameterValue=given-for-each-account' : ''}\n`,
      ...instances(name, REGION[own.partition], members),
    ].join(''),
  };
}

function instances(name: string, region: string, members: readonly StackSetMember[]): string[] {
  const create = (accounts: readonly string[], rest = ''): string =>
    `aws cloudformation create-stack-instances --stack-set-name ${name} \\\n  --regions ${region} --accounts ${accounts.join(' ')}${rest}\n`;
  const plain = members.filter(({ externalId }) => externalId === undefined);
  return [
    ...(plain.length === 0 ? [] : [create(plain.map(({ accountId }) => accountId))]),
    ...members.flatMap(({ accountId, externalId }) =>
      externalId === undefined
        ? []
        : [
            create(
              [accountId],
              ` \\\n  --parameter-overrides 'ParameterKey=ExternalId,ParameterValue="${externalId}"'`,
            ),
          ],
    ),
  ];
}

function generalized(value: Json, own: AccountPieces): Json {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const prefix = `arn:${own.partition}:iam::${own.accountId}:`;
    if (!value.startsWith(prefix)) return value;
    const rest = value.slice(prefix.length).replaceAll('${', '${!');
    return { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${rest}` };
  }
  if (isList(value)) return value.map((each) => generalized(each, own));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'sts:ExternalId' ? { Ref: 'ExternalId' } : generalized(each, own),
    ]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
