/** The sandbox in a process of its own, which tells how much it holds on to. Started by memory.test.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

const [, , brokerUrl = ''] = process.argv;
const { gc } = globalThis;
if (gc === undefined) throw new Error('start it with --expose-gc');

const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-memory-'));
const sandbox = await startSandbox({
  rootDir: process.cwd(),
  dataDir,
  host: '127.0.0.1',
  brokerUrl,
  aws: { port: 0 },
  identityProviders: { port: 0 },
});

process.on('message', (message) => {
  if (message === 'heap') void measure(gc);
  else void end();
});
process.send?.({ url: sandbox.awsUrl, credentialFiles: sandbox.credentialFiles });

/** What nobody can reach any more needs more than one collection to go. */
async function measure(collect: () => void | Promise<void>): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await pause(20);
    await collect();
  }
  process.send?.({ heap: process.memoryUsage().heapUsed });
}

async function end(): Promise<void> {
  await sandbox.close();
  await rm(dataDir, { recursive: true });
  process.disconnect();
}
