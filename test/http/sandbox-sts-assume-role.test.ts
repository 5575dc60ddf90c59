import { randomBytes } from 'node:crypto';
import {
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  AssumeRoleCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  credentialsIn,
  EXAMPLE_CORP,
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

async function identity(credentials: Credentials) {
  const { Arn, UserId, Account } = await sandbox.client(credentials).send(new GetCallerIdentityCommand({}));
  return { Arn, UserId, Account };
}

describe('AssumeRole', () => {
  it('gives credentials that are the role session and carry their account in the key id', async () => {
    const answer = await assume({ DurationSeconds: 900 });
    const credentials = credentialsIn(answer);
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${PRODUCTION}:assumed-role/Ec2Operator/erin`);
    expect(await identity(credentials)).toEqual({
      Arn: answer.AssumedRoleUser?.Arn,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
      Account: PRODUCTION,
    });
    const seconds = ((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(890);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(answer.SessionTokenUtilization).toBe(
      Math.round((100 * Buffer.byteLength(credentials.sessionToken)) / 4096),
    );
  });

  it.each([
    [899, 'ValidationError', /Value '899' at 'durationSeconds'.*greater than or equal to 900/],
    [43_201, 'ValidationError', /Value '43201' at 'durationSeconds'.*less than or equal to 43200/],
  ])('refuses %i seconds', async (DurationSeconds, code, message) => {
    const failure = await failureOf(assume({ DurationSeconds }));
    expect(failure).toMatchObject({ code, status: 400 });
    expect(failure.message).toMatch(message);
  });

  it.each([900, 43_200])('takes %i seconds where the role allows it', async (DurationSeconds) => {
    const { Credentials: issued } = await assume({ DurationSeconds });
    expect(Math.round(((issued?.Expiration?.getTime() ?? 0) - Date.now()) / 1000)).toBeCloseTo(
      DurationSeconds,
      -1,
    );
  });

  it("refuses more than the role's own maximum", async () => {
    const failure = await failureOf(
      assume(
        { RoleArn: role(TOOLS, 'ExampleCorpCostReader'), ExternalId: '12345', DurationSeconds: 3601 },
        sandbox.keyOf(EXAMPLE_CORP, 'cost-service'),
      ),
    );
    expect(failure).toEqual({
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      status: 400,
    });
  });

  it('ends chained sessions after an hour, whatever the role allows', async () => {
    const hub = credentialsIn(await assume({ RoleArn: role(TOOLS, 'DaypassHub') }));
    const chained = { RoleArn: role(PRODUCTION, 'SupportOperator') };
    await expect(assume({ ...chained, DurationSeconds: 3600 }, hub)).resolves.toHaveProperty('Credentials');
    const failure = await failureOf(assume({ ...chained, DurationSeconds: 3601 }, hub));
    expect(failure.message).toBe(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  });

  it('passes transitive tags and the source identity down a chain, and lets neither be changed', async () => {
    const hub = credentialsIn(
      await assume({
        RoleArn: role(TOOLS, 'DaypassHub'),
        Tags: [
          { Key: 'Team', Value: 'payments' },
          { Key: 'Once', Value: 'here' },
        ],
        TransitiveTagKeys: ['Team'],
        SourceIdentity: 'erin',
      }),
    );
    const next = { RoleArn: role(PRODUCTION, 'SupportOperator') };
    const answer = await assume(next, hub);
    const { accessKeyId, sessionToken } = credentialsIn(answer);
    expect(answer.SourceIdentity).toBe('erin');
    expect(sandbox.aws.sessions.open(accessKeyId, sessionToken)?.claims).toMatchObject({
      tags: [{ key: 'Team', value: 'payments' }],
      transitiveTagKeys: ['Team'],
      sourceIdentity: 'erin',
      origin: 'role-session',
    });
    expect(await failureOf(assume({ ...next, SourceIdentity: 'mallory' }, hub))).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('sts:SetSourceIdentity') as string,
    });
    expect(await failureOf(assume({ ...next, Tags: [{ Key: 'team', Value: 'x' }] }, hub))).toMatchObject({
      code: 'InvalidParameterValue',
      message: expect.stringContaining('conflicts with a transitive tag key') as string,
    });
  });

  it('looks the same for a role that is not there and one that does not trust the caller', async () => {
    const missing = await failureOf(assume({ RoleArn: role(PRODUCTION, 'NoSuchRole') }));
    const untrusting = await failureOf(assume({ RoleArn: role(TOOLS, 'EdgeListBuckets') }));
    expect(missing.message.replace('444455556666:role/NoSuchRole', 'X')).toBe(
      untrusting.message.replace('111122223333:role/EdgeListBuckets', 'X'),
    );
    expect(missing).toMatchObject({
      code: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${TOOLS}:user/daypass-broker is not authorized to perform: sts:AssumeRole on resource: ${role(PRODUCTION, 'NoSuchRole')}`,
    });
  });

  it('names every parameter that is wrong in one answer', async () => {
    const failure = await failureOf(
      assume({ RoleArn: 'arn', RoleSessionName: 'a:b', DurationSeconds: 1, ExternalId: '!' }),
    );
    expect(failure.code).toBe('ValidationError');
    expect(failure.message).toMatch(/^5 validation errors detected: Value 'arn' at 'roleArn'/);
    expect(failure.message).toContain(
      "Value 'a:b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    );
  });

  it('says of an ARN without form that it is invalid', async () => {
    const failure = await failureOf(assume({ RoleArn: 'arn::iam::123456789012:role/x' }));
    expect(failure).toEqual({
      code: 'ValidationError',
      message: 'arn::iam::123456789012:role/x is invalid',
      status: 400,
    });
  });

  it.each([
    ['{"Version":', 'This policy contains invalid Json'],
    [
      '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}',
      'Syntax errors in policy.',
    ],
    [
      '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
      'Syntax errors in policy.',
    ],
  ])('refuses the session policy %s', async (Policy, message) => {
    expect(await failureOf(assume({ Policy }))).toEqual({
      code: 'MalformedPolicyDocument',
      message,
      status: 400,
    });
  });

  it('refuses tags whose keys differ in case alone, and transitive keys that are no tags', async () => {
    const twice = await failureOf(
      assume({
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      }),
    );
    expect(twice.message).toBe('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    const untagged = await failureOf(assume({ TransitiveTagKeys: ['a'] }));
    expect(untagged.message).toBe('The specified transitive tag key must be included in the requested tags.');
  });

  it('refuses a session that does not fit into a token, and pads one on request', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({
      Key: `tag${index}`,
      Value: randomBytes(128).toString('hex'),
    }));
    expect((await failureOf(assume({ Tags }))).code).toBe('PackedPolicyTooLarge');
    const padded = await sandbox
      .client(sandbox.keyOf(TOOLS, 'daypass-broker'))
      .send(
        new AssumeRoleCommand({ RoleArn: OPERATOR, RoleSessionName: 'erin', MinimumSessionTokenSize: 4096 }),
      );
    expect(Buffer.byteLength(padded.Credentials?.SessionToken ?? '')).toBe(4096);
    await expect(identity(credentialsIn(padded))).resolves.toHaveProperty('Account', PRODUCTION);
  });

  it('refuses managed session policies of other accounts and those that are not there', async () => {
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }];
    await expect(assume({ PolicyArns })).resolves.toHaveProperty('Credentials');
    const none = { arn: 'arn:aws:iam::aws:policy/NoSuchPolicyAtAll' };
    expect((await failureOf(assume({ PolicyArns: [none] }))).code).toBe('ValidationError');
  });
});
