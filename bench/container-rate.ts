/**
 * Hand-outs of the container endpoint per second, of credentials that are reused (token, decision, one durable audit
 * record, log), beside bare Express with the same tuning and one fixed answer. CPU time of the serving process counts,
 * in rounds that take turns. A last round is watched by V8's profiler, which says where the rest goes.
 */
import { join } from 'node:path';
import { applicationToken, writeApplicationSettings } from './support/application.ts';
import { runLoad, type Load, type LoadResult } from './support/load.ts';
import type { Place } from './support/place.ts';
import { cpuMicros, mainThreadMicros, SERVING, startProcess } from './support/processes.ts';
import { areasOf, type Area } from './support/profile.ts';

const CONCURRENCY = 32;
const ROUNDS = 5;
const CALLS = 20_000;
/** Until V8 has optimized what runs: many times more code than the yardstick. */
const WARM_UP = 20_000;

interface Measured extends LoadResult {
  readonly micros: number;
}

interface Round {
  readonly bare: Measured;
  readonly container: Measured;
  readonly ratio: number;
}

export interface ContainerRate extends Round {
  /** Of all rounds, smallest first. */
  readonly ratios: readonly number[];
  /** Where a hand-out's CPU time goes, the most first. */
  readonly areas: readonly Area[];
}

export async function measureContainerRate(place: Place): Promise<ContainerRate> {
  const { directory, dist, ports } = place;
  const [stubPort, brokerPort, barePort] = ports;
  const stub = await startProcess([join(dist, 'bench', 'sts-stub.js'), String(stubPort)]);
  const bare = await startProcess([...SERVING, join(dist, 'bench', 'bare-express.js'), String(barePort)]);
  const reuse = { minimumLeftSeconds: 900 };
  const config = writeApplicationSettings({ directory, stubPort, brokerPort, reuse });
  const env = { DAYPASS_CONFIG: config, DAYPASS_DATA_DIR: join(directory, 'data') };
  const broker = await startProcess([...SERVING, join(dist, 'main.js')], { env });

  const bareLoad = containerLoad(barePort, 'bench');
  const load = containerLoad(brokerPort, await applicationToken(brokerPort));
  await runLoad({ ...bareLoad, requests: WARM_UP });
  await runLoad({ ...load, requests: WARM_UP });
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fixed = await measured(bare.pid, bareLoad);
    const container = await measured(broker.pid, load);
    rounds.push({ bare: fixed, container, ratio: fixed.micros / container.micros });
  }
  await Promise.all([bare.stop(), broker.stop()]);
  const areas = await profiled(place, env);
  await stub.stop();
  rounds.sort((a, b) => a.ratio - b.ratio);
  const middle = rounds[Math.floor(ROUNDS / 2)];
  if (middle === undefined) throw new Error('no round was measured');
  return { ...middle, ratios: rounds.map(({ ratio }) => ratio), areas };
}

function containerLoad(port: number, token: string): Omit<Load, 'requests'> {
  return {
    url: `http://127.0.0.1:${port}/api/v1/container-credentials/bench`,
    method: 'GET',
    headers: { host: `localhost:${port}`, authorization: token, accept: 'application/json' },
    concurrency: CONCURRENCY,
  };
}

async function measured(pid: number, load: Omit<Load, 'requests'>): Promise<Measured> {
  const before = cpuMicros(pid);
  const result = await runLoad({ ...load, requests: CALLS });
  return { ...result, micros: (cpuMicros(pid) - before) / CALLS };
}

async function profiled(
  { directory, dist, ports }: Place,
  env: Readonly<Record<string, string>>,
): Promise<readonly Area[]> {
  const profiling = ['--cpu-prof', `--cpu-prof-dir=${directory}`];
  const broker = await startProcess([...SERVING, ...profiling, join(dist, 'main.js')], { env });
  const load = containerLoad(ports[1], await applicationToken(ports[1]));
  const before = [cpuMicros(broker.pid), mainThreadMicros(broker.pid)] as const;
  await runLoad({ ...load, requests: CALLS });
  const micros = (cpuMicros(broker.pid) - before[0]) / CALLS;
  const mainMicros = (mainThreadMicros(broker.pid) - before[1]) / CALLS;
  await broker.stop();
  return areasOf({ directory, micros, mainMicros });
}
