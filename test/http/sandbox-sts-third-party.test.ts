import { type AssumeRoleCommandInput, AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
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

describe('situation 2, the third party', () => {
  const reader = { RoleArn: role(TOOLS, 'ExampleCorpCostReader') };

  it('works with the external ID', async () => {
    const answer = await assume(
      { ...reader, ExternalId: '12345' },
      sandbox.keyOf(EXAMPLE_CORP, 'cost-service'),
    );
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${TOOLS}:assumed-role/ExampleCorpCostReader/erin`);
  });

  it.each([undefined, '54321', '012345'])('is refused with the external ID %s', async (ExternalId) => {
    const failure = await failureOf(
      assume(
        { ...reader, ...(ExternalId === undefined ? {} : { ExternalId }) },
        sandbox.keyOf(EXAMPLE_CORP, 'cost-service'),
      ),
    );
    expect(failure).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(failure.message).toContain('sts:AssumeRole');
  });
});
