/** Roles and providers set up by IAM's own API, as AWS checks and answers it. */
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, startSandboxAws, TOOLS, type TestSandboxAws } from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
let owner: IAMClient;
let stranger: IAMClient;

const policy = (...actions: readonly string[]): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});
const trust = (principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });
const TRUST = trust({ AWS: TOOLS });

beforeAll(async () => {
  sandbox = await startSandboxAws();
  const { organization } = sandbox.aws;
  organization.put(TOOLS, 'users', { name: 'owner', policies: [{ name: 'iam', document: policy('iam:*') }] });
  const client = (user: string): IAMClient =>
    new IAMClient({
      region: 'us-east-1',
      endpoint: sandbox.url,
      credentials: sandbox.keyOf(TOOLS, user),
      maxAttempts: 1,
    });
  owner = client('owner');
  stranger = client('reports');
});
afterAll(async () => {
  owner.destroy();
  stranger.destroy();
  await sandbox.close();
});

const create = (name: string, document = TRUST): CreateRoleCommand =>
  new CreateRoleCommand({ RoleName: name, Path: '/teams/', AssumeRolePolicyDocument: document });

describe('IAM’s changes', () => {
  it('makes a role, changes it and removes it', async () => {
    const { Role: made } = await owner.send(
      new CreateRoleCommand({
        RoleName: 'Made',
        Path: '/teams/',
        AssumeRolePolicyDocument: TRUST,
        MaxSessionDuration: 7_200,
        Description: 'x',
        Tags: [{ Key: 'team', Value: 'payments' }],
      }),
    );
    expect(made?.Arn).toBe(`arn:aws:iam::${TOOLS}:role/teams/Made`);
    await owner.send(
      new UpdateRoleCommand({ RoleName: 'Made', MaxSessionDuration: 3_600, Description: 'y' }),
    );
    const lambda = trust({ Service: 'lambda.amazonaws.com' });
    await owner.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'made', PolicyDocument: lambda }));
    const { Role: changed } = await owner.send(new GetRoleCommand({ RoleName: 'Made' }));
    expect(changed).toMatchObject({ MaxSessionDuration: 3_600, Description: 'y', RoleId: made?.RoleId });
    expect(decodeURIComponent(changed?.AssumeRolePolicyDocument ?? '')).toBe(lambda);

    const allowed = { PolicyName: 'p', PolicyDocument: JSON.stringify(policy('s3:ListBucket')) };
    await owner.send(new PutRolePolicyCommand({ RoleName: 'Made', ...allowed }));
    expect(await failureOf(owner.send(new DeleteRoleCommand({ RoleName: 'Made' })))).toMatchObject({
      code: 'DeleteConflict',
      status: 409,
    });
    await owner.send(create('Other'));
    await owner.send(new DeleteRoleCommand({ RoleName: 'Other' }));
    expect((await failureOf(owner.send(new GetRoleCommand({ RoleName: 'Other' })))).code).toBe(
      'NoSuchEntity',
    );
  });

  it('refuses whoever has no permission, for what is there and for what is not', async () => {
    const commands = [
      create('Theirs'),
      new DeleteRoleCommand({ RoleName: 'DaypassHub' }),
      new UpdateRoleCommand({ RoleName: 'nobody', MaxSessionDuration: 3_600 }),
      new UpdateAssumeRolePolicyCommand({ RoleName: 'DaypassHub', PolicyDocument: TRUST }),
      new PutRolePolicyCommand({ RoleName: 'DaypassHub', PolicyName: 'p', PolicyDocument: TRUST }),
      new PutUserPolicyCommand({ UserName: 'reports', PolicyName: 'p', PolicyDocument: TRUST }),
      new CreateSAMLProviderCommand({ Name: 'p', SAMLMetadataDocument: 'x'.repeat(1_000) }),
      new CreateOpenIDConnectProviderCommand({ Url: 'https://idp.example' }),
      new UpdateSAMLProviderCommand({
        SAMLProviderArn: `arn:aws:iam::${TOOLS}:saml-provider/p`,
        SAMLMetadataDocument: 'x'.repeat(1_000),
      }),
      new AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: `arn:aws:iam::${TOOLS}:oidc-provider/idp.example`,
        ClientID: 'x',
      }),
    ];
    const before = sandbox.aws.organization.version;
    for (const command of commands) {
      const sent = stranger.send(command as CreateRoleCommand);
      expect(await failureOf(sent)).toMatchObject({ code: 'AccessDenied', status: 403 });
    }
    expect(sandbox.aws.organization.version).toBe(before);
  });

  it('saves no policy that IAM would refuse, and says so in IAM’s words', async () => {
    const refused: [string, object][] = [
      ['MalformedPolicyDocument', create('Bad', '{')],
      ['MalformedPolicyDocument', create('Bad', trust({ AWS: 'arn:aws:iam::999999999999:role/Nobody' }))],
      ['LimitExceeded', create('Bad', trust({ Service: Array.from({ length: 90 }, serviceName) }))],
      ['EntityAlreadyExists', create('daypasshub')],
      ['NoSuchEntity', new UpdateAssumeRolePolicyCommand({ RoleName: 'Nobody', PolicyDocument: TRUST })],
      ['NoSuchEntity', new PutUserPolicyCommand({ UserName: 'x', PolicyName: 'p', PolicyDocument: TRUST })],
      ['ValidationError', new UpdateRoleCommand({ RoleName: 'DaypassHub', MaxSessionDuration: 60 })],
      ['InvalidInput', new CreateSAMLProviderCommand({ Name: 'p', SAMLMetadataDocument: 'x'.repeat(1_000) })],
      ['InvalidInput', new CreateOpenIDConnectProviderCommand({ Url: 'ftp://idp.example' })],
      [
        'NoSuchEntity',
        new UpdateSAMLProviderCommand({
          SAMLProviderArn: 'arn:aws:iam::222233334444:saml-provider/daypass',
          SAMLMetadataDocument: 'x'.repeat(1_000),
        }),
      ],
    ];
    const before = sandbox.aws.organization.version;
    for (const [code, command] of refused) {
      expect((await failureOf(owner.send(command as CreateRoleCommand))).code).toBe(code);
    }
    expect(sandbox.aws.organization.version).toBe(before);
  });

  it('adds an audience to an OpenID provider, once', async () => {
    const url = 'https://idp.example/team';
    const { OpenIDConnectProviderArn: arn } = await owner.send(
      new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: ['one'] }),
    );
    expect(arn).toBe(`arn:aws:iam::${TOOLS}:oidc-provider/idp.example/team`);
    for (const clientId of ['two', 'two']) {
      await owner.send(
        new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: clientId }),
      );
    }
    expect(sandbox.aws.world.findOidcProvider(TOOLS, url)?.clientIds).toEqual(['one', 'two']);
  });
});

function serviceName(_: unknown, index: number): string {
  return `service-number-${index}.amazonaws.com`;
}
