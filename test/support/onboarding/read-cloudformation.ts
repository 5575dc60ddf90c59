/** Reads CloudFormation as CloudFormation would: against AWS's own specification of its resources. */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { IamPiece } from '../../../src/core/onboarding/onboarding.ts';
import type { PolicyDocument } from '../../../src/core/onboarding/policy-document.ts';

interface Template {
  readonly AWSTemplateFormatVersion: string;
  readonly Parameters?: Readonly<Record<string, object>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

type Properties = Readonly<Record<string, unknown>>;

export interface StackInputs {
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

let specification: ReturnType<typeof loadAwsServiceSpecSync> | undefined;

/** @throws for what CloudFormation would refuse */
export function piecesOfTemplate(document: object, inputs?: StackInputs): IamPiece[] {
  const template = document as Template;
  if (template.AWSTemplateFormatVersion !== '2010-09-09') throw new Error('no template');
  return Object.entries(template.Resources).map(([id, { Type, Properties }]) => {
    if (!/^[A-Za-z0-9]{1,255}$/.test(id)) throw new Error(`${id} is no logical id`);
    const resolved = (inputs === undefined ? Properties : resolve(Properties, inputs)) as Properties;
    checkProperties(Type, resolved);
    return pieceOf(Type, resolved);
  });
}

function checkProperties(type: string, properties: Properties): void {
  specification ??= loadAwsServiceSpecSync();
  const [resource] = specification.lookup('resource', 'cloudFormationType', 'equals', type);
  if (resource === undefined) throw new Error(`CloudFormation has no ${type}`);
  for (const [name, value] of Object.entries(properties)) {
    const known = resource.properties[name];
    if (known === undefined) throw new Error(`${type} has no ${name}`);
    if (!fits(known.type, value)) throw new Error(`${type}.${name} is no ${known.type.type}`);
  }
  for (const [name, { required }] of Object.entries(resource.properties)) {
    if (required === true && !(name in properties)) throw new Error(`${type} needs ${name}`);
  }
}

interface PropertyType {
  readonly type: string;
  readonly types?: readonly PropertyType[];
  readonly element?: PropertyType;
}

function fits(type: PropertyType, value: unknown): boolean {
  switch (type.type) {
    case 'union':
      return type.types?.some((one) => fits(one, value)) === true;
    case 'json':
      return typeof value === 'object' && value !== null;
    case 'array':
      return (
        Array.isArray(value) && value.every((one) => type.element !== undefined && fits(type.element, one))
      );
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type.type;
  }
}

function resolve(value: unknown, inputs: StackInputs): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, inputs));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0] === 'Ref') {
    const given = inputs.parameters[String(first[1])];
    if (given === undefined) throw new Error(`no parameter ${String(first[1])}`);
    return given;
  }
  if (first?.[0] === 'Fn::Sub') {
    return String(first[1])
      .replaceAll('${AWS::Partition}', 'aws')
      .replaceAll('${AWS::AccountId}', inputs.accountId)
      .replaceAll('${!', '${');
  }
  return Object.fromEntries(entries.map(([key, one]) => [key, resolve(one, inputs)]));
}

function pieceOf(type: string, properties: Properties): IamPiece {
  const text = (name: string): string => String(properties[name]);
  switch (type) {
    case 'AWS::IAM::SAMLProvider':
      return { kind: 'saml-provider', name: text('Name'), metadata: text('SamlMetadataDocument') };
    case 'AWS::IAM::OIDCProvider':
      return {
        kind: 'openid-provider',
        issuer: text('Url'),
        clientIds: properties['ClientIdList'] as string[],
      };
    case 'AWS::IAM::Role':
      return {
        kind: 'role',
        name: text('RoleName'),
        path: text('Path'),
        maximumSeconds: Number(properties['MaxSessionDuration']),
        trustPolicy: properties['AssumeRolePolicyDocument'] as PolicyDocument,
      };
    case 'AWS::IAM::UserPolicy':
    case 'AWS::IAM::RolePolicy': {
      const isUser = type === 'AWS::IAM::UserPolicy';
      return {
        kind: 'permission',
        of: isUser ? 'user' : 'role',
        principalName: text(isUser ? 'UserName' : 'RoleName'),
        policyName: text('PolicyName'),
        document: properties['PolicyDocument'] as PolicyDocument,
      };
    }
    default:
      throw new Error(`not expected: ${type}`);
  }
}
