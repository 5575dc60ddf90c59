import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGrantMethods } from '../../src/grants/grant-methods.ts';
import type { GrantMethodName } from '../../src/core/grant-methods.ts';
import type { GrantMethod } from '../../src/core/ports/grant-method.ts';
import { HttpExchange, type HttpExchangeLimits } from '../../src/lib/http-exchange.ts';
import { StsClients } from '../../src/grants/sts-clients.ts';
import { createSigning, type Signing } from '../../src/signing/create-signing.ts';
import { startFakeSts, type FakeSts } from './fake-sts.ts';
import { memorySigningKeyStore } from './memory-signing-key-store.ts';

export interface GrantWorld {
  readonly sts: FakeSts;
  readonly methods: Readonly<Record<GrantMethodName, GrantMethod>>;
  readonly signing: Signing;
  readonly clients: StsClients;
  /** What operators were told. */
  readonly reports: object[];
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
  readonly regions?: readonly string[];
  /** What stands between the clients and the network, which then really ask AWS's own host names. */
  readonly http?: (real: HttpExchange) => Pick<HttpExchange, 'request'>;
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
  const clients = new StsClients({
    http: options.http?.(http) ?? http,
    clock,
    reports: {
      credentials: (state) => world.reports.push(state),
      clockSkew: (seconds) => world.reports.push({ clockSkew: seconds }),
    },
    regions: {
      aws: options.regions ?? ['eu-central-1'],
      'aws-cn': ['cn-north-1'],
      'aws-us-gov': ['us-gov-west-1'],
      'aws-eusc': ['eusc-de-east-1'],
    },
    ...(options.http === undefined ? { stsEndpoint: options.stsEndpoint ?? sts.url } : {}),
    credentialSources: new Map([
      ['main', { kind: 'key-file', file: keyFile }],
      ['other', { kind: 'default-chain' }],
    ]),
  });
  const world: GrantWorld = {
    reports: [],
    sts,
    signing,
    keyFile,
    clockOffsetMs: 0,
    methods: createGrantMethods({ clients, signer: signing.signer, clock }),
    clients,
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
