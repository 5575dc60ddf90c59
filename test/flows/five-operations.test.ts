/** Each STS operation from a sign-in to an AWS call, judged by the sandbox's own journal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { callerIdentity, lastCall, mfaCode } from '../support/sandbox-aws.ts';
import { signIn, startTestBroker, type ConnectorId, type TestBroker } from '../support/start-test-broker.ts';

let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.close());

async function signedIn(person: string, connector: ConnectorId = 'sandbox-saml'): Promise<ApiClient> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return ApiClient.ofBrowser(browser, broker.baseUrl);
}

const NAME = /[a-z2-7]{12}$/;

describe('credentials by each operation', () => {
  it('AssumeRoleWithSAML: an assertion that Daypass mints, with session tags, transitive keys and a source identity', async () => {
    const priya = await signedIn('priya.nair');
    const { status, body } = await priya.credentials('production-developer', { durationSeconds: 28_800 });
    expect(status).toBe(200);

    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toMatch(
      /^arn:aws:sts::444455556666:assumed-role\/Developer\/priya\.nair-[a-z2-7]{12}$/,
    );
    const { parameters } = await lastCall(broker.awsUrl, 'AssumeRoleWithSAML');
    const name = identity.Arn?.split('/').at(-1);
    expect(parameters).toMatchObject({
      roleArn: 'arn:aws:iam::444455556666:role/Developer',
      durationSeconds: 28_800,
      roleSessionName: name,
      sourceIdentity: name,
      tags: [
        { key: 'department', value: 'payments' },
        { key: 'costCenter', value: 'cc-3310' },
      ],
      transitiveTagKeys: ['department'],
    });
    expect(secondsUntil(body.expiresAt)).toBeCloseTo(28_800, -2);
  });

  it('AssumeRoleWithWebIdentity: a token that Daypass mints for the one role', async () => {
    const erin = await signedIn('erin.engel', 'sandbox-oidc');
    const { status, body } = await erin.credentials('development-data-analyst', { durationSeconds: 900 });
    expect(status).toBe(200);

    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toMatch(
      /^arn:aws:sts::222233334444:assumed-role\/DataAnalyst\/erin\.engel-[a-z2-7]{12}$/,
    );
    const { parameters } = await lastCall(broker.awsUrl, 'AssumeRoleWithWebIdentity');
    const name = identity.Arn?.split('/').at(-1);
    expect(parameters).toMatchObject({ durationSeconds: 900, roleSessionName: name, sourceIdentity: name });
  });

  it('AssumeRoleWithWebIdentity: the person’s own ID token, passed through', async () => {
    const erin = await signedIn('erin.engel', 'sandbox-oidc');
    const { status, body } = await erin.credentials('development-data-analyst-own-token');
    expect(status).toBe(200);
    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toContain(':assumed-role/DataAnalystPassThrough/erin.engel-');
    const { parameters } = await lastCall(broker.awsUrl, 'AssumeRoleWithWebIdentity');
    expect(parameters).toMatchObject({ subject: 'erin.engel' });
  });

  it('AssumeRole: signed by an IAM user’s key, with a session policy and managed policies', async () => {
    const erin = await signedIn('erin.engel');
    const sessionPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' }],
    };
    const { status, body } = await erin.credentials('production-ec2-operator', {
      sessionPolicy,
      durationSeconds: 14_400,
    });
    expect(status).toBe(200);
    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toMatch(/^arn:aws:sts::444455556666:assumed-role\/Ec2Operator\/erin\.engel-/);
    const { parameters, caller } = await lastCall(broker.awsUrl, 'AssumeRole');
    expect(caller?.arn).toBe('arn:aws:iam::111122223333:user/daypass-broker');
    expect(parameters).toMatchObject({
      durationSeconds: 14_400,
      sourceIdentity: identity.Arn?.split('/').at(-1),
    });
    expect(JSON.parse(String(parameters['policy']))).toEqual(sessionPolicy);
  });

  it('AssumeRole through a hub role: chained, at most an hour', async () => {
    const priya = await signedIn('priya.nair');
    expect(
      (await priya.credentials('production-support-operator', { durationSeconds: 3_601 })).body.code,
    ).toBe('duration');
    const { status, body } = await priya.credentials('production-support-operator', {
      durationSeconds: 3_600,
    });
    expect(status).toBe(200);
    const { caller } = await lastCall(broker.awsUrl, 'AssumeRole');
    expect(caller?.arn).toMatch(/^arn:aws:sts::111122223333:assumed-role\/DaypassHub\//);
    expect((await callerIdentity(broker.awsUrl, body)).Arn).toContain(
      ':assumed-role/SupportOperator/priya.nair-',
    );
  });

  it('managed session policies come along', async () => {
    const alex = await signedIn('alex.admin');
    const { status } = await alex.credentials('development-readonly');
    expect(status).toBe(200);
    const { parameters } = await lastCall(broker.awsUrl, 'AssumeRoleWithSAML');
    expect(parameters).toMatchObject({ policyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'] });
  });

  it('GetFederationToken: an IAM user’s rights, narrowed by the mapping’s policy, up to 36 hours', async () => {
    const erin = await signedIn('erin.engel');
    const { status, body } = await erin.credentials('tools-reports', { durationSeconds: 129_600 });
    expect(status).toBe(200);
    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toMatch(/^arn:aws:sts::111122223333:federated-user\/erin\.engel-[a-z2-7]{12}$/);
    expect(identity.Arn?.split('/').at(-1)?.length).toBeLessThanOrEqual(32);
    const { parameters } = await lastCall(broker.awsUrl, 'GetFederationToken');
    expect(parameters).toMatchObject({ durationSeconds: 129_600 });
    expect(JSON.stringify(parameters['policy'])).toContain('s3:ListBucket');
  });

  it('GetSessionToken: with the IAM user’s MFA code, which works once', async () => {
    const alex = await signedIn('alex.admin');
    expect((await alex.credentials('tools-session')).body.code).toBe('mfa.required');
    expect((await alex.credentials('tools-session', { mfaCode: '12345x' })).body.code).toBe('mfa.required');
    const code = await mfaCode(broker.awsUrl, 'tools');
    const { status, body } = await alex.credentials('tools-session', {
      mfaCode: code,
      durationSeconds: 129_600,
    });
    expect(status).toBe(200);
    const identity = await callerIdentity(broker.awsUrl, body);
    expect(identity.Arn).toBe('arn:aws:iam::111122223333:user/tools');
    expect((await lastCall(broker.awsUrl, 'GetSessionToken')).parameters).toMatchObject({
      durationSeconds: 129_600,
      serialNumber: 'arn:aws:iam::111122223333:mfa/tools',
    });
    expect((await alex.credentials('tools-session', { mfaCode: code })).body.code).toBe('mfa.invalid');
  });

  it('gives one person one name by every operation, and another to the same subject of another provider', async () => {
    const names = await Promise.all(
      (['sandbox-saml', 'sandbox-oidc'] as const).map(async (connector) => {
        const erin = await signedIn('erin.engel', connector);
        const { body } = await erin.credentials('development-readonly');
        return (await callerIdentity(broker.awsUrl, body)).Arn?.split('/').at(-1) ?? '';
      }),
    );
    expect(names[0]).toMatch(NAME);
    expect(names[0]).not.toBe(names[1]);
  });
});

function secondsUntil(iso: string): number {
  return (Date.parse(iso) - Date.now()) / 1_000;
}
