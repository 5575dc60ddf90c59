/** What the sandbox holds after 10,000 and after 100,000 sessions. A session is its token: nothing should remain. */
import { join } from 'node:path';
import { runLoad } from './support/load.ts';
import type { Place } from './support/place.ts';
import { SERVING, startProcess } from './support/processes.ts';
import { signedCalls } from './support/sandbox-calls.ts';

/** The first number fills the journal, which keeps the last 10,000 calls. */
const SESSIONS = [10_000, 100_000] as const;

export interface HeldMemory {
  readonly sessions: number;
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
}

export async function measureSandboxMemory({
  directory,
  dist,
  ports,
}: Place): Promise<readonly HeldMemory[]> {
  const [port] = ports;
  const sandbox = await startProcess([
    ...SERVING,
    '--expose-gc',
    join(dist, 'bench', 'sandbox-server.js'),
    ...[String(port), directory, join(dist, '..')],
  ]);
  const calls = signedCalls(`http://localhost:${port}`, directory);
  const load = {
    url: `http://127.0.0.1:${port}/`,
    method: 'POST',
    headers: {},
    calls,
    concurrency: 32,
  } as const;
  const held: HeldMemory[] = [];
  let issued = 0;
  for (const sessions of SESSIONS) {
    await runLoad({ ...load, requests: sessions - issued });
    issued = sessions;
    held.push({ sessions, ...(await memoryOf(sandbox)) });
  }
  await sandbox.stop();
  return held;
}

async function memoryOf(sandbox: {
  readonly pid: number;
  readonly output: () => string;
}): Promise<Omit<HeldMemory, 'sessions'>> {
  const known = sandbox.output().length;
  process.kill(sandbox.pid, 'SIGUSR2');
  while (!sandbox.output().slice(known).includes('\n')) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, rss } = JSON.parse(sandbox.output().slice(known)) as { heapUsed: number; rss: number };
  return { heapMegabytes: heapUsed / 1_048_576, residentMegabytes: rss / 1_048_576 };
}
