/**
 * The sandbox alone in a process, as `npm run sandbox` starts it. On SIGUSR2 it collects garbage and prints what it
 * still holds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

const [, , port, dataDir = '', rootDir = ''] = process.argv;
const { gc } = globalThis;

const sandbox = await startSandbox({
  rootDir,
  dataDir,
  host: '127.0.0.1',
  brokerUrl: 'http://localhost:1',
  aws: { port: Number(port) },
  identityProviders: { port: 0 },
});

process.on('SIGUSR2', () => void printMemory());
process.on('SIGTERM', () => void sandbox.close().then(() => process.exit(0)));
process.stdout.write('ready\n');

async function printMemory(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await pause(50);
    gc?.();
  }
  const { heapUsed, rss } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ heapUsed, rss })}\n`);
}
