/** The built program as a process of its own: what operators start, tell to stop, and kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, ROOT_DIR } from './start-test-broker.ts';

type Environment = Readonly<Record<string, string>>;

export interface StartOptions {
  readonly environment?: Environment;
  /** What is run instead of `node dist/main.js`. */
  readonly command?: readonly [string, ...string[]];
  readonly workingDirectory?: string;
  /** A process group of its own, as a terminal gives to what it starts. */
  readonly ownGroup?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Ports and a directory of its own, and every process that is started there. */
export class DaypassPlace {
  readonly directory: string;
  readonly dataDir: string;
  readonly ports: readonly [port: number, awsPort: number, identityProvidersPort: number];
  readonly #processes: DaypassProcess[] = [];

  static async make(): Promise<DaypassPlace> {
    return new DaypassPlace(await mkdtemp(join(tmpdir(), 'daypass-process-')), await freePorts());
  }

  private constructor(directory: string, ports: DaypassPlace['ports']) {
    this.directory = directory;
    this.dataDir = join(directory, 'data');
    this.ports = ports;
  }

  get baseUrl(): string {
    return `http://localhost:${this.ports[0]}`;
  }

  get awsUrl(): string {
    return `http://localhost:${this.ports[1]}`;
  }

  /** All that the program is told, unless a test says more. */
  get environment(): Environment {
    const [port, awsPort, identityProvidersPort] = this.ports;
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? this.directory,
      DAYPASS_PORT: String(port),
      DAYPASS_SANDBOX_AWS_PORT: String(awsPort),
      DAYPASS_SANDBOX_IDP_PORT: String(identityProvidersPort),
      DAYPASS_DATA_DIR: this.dataDir,
    };
  }

  /** Resolves when `/readyz` says yes. @throws Error with what it printed, if it ends before. */
  async start(options: StartOptions = {}): Promise<DaypassProcess> {
    const started = this.spawn(options);
    await started.ready();
    return started;
  }

  spawn(options: StartOptions = {}): DaypassProcess {
    const [program, ...args] = options.command ?? [process.execPath, join(ROOT_DIR, 'dist/main.js')];
    const child = spawn(program, args, {
      cwd: options.workingDirectory ?? this.directory,
      env: { ...this.environment, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownGroup === true,
    });
    const started = new DaypassProcess(child, { baseUrl: this.baseUrl, ownGroup: options.ownGroup === true });
    this.#processes.push(started);
    return started;
  }

  /** Starts what is expected not to start; resolves with what it said. */
  async refusal(
    options: StartOptions = {},
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const started = this.spawn(options);
    const { code } = await started.ended;
    return { code, stdout: started.stdout, stderr: started.stderr };
  }

  async remove(): Promise<void> {
    await Promise.all(this.#processes.map((started) => started.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class DaypassProcess {
  stdout = '';
  stderr = '';
  /** Also what it has started itself is gone by then: nobody holds its output any more. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #baseUrl: string;
  readonly #ownGroup: boolean;
  #hasEnded = false;

  constructor(child: ChildProcess, about: { readonly baseUrl: string; readonly ownGroup: boolean }) {
    this.#child = child;
    this.#baseUrl = about.baseUrl;
    this.#ownGroup = about.ownGroup;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the process did not start');
    return pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** As the terminal does on Ctrl-C. Only for a process with a group of its own. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async kill(): Promise<void> {
    if (!this.#hasEnded && this.#ownGroup) this.signalGroup('SIGKILL');
    else if (!this.#hasEnded) this.signal('SIGKILL');
    await this.ended;
  }

  /** Tells it to stop. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return (await this.ended).code;
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + 25_000;
    while (!this.#hasEnded && performance.now() < deadline) {
      if ((await statusOf(`${this.#baseUrl}/readyz`)) === 200) return;
      await sleep(15);
    }
    const what = this.#hasEnded ? 'ended before it was ready' : 'is not ready after 25 s';
    throw new Error(`the process ${what}: ${this.stderr}`);
  }
}

/** Over a connection of its own; undefined where nobody answers. */
export async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
