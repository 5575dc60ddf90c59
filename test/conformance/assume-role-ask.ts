/** Who asks what, for the rows about sessions: a caller is made when a row is run, by the calls that would make it. */
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type Credentials, credentialsIn, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import { BUCKET, HOME, ROOT_KEY } from './assume-role-world.ts';

export type Who = (sandbox: TestSandboxAws) => Promise<Credentials>;
export type Ask = (sandbox: TestSandboxAws) => Promise<Answer>;

export const user =
  (name: string, account = HOME): Who =>
  (sandbox) =>
    Promise.resolve(sandbox.keyOf(account, name));

export const caller = user('caller');

export const root: Who = () =>
  Promise.resolve({ accessKeyId: ROOT_KEY.id, secretAccessKey: ROOT_KEY.secret });

type Assumption = Partial<AssumeRoleCommandInput> & Pick<AssumeRoleCommandInput, 'RoleArn'>;

const assumption = (input: Assumption) => new AssumeRoleCommand({ RoleSessionName: 'erin', ...input });

export const session =
  (who: Who, input: Assumption): Who =>
  async (sandbox) =>
    credentialsIn(await sandbox.client(await who(sandbox)).send(assumption(input)));

export const userSession =
  (who: Who, input: GetSessionTokenCommandInput = {}): Who =>
  async (sandbox) =>
    credentialsIn(await sandbox.client(await who(sandbox)).send(new GetSessionTokenCommand(input)));

export const federated =
  (who: Who, input: Partial<GetFederationTokenCommandInput> = {}): Who =>
  async (sandbox) =>
    credentialsIn(
      await sandbox
        .client(await who(sandbox))
        .send(new GetFederationTokenCommand({ Name: 'erin', ...input })),
    );

export const assume =
  (who: Who, input: Assumption): Ask =>
  async (sandbox) =>
    told(sandbox.client(await who(sandbox)).send(assumption(input)));

export const getSessionToken =
  (who: Who, input: GetSessionTokenCommandInput = {}): Ask =>
  async (sandbox) =>
    told(sandbox.client(await who(sandbox)).send(new GetSessionTokenCommand(input)));

export const federate =
  (who: Who, input: Partial<GetFederationTokenCommandInput> = {}): Ask =>
  async (sandbox) =>
    told(sandbox.client(await who(sandbox)).send(new GetFederationTokenCommand({ Name: 'erin', ...input })));

export const identity =
  (who: Who): Ask =>
  async (sandbox) =>
    told(sandbox.client(await who(sandbox)).send(new GetCallerIdentityCommand({})));

async function withS3(who: Who, sandbox: TestSandboxAws, ask: (client: S3Client) => Promise<object>) {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: sandbox.url,
    credentials: await who(sandbox),
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    return await told(ask(client));
  } finally {
    client.destroy();
  }
}

export const listBuckets =
  (who: Who): Ask =>
  (sandbox) =>
    withS3(who, sandbox, (client) => client.send(new ListBucketsCommand({})));

export const listObjects =
  (who: Who): Ask =>
  (sandbox) =>
    withS3(who, sandbox, (client) => client.send(new ListObjectsV2Command({ Bucket: BUCKET })));

/** How long the credentials of an answer live, for rows about durations. */
export const lifetime =
  (ask: Ask): Ask =>
  async (sandbox) => {
    const before = Math.floor(sandbox.now().getTime() / 1000);
    const answer = await ask(sandbox);
    const { Credentials: given } = answer.result as { Credentials?: { Expiration?: Date } };
    const seconds = (given?.Expiration?.getTime() ?? 0) / 1000 - before;
    // A second may end between the two clocks' readings.
    return { ...answer, result: { minutes: Math.floor(seconds / 60) } };
  };

/** The code that a user's device shows, or showed a while ago. */
export function mfaCode(
  sandbox: TestSandboxAws,
  name: string,
  secondsAgo = 0,
): { SerialNumber: string; TokenCode: string } {
  const device = sandbox.aws.world.findUserByName(HOME, name)?.mfaDevice;
  if (device === undefined) throw new Error(`${name} has no device`);
  const shownAt = new Date(sandbox.now().getTime() - secondsAgo * 1000);
  const { serialNumber, code } = sandbox.aws.mfaDevices.display(device, shownAt);
  return { SerialNumber: serialNumber, TokenCode: code };
}

/** What a session policy says, as it is passed. */
export const policyText = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

export const SUCCESS = { status: 200, code: 'Success', result: {} } as const;

export const denied = (who: string, action: string, resource: string) =>
  ({
    status: 403,
    code: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`,
  }) as const;
