/** A home directory of its own for an unmodified AWS client: nothing of whoever runs the tests decides what it does. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface ClientAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client that waits for something: a person's word in a browser, an answer to its question. */
export interface RunningClient {
  /** The first match in what it has printed or prints from now on. Fails when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  type(text: string): void;
  readonly finished: Promise<ClientAnswer>;
}

export interface ClientRun {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const LONGEST_RUN_MS = 60_000;

export class ClientHome {
  readonly path: string;
  readonly #environment: Readonly<Record<string, string>>;

  /** @param stsUrl the sandbox's: where credentials are tried. */
  static async create(stsUrl: string): Promise<ClientHome> {
    return new ClientHome(await mkdtemp(join(tmpdir(), 'daypass-client-')), stsUrl);
  }

  private constructor(path: string, stsUrl: string) {
    this.path = path;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: path,
      AWS_CONFIG_FILE: join(path, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: join(path, '.aws/credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_ENDPOINT_URL_STS: stsUrl,
    };
  }

  /** @param name relative to the home. */
  async write(name: string, text: string): Promise<string> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8');
  }

  /** The files of a directory, each relative to the home. */
  async list(directory: string): Promise<readonly string[]> {
    return (await readdir(join(this.path, directory))).map((name) => `${directory}/${name}`);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { recursive: true, force: true });
  }

  start({ program, arguments: args, environment = {} }: ClientRun): RunningClient {
    const child = spawn(program, args, { cwd: this.path, env: { ...this.#environment, ...environment } });
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
    let stdout = '';
    let stderr = '';
    const waiting = new Set<() => void>();
    const wake = (): void => {
      for (const look of waiting) look();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      wake();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      wake();
    });
    const finished = new Promise<ClientAnswer>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === null) reject(new Error(`${program} was ended by ${String(signal)}: ${stdout}${stderr}`));
        else resolve({ status: code, stdout, stderr });
      });
    });
    return {
      finished,
      type: (text) => child.stdin.write(text),
      printed: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const found = pattern.exec(stdout + stderr);
            if (found === null) return;
            waiting.delete(look);
            resolve(found);
          };
          waiting.add(look);
          look();
          finished
            .then(() => reject(new Error(`it ended without ${String(pattern)}: ${stdout}${stderr}`)))
            .catch(reject);
        }),
    };
  }

  /** To its end, whatever it answers: that is for the caller to judge. */
  run(run: ClientRun): Promise<ClientAnswer> {
    return this.start(run).finished;
  }

  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
