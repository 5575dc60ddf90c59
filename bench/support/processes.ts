/** Starts the parts of a measurement as processes of their own, on loopback, and ends them again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

/**
 * As `npm start` serves: fewer collections of what lives only as long as a request, each by the thread that waits for it,
 * because so little is left over that sharing the work costs more than the work.
 */
export const SERVING = ['--max-semi-space-size=32', '--no-parallel-scavenge'] as const;

const running = new Set<ChildProcess>();

export interface Started {
  readonly pid: number;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Resolves when the process has printed `ready`, or has ended. */
export async function startProcess(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly ready?: RegExp } = {},
): Promise<Started> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.add(child);
  let output = '';
  const ready = options.ready ?? /ready/;
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < 1_000_000) output += chunk.toString();
      if (ready.test(output)) resolve();
    });
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(' ')} ended with ${String(code)}`));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${args.join(' ')} did not start`);
  return {
    pid,
    output: () => output,
    async stop() {
      running.delete(child);
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** User and system time of a process so far, in microseconds; Linux's clock ticks are a hundredth of a second. */
export function cpuMicros(pid: number): number {
  return cpuMicrosIn(`/proc/${pid}/stat`);
}

/** The same of its main thread alone. */
export function mainThreadMicros(pid: number): number {
  return cpuMicrosIn(`/proc/${pid}/task/${pid}/stat`);
}

function cpuMicrosIn(file: string): number {
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Resident memory in megabytes. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
