/**
 * Credentials issued through the whole pipeline over HTTP (token, decision, two durable audit records, log),
 * beside a loop of bare stock SDK calls against the same STS stub. The ratio is CPU time of the serving process
 * per issue: the stub and the load run in other processes, and how many cores there are does not matter. The two
 * take turns, and the middle ratio counts: a machine that is busy with something else slows one of a pair.
 */
import { join } from 'node:path';
import { applicationToken, writeApplicationSettings } from './support/application.ts';
import { runLoad } from './support/load.ts';
import { cpuMicros, residentMegabytes, SERVING, startProcess } from './support/processes.ts';
import type { Place } from './support/place.ts';

const CONCURRENCY = 32;
const ROUNDS = 5;
const CALLS = 12_000;
/** Until V8 has optimized what runs: many times more code than the yardstick. */
const WARM_UP = 20_000;

interface Round {
  readonly bareMicros: number;
  readonly issueMicros: number;
  readonly ratio: number;
  readonly bare: { readonly perSecond: number };
  readonly issue: { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
}

/** The round with the middle ratio, and the ratios of all. */
export interface IssueRate extends Round {
  readonly ratios: readonly number[];
  readonly idleMegabytes: number;
  readonly loadedMegabytes: number;
}

export async function measureIssueRate({ directory, dist, ports }: Place): Promise<IssueRate> {
  const [stubPort, brokerPort] = ports;
  const stub = await startProcess([join(dist, 'bench', 'sts-stub.js'), String(stubPort)]);
  const config = writeApplicationSettings({ directory, stubPort, brokerPort });
  const broker = await startProcess([...SERVING, join(dist, 'main.js')], {
    env: { DAYPASS_CONFIG: config, DAYPASS_DATA_DIR: join(directory, 'data') },
  });
  const idleMegabytes = residentMegabytes(broker.pid);

  const load = {
    url: `http://127.0.0.1:${brokerPort}/api/v1/roles/bench/credentials`,
    method: 'POST',
    headers: {
      host: `localhost:${brokerPort}`,
      authorization: `Bearer ${await applicationToken(brokerPort)}`,
    },
    concurrency: CONCURRENCY,
  } as const;
  await runLoad({ ...load, requests: WARM_UP });
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { cpuMicros: bareMicros, perSecond } = await bareRound(dist, stubPort);
    const before = cpuMicros(broker.pid);
    const issue = await runLoad({ ...load, requests: CALLS });
    const issueMicros = (cpuMicros(broker.pid) - before) / CALLS;
    rounds.push({ bareMicros, issueMicros, ratio: bareMicros / issueMicros, bare: { perSecond }, issue });
  }
  const loadedMegabytes = residentMegabytes(broker.pid);
  await Promise.all([stub.stop(), broker.stop()]);
  rounds.sort((a, b) => a.ratio - b.ratio);
  const middle = rounds[Math.floor(ROUNDS / 2)];
  if (middle === undefined) throw new Error('no round was measured');
  return { ...middle, ratios: rounds.map(({ ratio }) => ratio), idleMegabytes, loadedMegabytes };
}

async function bareRound(dist: string, stubPort: number): Promise<{ cpuMicros: number; perSecond: number }> {
  const amounts = [stubPort, CALLS, CONCURRENCY, WARM_UP].map(String);
  const run = await startProcess([join(dist, 'bench', 'bare-sdk.js'), ...amounts], {
    ready: /cpuMicros.*\n/,
  });
  await run.stop();
  return JSON.parse(run.output()) as { cpuMicros: number; perSecond: number };
}
