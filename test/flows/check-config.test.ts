import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/daypass.js');

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'daypass-check-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as operators have it: built, in a process of its own, with a bare environment. */
function daypass(args: readonly string[], environment: Record<string, string> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

function write(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

const ACCESS = `accounts:
  - { id: "111122223333", name: Tools }
roles:
  - { id: reader, accountId: "111122223333", roleName: Reader, grant: { method: assume-role-with-saml } }
`;

describe('daypass check-config', () => {
  it('says ok and what would run, and leaves nothing behind', () => {
    write('access.yaml', ACCESS);
    write('config.yaml', 'baseUrl: http://localhost:9000\nlisten: { port: 9000 }\naccess: access.yaml\n');
    const before = readdirSync(directory);
    const { status, stdout, stderr } = daypass(['check-config', 'config.yaml']);
    expect(stderr).toBe('');
    expect(stdout).toContain('ok: http://localhost:9000 (not production)');
    expect(stdout).toContain('listens on 127.0.0.1:9000, sandbox off');
    expect(stdout).toContain('0 connectors, 1 accounts, 1 roles, 0 mappings, 0 applications');
    expect(status).toBe(0);
    expect(readdirSync(directory)).toEqual(before);
  });

  it('says every mistake with its place, on standard error, and exits with 1', () => {
    const file = write(
      'broken.yaml',
      'listen: { prot: 9000 }\nsessions: { idleSeconds: 1 }\nsecrets: { a: "${NOT_SET}" }\n',
    );
    const { status, stdout, stderr } = daypass(['check-config', 'broken.yaml']);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${file}:1:11: listen.prot: there is no setting "prot" here; did you mean port?`,
      `${file}:2:26: sessions.idleSeconds: must be 300 or more`,
      `${file}:3:15: secrets.a: the environment variable NOT_SET is not set; set it, or NOT_SET_FILE`,
    ]);
    expect(status).toBe(1);
  });

  it('reads the access file that the configuration names', () => {
    const access = write('bad-access.yaml', ACCESS.replace('roleName', 'rolename'));
    write('names-bad.yaml', 'access: bad-access.yaml\n');
    const { status, stderr } = daypass(['check-config', 'names-bad.yaml']);
    expect(stderr).toContain(
      `${access}:4:46: roles[0].rolename: there is no setting "rolename" here; did you mean roleName?`,
    );
    expect(status).toBe(1);
    write('names-none.yaml', 'access: nowhere.yaml\n');
    expect(daypass(['check-config', 'names-none.yaml'])).toMatchObject({
      status: 1,
      stderr: `${join(directory, 'nowhere.yaml')}: cannot be read (ENOENT)\n`,
    });
  });

  it('knows what the sandbox brings where it runs', () => {
    write(
      'situations.yaml',
      `${ACCESS}  - { id: operator, accountId: "111122223333", roleName: Operator, grant: { method: assume-role, credentialSource: tools-broker } }\n`,
    );
    write('with-sandbox.yaml', 'sandbox: true\naccess: situations.yaml\n');
    write('without-sandbox.yaml', 'access: situations.yaml\n');
    expect(daypass(['check-config', 'with-sandbox.yaml'])).toMatchObject({ status: 0, stderr: '' });
    expect(daypass(['check-config', 'without-sandbox.yaml']).stderr).toContain(
      'no credential source "tools-broker"',
    );
  });

  it('without a file checks what a start would use', () => {
    expect(daypass(['check-config']).stdout).toContain('ok: http://localhost:8080 (not production)');
    expect(daypass(['check-config'], { DAYPASS_PORT: 'x' })).toMatchObject({
      status: 1,
      stderr: 'DAYPASS_PORT: must be a port, a whole number from 1 to 65535\n',
    });
    write('config-by-name.yaml', 'listen: { port: 9100 }\n');
    expect(daypass(['check-config'], { DAYPASS_CONFIG: 'config-by-name.yaml' }).stdout).toContain(':9100');
  });

  it('checks production by its own rules', () => {
    write('production.yaml', 'baseUrl: https://daypass.example.com\nmasterKey: ${KEY}\n');
    const key = daypass(['new-master-key']).stdout.trim();
    expect(daypass(['check-config', 'production.yaml'], { KEY: key }).stdout).toContain('(production)');
    const { status, stderr } = daypass(['check-config', 'production.yaml']);
    expect(status).toBe(1);
    expect(stderr).toContain('masterKey: the environment variable KEY is not set');
  });
});

describe('the other commands of daypass', () => {
  it('new-secret prints a secret and the hash that access.yaml takes, another each time', () => {
    const { status, stdout } = daypass(['new-secret']);
    const [, secret, hash] = /^secret: (\S{43})\nhash: {3}sha256:([0-9a-f]{64})\n$/.exec(stdout) ?? [];
    expect(status).toBe(0);
    expect(hash).toBe(sha256Hex(secret ?? ''));
    expect(daypass(['new-secret']).stdout).not.toBe(stdout);
  });

  it('new-master-key prints 32 bytes in base64', () => {
    const { stdout } = daypass(['new-master-key']);
    expect(Buffer.from(stdout.trim(), 'base64')).toHaveLength(32);
  });

  it.each(['config-schema', 'access-schema'])('%s prints a JSON Schema', (command) => {
    expect(JSON.parse(daypass([command]).stdout)).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });

  it.each([['help'], ['--help'], ['-h'], ['check-config', '--help']])('%s shows the usage', (...args) => {
    const { status, stdout } = daypass(args);
    expect(status).toBe(0);
    expect(stdout).toContain('daypass check-config [FILE]');
  });

  it.each([[[]], [['chek-config']], [['--verbose']], [['new-secret', 'x']], [['check-config', 'a', 'b']]])(
    'a command line that is none, %j, exits with 2 and says so',
    (args) => {
      const { status, stdout, stderr } = daypass(args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^daypass: /);
    },
  );
});
