/**
 * The whole sandbox behind its real ports, and what every answer of it has to be, whatever came in: no fault, in
 * time, readable, and silent about its insides.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { startFakeFederation, type FakeFederation } from '../support/fake-federation.ts';
import type { Credentials } from '../support/start-sandbox-aws.ts';
import { checkReadable, INSIDES } from './readable.ts';
import { send, sendBytes, type Seen, type Shot } from './shot.ts';

/** Nothing that the sandbox does takes longer, save what a fault on demand holds back. */
const LIMIT_MS = 2_000;

export interface FuzzDoor {
  /** Origin, `http://localhost:{port}`. */
  readonly url: string;
  readonly identityProvidersUrl: string;
  readonly federation: FakeFederation;
  /** Of a user that the example's catalogue names: `tools-broker`, `reports`, `tools`, `example-corp`. */
  keyOf(source: string): Credentials;
  /** Sends, judges the answer, and gives it back. */
  fire(shot: Shot): Promise<Seen>;
  fireBytes(bytes: Buffer): Promise<Seen>;
  /** Status and code of every answer so far: a run that only ever met one refusal has shown nothing. */
  readonly outcomes: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openFuzzDoor(): Promise<FuzzDoor> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-fuzz-'));
  const federation = await startFakeFederation();
  const sandbox = await startSandbox({
    rootDir: process.cwd(),
    dataDir,
    host: '127.0.0.1',
    brokerUrl: federation.url,
    aws: { port: 0 },
    identityProviders: { port: 0 },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const keys = await readKeys(sandbox.credentialFiles);
  const outcomes = new Map<string, number>();
  const judged = async (ask: () => Promise<Seen>): Promise<Seen> => {
    let seen = await ask();
    // Once is the machine's mood, twice is a hang.
    if (seen.ms > LIMIT_MS) seen = await ask();
    try {
      if (seen.ms > LIMIT_MS) throw new Error(`no whole answer within ${LIMIT_MS} ms`);
      judge(seen);
    } catch (error) {
      const told = seen.status >= 500 ? await lastDetail(sandbox.awsUrl) : '';
      throw new Error(`${(error as Error).message}\n${seen.status} ${seen.text.slice(0, 400)}\n${told}`, {
        cause: error,
      });
    }
    const outcome = `${seen.status} ${/<Code>(.*?)<\/Code>/.exec(seen.text)?.[1] ?? ''}`.trim();
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    return seen;
  };
  return {
    url: sandbox.awsUrl,
    identityProvidersUrl: sandbox.identityProvidersUrl,
    federation,
    outcomes,
    keyOf: (source) => keys.get(source) ?? failFor(source),
    fire: (shot) => judged(() => send(shot.origin ?? sandbox.awsUrl, shot, agent)),
    fireBytes: (bytes) => judged(() => sendBytes(sandbox.awsUrl, bytes)),
    close: async () => {
      agent.destroy();
      await sandbox.close();
      await federation.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

function judge(seen: Seen): void {
  if (seen.status >= 500) throw new Error('a fault');
  if (seen.status < 200) throw new Error('no answer');
  if (INSIDES.test(seen.text)) throw new Error(`shows its insides: ${INSIDES.exec(seen.text)?.[0] ?? ''}`);
  checkReadable(seen);
}

/** What the journal says of the fault, which the answer does not. */
async function lastDetail(url: string): Promise<string> {
  const { entries } = (await (await fetch(`${url}/_sandbox/journal`)).json()) as { entries: object[] };
  return JSON.stringify(entries.at(-1));
}

async function readKeys(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Credentials>> {
  const read = Object.entries(files).map(async ([name, file]) => {
    const { AccessKeyId, SecretAccessKey } = JSON.parse(await readFile(file, 'utf8')) as {
      AccessKeyId: string;
      SecretAccessKey: string;
    };
    return [name, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }] as const;
  });
  return new Map(await Promise.all(read));
}

function failFor(source: string): never {
  throw new Error(`no key for ${source}`);
}
