/** What every client is tried against: a whole Daypass with its sandbox, and the unmodified AWS CLI from npm. */
import { findAwsCli } from '../support/aws-cli.ts';
import { startTestBroker, type TestBroker } from '../support/start-test-broker.ts';
import { ClientHome } from './client-home.ts';

export interface ClientWorld {
  readonly broker: TestBroker;
  /** The program of the AWS CLI. */
  readonly awsCli: string;
  /** As it names itself: name/version. */
  readonly awsCliVersion: string;
}

export async function startClientWorld(
  findProgram: () => Promise<string> = findAwsCli,
): Promise<ClientWorld & { close(): Promise<void> }> {
  const [broker, awsCli] = await Promise.all([startTestBroker(), findProgram()]);
  return {
    broker,
    awsCli,
    awsCliVersion: await versionOf(awsCli),
    close: () => broker.close(),
  };
}

/** A new home, gone afterwards. */
export async function inHome<Result>(
  { broker }: Pick<ClientWorld, 'broker'>,
  work: (home: ClientHome) => Promise<Result>,
): Promise<Result> {
  const home = await ClientHome.create(broker.awsUrl);
  return work(home).finally(() => home.close());
}

async function versionOf(program: string): Promise<string> {
  const home = await ClientHome.create('http://localhost');
  const { stdout } = await home.run({ program, arguments: ['--version'] }).finally(() => home.close());
  return stdout.split(' ')[0] ?? '';
}
