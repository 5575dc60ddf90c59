/** From the process's start to the first 200 of `/readyz`, with everything that `npm start` starts. */
import { join } from 'node:path';
import type { Place } from './support/place.ts';
import { residentMegabytes, SERVING, startProcess } from './support/processes.ts';

export interface StartTime {
  readonly firstMs: number;
  readonly laterMs: readonly number[];
  readonly idleMegabytes: number;
}

export async function measureStart({ directory, dist, ports }: Place): Promise<StartTime> {
  const [port, awsPort, identityProvidersPort] = ports;
  const env = {
    DAYPASS_PORT: String(port),
    DAYPASS_SANDBOX_AWS_PORT: String(awsPort),
    DAYPASS_SANDBOX_IDP_PORT: String(identityProvidersPort),
    DAYPASS_DATA_DIR: join(directory, 'data'),
  };
  const once = async (): Promise<{ readonly ms: number; readonly megabytes: number }> => {
    const startedAt = performance.now();
    const broker = await startProcess([...SERVING, join(dist, 'main.js')], { env });
    await untilReady(port);
    const ms = performance.now() - startedAt;
    const megabytes = residentMegabytes(broker.pid);
    await broker.stop();
    return { ms, megabytes };
  };
  const first = await once();
  const later = [await once(), await once(), await once()];
  return {
    firstMs: first.ms,
    laterMs: later.map(({ ms }) => ms),
    idleMegabytes: Math.max(...later.map(({ megabytes }) => megabytes)),
  };
}

async function untilReady(port: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const answer = await fetch(`http://localhost:${port}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('not ready after 10 s');
}
