import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGrantMethods } from '../../src/grants/grant-methods.ts';
import type { GrantMethodName } from '../../src/core/grant-methods.ts';
import type { GrantMethod } from '../../src/core/ports/grant-method.ts';
import { HttpExchange, type HttpExchangeLimits } from '../../src/lib/http-exchange.ts';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { startFakeSts, type FakeSts } from './fake-sts.ts';
import { memorySigningKeyStore } from './memory-signing-key-store.ts';

export interface GrantWorld {
  readonly sts: FakeSts;
  readonly methods: Readonly<Record<GrantMethodName, GrantMethod>>;
  readonly signing: Signing;
  /** The file of the credential source `main`. */
  readonly keyFile: string;
  writeKeyFile(changes?: Readonly<Record<string, unknown>>): Promise<void>;
  /** What the broker's clock shows, relative to the machine's. */
  clockOffsetMs: number;
  close(): Promise<void>;
}

interface GrantWorldOptions {
  readonly limits?: Partial<HttpExchangeLimits>;
  readonly stsEndpoint?: string;
}

/** The five grant methods with real keys and real HTTP, in front of a fake STS. */
export async function startGrantWorld(options: GrantWorldOptions = {}): Promise<GrantWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'daypass-grants-'));
  const keyFile = join(directory, 'main.json');
  const sts = await startFakeSts();
  const http = new HttpExchange(options.limits);
  const clock = { now: () => new Date(Date.now() + world.clockOffsetMs) };
  const signing = createSigning({
    baseUrl: 'https://daypass.example',
    store: memorySigningKeyStore(),
    clock,
    activeDays: 90,
    overlapDays: 14,
  });
  const world: GrantWorld = {
    sts,
    signing,
    keyFile,
    clockOffsetMs: 0,
    methods: createGrantMethods({
      http,
      clock,
      signer: signing.signer,
      regions: {
        aws: 'eu-central-1',
        'aws-cn': 'cn-north-1',
        'aws-us-gov': 'us-gov-west-1',
        'aws-eusc': 'eusc-de-east-1',
      },
      stsEndpoint: options.stsEndpoint ?? sts.url,
      credentialSources: new Map([
        ['main', { kind: 'key-file', file: keyFile }],
        ['other', { kind: 'default-chain' }],
      ]),
    }),
    writeKeyFile: (changes = {}) => writeFile(keyFile, JSON.stringify({ ...MAIN_KEY, ...changes })),
    async close() {
      await http.close();
      await sts.close();
      await rm(directory, { recursive: true });
    },
  };
  await world.writeKeyFile();
  return world;
}

const MAIN_KEY = {
  Version: 1,
  AccessKeyId: 'AKIAMAINMAINMAINMAIN',
  SecretAccessKey: 'main/secret+of/the/broker',
};
