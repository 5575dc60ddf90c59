import {
  GetRoleCommand,
  GetUserCommand,
  ListAccountAliasesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { credentialsIn, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, signed } from './ask.ts';
import type { Rule } from './rule.ts';
import { asking, MANAGEMENT, nobody, reader, type Who } from './services-world.ts';

const SECTION = 'services: IAM';
const iam = asking('iam');

const EVERYTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

const federated: Who = async (sandbox) =>
  credentialsIn(
    await sandbox
      .client(await reader(sandbox))
      .send(new GetFederationTokenCommand({ Name: 'erin', Policy: EVERYTHING })),
  );

const plainSession: Who = async (sandbox) =>
  credentialsIn(await sandbox.client(await reader(sandbox)).send(new GetSessionTokenCommand({})));

const mfaSession: Who = async (sandbox) => {
  const response = await fetch(`${sandbox.url}/_sandbox/mfa-code?user=bounded&account=${MANAGEMENT}`);
  const { code, serialNumber } = (await response.json()) as { code: string; serialNumber: string };
  const command = new GetSessionTokenCommand({ SerialNumber: serialNumber, TokenCode: code });
  return credentialsIn(await sandbox.client(sandbox.keyOf(MANAGEMENT, 'bounded')).send(command));
};

const gamma: Who = async (sandbox) =>
  credentialsIn(
    await sandbox.client(await reader(sandbox)).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${MANAGEMENT}:role/Gamma`,
        RoleSessionName: 'erin',
      }),
    ),
  );

const success = (result: object) => ({ status: 200, code: 'Success', result }) as const;

export const IAM_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'GetRole tells path, id, trust policy in percent encoding, longest session and tags',
    confidence: 'documented',
    ask: iam(reader, new GetRoleCommand({ RoleName: 'Alpha' })),
    answer: success({
      Role: {
        Path: '/',
        RoleName: 'Alpha',
        RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
        Arn: `arn:aws:iam::${MANAGEMENT}:role/Alpha`,
        Description: 'The first.',
        MaxSessionDuration: 3600,
        AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22%3A%222012-10-17%22/) as string,
        Tags: [{ Key: 'team', Value: 'payments' }],
      },
    }),
  },
  {
    section: SECTION,
    rule: 'GetRole refuses without permission, and names the role as IAM does',
    confidence: 'quoted',
    ask: iam(nobody, new GetRoleCommand({ RoleName: 'Alpha' })),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${MANAGEMENT}:user/nobody is not authorized to perform: iam:GetRole on resource: role Alpha because no identity-based policy allows the iam:GetRole action`,
    },
  },
  {
    section: SECTION,
    rule: 'GetRole of a role that is not there says so to whoever may ask',
    confidence: 'quoted',
    ask: iam(reader, new GetRoleCommand({ RoleName: 'Omega' })),
    answer: {
      status: 404,
      code: 'NoSuchEntity',
      message: 'The role with name Omega cannot be found.',
    },
  },
  {
    section: SECTION,
    rule: 'ListRoles gives pages of MaxItems and a Marker while there is more',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const first = await iam(reader, new ListRolesCommand({ MaxItems: 2 }))(sandbox);
      const { Marker = '' } = first.result as { Marker?: string };
      const second = await iam(reader, new ListRolesCommand({ MaxItems: 2, Marker }))(sandbox);
      return { ...second, result: { first: first.result, second: second.result } };
    },
    answer: success({
      first: { IsTruncated: true, Roles: [{ RoleName: 'Alpha' }, { RoleName: 'Beta' }] },
      second: { IsTruncated: false, Roles: [{ RoleName: 'Gamma' }] },
    }),
  },
  {
    section: SECTION,
    rule: 'ListRoles takes a PathPrefix',
    confidence: 'documented',
    ask: iam(reader, new ListRolesCommand({ PathPrefix: '/division/' })),
    answer: success({ Roles: [{ Arn: `arn:aws:iam::${MANAGEMENT}:role/division/Beta` }] }),
  },
  {
    section: SECTION,
    rule: 'ListRoles is asked of the path, which stands in the refusal',
    confidence: 'quoted',
    ask: iam(nobody, new ListRolesCommand({})),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${MANAGEMENT}:user/nobody is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::${MANAGEMENT}:role/ because no identity-based policy allows the iam:ListRoles action`,
    },
  },
  {
    section: SECTION,
    rule: 'ListRoles takes 1 to 1000 as MaxItems',
    confidence: 'quoted',
    ask: iam(reader, new ListRolesCommand({ MaxItems: 0 })),
    answer: {
      status: 400,
      code: 'ValidationError',
      message:
        "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    },
  },
  {
    section: SECTION,
    rule: 'ListRoles refuses a Marker that it did not give',
    confidence: 'known',
    ask: iam(reader, new ListRolesCommand({ Marker: 'made-up' })),
    answer: { status: 400, code: 'ValidationError' },
  },
  {
    section: SECTION,
    rule: 'ListAccountAliases tells the one that there is',
    confidence: 'documented',
    ask: iam(reader, new ListAccountAliasesCommand({})),
    answer: success({ AccountAliases: ['services-management'], IsTruncated: false }),
  },
  {
    section: SECTION,
    rule: 'GetUser without a name tells who asks',
    confidence: 'documented',
    ask: iam(reader, new GetUserCommand({})),
    answer: success({ User: { UserName: 'reader', Arn: `arn:aws:iam::${MANAGEMENT}:user/reader` } }),
  },
  {
    section: SECTION,
    rule: 'GetUser without a name means nothing to a role',
    confidence: 'quoted',
    ask: iam(gamma, new GetUserCommand({})),
    answer: {
      status: 400,
      code: 'ValidationError',
      message: 'Must specify userName when calling with non-User credentials',
    },
  },
  {
    section: SECTION,
    rule: 'credentials of GetFederationToken are none to IAM, whatever they are allowed',
    confidence: 'known',
    ask: iam(federated, new ListRolesCommand({})),
    answer: { status: 403, code: 'InvalidClientTokenId' },
  },
  {
    section: SECTION,
    rule: 'credentials of GetSessionToken without MFA are none to IAM',
    confidence: 'quoted',
    ask: iam(plainSession, new GetUserCommand({ UserName: 'reader' })),
    answer: {
      status: 403,
      code: 'InvalidClientTokenId',
      message: /^The security token included in the request is invalid\.?$/,
    },
  },
  {
    section: SECTION,
    rule: 'credentials of GetSessionToken with MFA are the user to IAM',
    confidence: 'documented',
    ask: iam(mfaSession, new GetUserCommand({})),
    answer: success({ User: { UserName: 'bounded' } }),
  },
  {
    section: SECTION,
    rule: 'there is one endpoint, signed for us-east-1',
    confidence: 'known',
    ask: (sandbox) =>
      signed(sandbox, {
        credentials: sandbox.keyOf(MANAGEMENT, 'reader'),
        service: 'iam',
        region: 'eu-central-1',
        body: 'Action=ListRoles&Version=2010-05-08',
      }),
    answer: { status: 403, code: 'SignatureDoesNotMatch' },
  },
  {
    section: SECTION,
    rule: 'an action of another version is none of IAM',
    confidence: 'known',
    ask: (sandbox) =>
      signed(sandbox, {
        credentials: sandbox.keyOf(MANAGEMENT, 'reader'),
        service: 'iam',
        body: 'Action=ListRoles&Version=2011-06-15',
      }),
    answer: { status: 400, code: 'InvalidAction' },
  },
];
