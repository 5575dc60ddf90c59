/**
 * AssumeRole at the sandbox (signature, parameters, two policies, a sealed token, the journal) beside a bare
 * `node:http` server that answers one fixed XML. Both get the same signed requests, in turns, because the machine's
 * mood changes; what is told is the middle of the rounds and how far they lay apart.
 */
import { join } from 'node:path';
import { runLoad } from './support/load.ts';
import type { Place } from './support/place.ts';
import { cpuMicros, SERVING, startProcess } from './support/processes.ts';
import { signedCalls } from './support/sandbox-calls.ts';

const CONCURRENCY = 32;
const CALLS = 6_000;
const ROUNDS = 5;

interface Rate {
  readonly micros: number;
  readonly perSecond: number;
}

export interface SandboxRate {
  readonly bare: Rate;
  readonly sandbox: Rate;
  /** The sandbox's CPU time a call, in calls of the bare server; of each round, smallest first. */
  readonly cpuRatios: readonly number[];
  /** The sandbox's calls a second, as a share of the bare server's. */
  readonly rateRatios: readonly number[];
}

export async function measureSandboxRate({ directory, dist, ports }: Place): Promise<SandboxRate> {
  const [barePort, sandboxPort] = ports;
  const program = (name: string): string => join(dist, 'bench', name);
  const bare = await startProcess([...SERVING, program('sandbox-fixed-answer.js'), String(barePort)]);
  const sandbox = await startProcess([
    ...SERVING,
    program('sandbox-server.js'),
    ...[String(sandboxPort), directory, join(dist, '..')],
  ]);
  const url = `http://localhost:${sandboxPort}`;
  const calls = signedCalls(url, directory);
  const measure = async (pid: number, port: number): Promise<Rate> => {
    const before = cpuMicros(pid);
    const { perSecond } = await runLoad({
      url: `http://127.0.0.1:${port}/`,
      method: 'POST',
      headers: {},
      calls,
      requests: CALLS,
      concurrency: CONCURRENCY,
    });
    return { micros: (cpuMicros(pid) - before) / CALLS, perSecond };
  };
  const rounds: { readonly bare: Rate; readonly sandbox: Rate }[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const measured = {
      bare: await measure(bare.pid, barePort),
      sandbox: await measure(sandbox.pid, sandboxPort),
    };
    // The first warms up.
    if (round >= 0) rounds.push(measured);
  }
  await Promise.all([bare.stop(), sandbox.stop()]);
  return {
    bare: middle(rounds.map((round) => round.bare)),
    sandbox: middle(rounds.map((round) => round.sandbox)),
    cpuRatios: ascending(rounds.map((round) => round.sandbox.micros / round.bare.micros)),
    rateRatios: ascending(rounds.map((round) => round.sandbox.perSecond / round.bare.perSecond)),
  };
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

export function median(values: readonly number[]): number {
  return ascending(values)[Math.floor(values.length / 2)] ?? NaN;
}

function middle(rates: readonly Rate[]): Rate {
  return {
    micros: median(rates.map(({ micros }) => micros)),
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
  };
}
