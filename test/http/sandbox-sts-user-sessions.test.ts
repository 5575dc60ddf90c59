import {
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  AssumeRoleCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  credentialsIn,
  failureOf,
  PRODUCTION,
  startSandboxAws,
  type TestSandboxAws,
  TOOLS,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const OPERATOR = role(PRODUCTION, 'Ec2Operator');

function assume(input: Partial<AssumeRoleCommandInput>, credentials?: Credentials) {
  const client = sandbox.client(credentials ?? sandbox.keyOf(TOOLS, 'daypass-broker'));
  return client.send(new AssumeRoleCommand({ RoleArn: OPERATOR, RoleSessionName: 'erin', ...input }));
}

async function codeOfTools(): Promise<string> {
  const response = await fetch(`${sandbox.url}/_sandbox/mfa-code?user=tools`);
  const { code } = (await response.json()) as { code: string };
  return code;
}

async function identity(credentials: Credentials) {
  const { Arn, UserId, Account } = await sandbox.client(credentials).send(new GetCallerIdentityCommand({}));
  return { Arn, UserId, Account };
}

describe('GetFederationToken', () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
  });
  const federate = (DurationSeconds?: number, credentials?: Credentials) =>
    sandbox.client(credentials ?? sandbox.keyOf(TOOLS, 'reports')).send(
      new GetFederationTokenCommand({
        Name: 'erin',
        Policy,
        ...(DurationSeconds === undefined ? {} : { DurationSeconds }),
      }),
    );

  it('gives a federated user of the account', async () => {
    const answer = await federate(900);
    expect(await identity(credentialsIn(answer))).toEqual({
      Arn: `arn:aws:sts::${TOOLS}:federated-user/erin`,
      UserId: `${TOOLS}:erin`,
      Account: TOOLS,
    });
    expect(answer.FederatedUser?.FederatedUserId).toBe(`${TOOLS}:erin`);
  });

  it.each([129_600, 900])('takes %i seconds', async (seconds) => {
    await expect(federate(seconds)).resolves.toHaveProperty('Credentials');
  });

  it.each([899, 129_601])('refuses %i seconds', async (seconds) => {
    expect((await failureOf(federate(seconds))).code).toBe('ValidationError');
  });

  it('is refused to a user without the permission', async () => {
    expect(await failureOf(federate(900, sandbox.keyOf(TOOLS, 'daypass-broker')))).toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${TOOLS}:user/daypass-broker is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${TOOLS}:federated-user/erin`,
    });
  });

  it('gives sessions that may call nothing of STS but GetCallerIdentity', async () => {
    const session = credentialsIn(await federate());
    expect(await failureOf(assume({}, session))).toMatchObject({ code: 'AccessDenied' });
    expect(await failureOf(federate(900, session))).toMatchObject({
      code: 'AccessDenied',
      message: 'Cannot call GetFederationToken with session credentials',
      status: 403,
    });
    const info = sandbox
      .client(session)
      .send(new GetAccessKeyInfoCommand({ AccessKeyId: session.accessKeyId }));
    expect((await failureOf(info)).code).toBe('AccessDenied');
  });
});

describe('GetSessionToken', () => {
  const SerialNumber = `arn:aws:iam::${TOOLS}:mfa/tools`;
  const session = (input: object = {}, credentials?: Credentials) =>
    sandbox.client(credentials ?? sandbox.keyOf(TOOLS, 'tools')).send(new GetSessionTokenCommand(input));

  it('keeps the user as who one is', async () => {
    const { Arn, UserId } = await identity(credentialsIn(await session()));
    expect(Arn).toBe(`arn:aws:iam::${TOOLS}:user/tools`);
    expect(UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  it.each([899, 129_601])('refuses %i seconds', async (DurationSeconds) => {
    expect((await failureOf(session({ DurationSeconds }))).code).toBe('ValidationError');
  });

  it('takes an MFA code once', async () => {
    const TokenCode = await codeOfTools();
    await expect(session({ SerialNumber, TokenCode })).resolves.toHaveProperty('Credentials');
    expect(await failureOf(session({ SerialNumber, TokenCode }))).toEqual({
      code: 'AccessDenied',
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      status: 403,
    });
    sandbox.clockOffsetMs += 30_000;
    await expect(session({ SerialNumber, TokenCode: await codeOfTools() })).resolves.toHaveProperty(
      'Credentials',
    );
  });

  it("refuses another user's device", async () => {
    sandbox.clockOffsetMs += 60_000;
    const TokenCode = await codeOfTools();
    const failure = await failureOf(session({ SerialNumber, TokenCode }, sandbox.keyOf(TOOLS, 'reports')));
    expect(failure.message).toMatch(
      /^MultiFactorAuthentication failed, unable to validate MFA code\. {2}Please/,
    );
  });

  it('is not for sessions', async () => {
    const first = credentialsIn(await session());
    expect((await failureOf(session({}, first))).message).toBe(
      'Cannot call GetSessionToken with session credentials',
    );
  });
});

describe('GetAccessKeyInfo', () => {
  it('is refused to who has no permission for it', async () => {
    const AccessKeyId = sandbox.keyOf(TOOLS, 'tools').accessKeyId;
    const client = sandbox.client(sandbox.keyOf(TOOLS, 'tools'));
    expect((await failureOf(client.send(new GetAccessKeyInfoCommand({ AccessKeyId })))).code).toBe(
      'AccessDenied',
    );
  });
});
