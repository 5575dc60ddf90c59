import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleOrganizationFile } from '../../src/sandbox/aws/organization/open-organization.ts';
import { DaypassPlace } from '../support/daypass-process.ts';
import { ROOT_DIR } from '../support/start-test-broker.ts';

let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sandbox-alone-'));
});
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: { stdout: string; stderr: string };
}

function run(args: readonly string[], environment: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [join(ROOT_DIR, 'dist/sandbox-run.js'), ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  return { child, said, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** Resolves with all that it says when it is ready, or when it ends before. */
function ready({ child, said, ended }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      if (said.stdout.includes('Stop with Ctrl-C')) resolve(said.stdout);
    });
    void ended.then(() => reject(new Error(`it ended: ${said.stderr}`)));
  });
}

const FREE = ['--aws-port', '0', '--identity-provider-port', '0'];

describe('the sandbox alone', () => {
  it('says where to go, with lines that an AWS client can use, and ends on SIGTERM', async () => {
    const started = run(FREE);
    const said = await ready(started);
    const exported = Object.fromEntries(
      [...said.matchAll(/export (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const client = new STSClient({
      region: exported['AWS_REGION'] ?? '',
      endpoint: exported['AWS_ENDPOINT_URL'] ?? '',
      credentials: {
        accessKeyId: exported['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: exported['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    client.destroy();
    expect(Arn).toBe('arn:aws:iam::111122223333:user/daypass-broker');
    const page = await fetch(exported['AWS_ENDPOINT_URL'] ?? '', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Example Production');
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(started.said.stderr).toBe('');
  });

  it('runs another organization, named by the environment', async () => {
    const file = join(directory, 'mine.yaml');
    await writeFile(file, 'accounts: [{ id: "123456789012", name: Mine, users: [{ name: me }] }]\n');
    const started = run([...FREE, '--data-dir', 'elsewhere'], { DAYPASS_SANDBOX_ORGANIZATION: 'mine.yaml' });
    expect(await ready(started)).toContain('AWS CLI as 123456789012 me');
    started.child.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(await readFile(join(directory, 'elsewhere/sandbox/aws.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('ends with one line on a port that is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const started = run(['--aws-port', '0'], { DAYPASS_SANDBOX_IDP_PORT: String(port) });
    expect(await started.ended).toBe(1);
    expect(started.said.stderr).toBe(
      `The sandbox cannot start: port ${port} is taken. Stop what uses it, or choose another with --aws-port or --identity-provider-port.\n`,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['is not there', undefined, /none\.yaml: cannot be read \(ENOENT\)\n$/],
    ['is no YAML', 'accounts: [', /bad\.yaml:\d+:\d+: is not YAML here/],
    [
      'has one mistake',
      'accounts:\n  - id: "1"\n    name: x\n',
      /^The sandbox cannot start: \S+bad\.yaml:2:5: accounts\[0\]\.id: [^\n]+\n$/,
    ],
    [
      'names a file that is not there',
      'accounts:\n  - id: "123456789012"\n    name: x\n    samlProviders: [{ name: p, metadataFile: p.xml }]\n',
      /bad\.yaml:4:\d+: accounts\[0\]\.samlProviders\[0\]\.metadataFile: cannot be read \(ENOENT\)/,
    ],
  ])('ends with 1 where the organization %s', async (_what, text, expected) => {
    const file = join(directory, text === undefined ? 'none.yaml' : 'bad.yaml');
    if (text !== undefined) await writeFile(file, text);
    const started = run([...FREE, '--organization', file]);
    expect(await started.ended).toBe(1);
    expect(started.said.stderr).toMatch(expected);
    expect(started.said.stderr).not.toContain('    at ');
  });

  it.each([
    [['--port', '1'], {}, /Unknown option '--port'/],
    [
      ['--aws-port', 'x'],
      { DAYPASS_SANDBOX_IDP_PORT: '70000' },
      /--aws-port must be.*\nDAYPASS_SANDBOX_IDP_PORT must be/,
    ],
    [['--broker-url', 'ftp://x'], {}, /--broker-url must be/],
  ])('ends with 2 on what it cannot be told: %j %j', async (args, environment, expected) => {
    const started = run(args, environment);
    expect(await started.ended).toBe(2);
    expect(started.said.stderr).toMatch(expected);
  });

  it('explains itself', async () => {
    const started = run(['--help']);
    expect(await started.ended).toBe(0);
    expect(started.said.stdout).toContain('--organization FILE');
  });
});

it('the broker starts its sandbox with another organization, or says what is wrong with it', async () => {
  const place = await DaypassPlace.make();
  try {
    const file = join(place.directory, 'mine.yaml');
    const environment = { DAYPASS_SANDBOX_ORGANIZATION: file };
    await writeFile(file, 'accounts: [{ id: "12", name: Mine }]\n');
    const { code, stderr } = await place.refusal({ environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Daypass cannot start: \S+mine\.yaml:1:\d+: accounts\[0\]\.id: /);
    // Its own catalogue speaks of the example's users, so they have to be there.
    const example = await readFile(exampleOrganizationFile(ROOT_DIR), 'utf8');
    await writeFile(file, example.replace('name: Example Production', 'name: Mine'));
    await place.start({ environment });
    const told = await fetch(`${place.awsUrl}/_sandbox/organization/accounts/444455556666`);
    expect(await told.json()).toMatchObject({ name: 'Mine' });
  } finally {
    await place.remove();
  }
});

describe('the schema of the organization file', () => {
  it('in docs is the one that is used, and the example fits it', async () => {
    const started = run(['--schema']);
    await started.ended;
    const kept = await readFile(join(ROOT_DIR, 'docs/sandbox-organization.schema.json'), 'utf8');
    expect(
      kept,
      'run: npm run build && node dist/sandbox-run.js --schema > docs/sandbox-organization.schema.json',
    ).toBe(started.said.stdout);
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(kept) as object);
    validate(parse(await readFile(join(ROOT_DIR, 'src/sandbox/organization.yaml'), 'utf8')));
    expect(validate.errors).toBeNull();
    expect(validate({ accounts: [{ id: 1 }] })).toBe(false);
  });
});
