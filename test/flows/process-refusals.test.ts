/** What the program says when it cannot start: one clear line, or every mistake; and that it leaves nothing behind. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { stringify } from 'yaml';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startFailure } from '../../src/cli/start-failure.ts';
import { start, type Daypass } from '../../src/start.ts';
import { ApiClient } from '../support/api-client.ts';
import { APPLICATION, writeApplicationSettings } from '../support/application-settings.ts';
import { DaypassPlace, isListening } from '../support/daypass-process.ts';
import { ROOT_DIR } from '../support/start-test-broker.ts';

let place: DaypassPlace;

beforeEach(async () => {
  place = await DaypassPlace.make();
  return () => place.remove();
});

/** One line, and nothing else: no stack, no second complaint. */
function oneLine(pattern: RegExp, end = ''): unknown {
  return expect.stringMatching(new RegExp(`^Daypass cannot start: [^\\n]*${pattern.source}[^\\n]*${end}$`));
}

function refusedWith(pattern: RegExp): { code: number; stdout: string; stderr: unknown } {
  return { code: 1, stdout: '', stderr: oneLine(pattern, '\n') };
}

/** The same start in this process, which lives on: what it leaves open shows. */
function startHere(environment: Readonly<Record<string, string>> = {}): Promise<Daypass> {
  return start({
    rootDir: ROOT_DIR,
    workingDirectory: place.directory,
    environment: { ...place.environment, ...environment },
  });
}

async function refusalHere(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const daypass = await startHere(environment).catch((error: unknown) => startFailure(error));
  if (typeof daypass === 'string') return daypass;
  await daypass.stop();
  return 'it started';
}

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(async () => {
    if (server.listening) await release(server);
  });
  return server;
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function writeConfig(settings: unknown): Promise<Readonly<Record<string, string>>> {
  const file = join(place.directory, 'daypass.yaml');
  await writeFile(file, typeof settings === 'string' ? settings : stringify(settings));
  return { DAYPASS_CONFIG: file };
}

describe('R23: a process that cannot start says why in one line and ends with 1', () => {
  it.each([
    { which: 0, variable: 'DAYPASS_PORT' },
    { which: 1, variable: 'DAYPASS_SANDBOX_AWS_PORT' },
    { which: 2, variable: 'DAYPASS_SANDBOX_IDP_PORT' },
  ] as const)('when the port of $variable is taken', async ({ which, variable }) => {
    const port = place.ports[which];
    await occupy(port);
    expect(await place.refusal()).toEqual(refusedWith(new RegExp(`port ${port} is taken.* ${variable} `)));
    const others = place.ports.filter((other) => other !== port);
    expect(await Promise.all(others.map(isListening))).toEqual([false, false]);
  });

  it('when a port is no number', async () => {
    const environment = { DAYPASS_SANDBOX_AWS_PORT: 'eighty' };
    expect(await place.refusal({ environment })).toEqual(
      refusedWith(/DAYPASS_SANDBOX_AWS_PORT: .*1 to 65535/),
    );
  });

  it('when the data directory cannot be made, because a file is in the way', async () => {
    const inTheWay = join(place.directory, 'in-the-way');
    await writeFile(inTheWay, '');
    const environment = { DAYPASS_DATA_DIR: join(inTheWay, 'data') };
    expect(await place.refusal({ environment })).toEqual(refusedWith(/in-the-way\/data .*\(ENOTDIR\)/));
  });

  it('when another process has the data directory', async () => {
    await place.start();
    const second = await DaypassPlace.make();
    onTestFinished(() => second.remove());
    const environment = { DAYPASS_DATA_DIR: place.dataDir };
    expect(await second.refusal({ environment })).toEqual(refusedWith(/in use by another Daypass process/));
  });
});

describe('R23: a store that does not fit stops the start, and is left as it is', () => {
  let made: DaypassPlace;

  beforeAll(async () => {
    made = await DaypassPlace.make();
    expect(await (await made.start()).stop()).toBe(0);
    return () => made.remove();
  });
  beforeEach(() => cp(made.dataDir, place.dataDir, { recursive: true }));

  it('G04: when a newer Daypass has used it', async () => {
    const database = new DatabaseSync(join(place.dataDir, 'daypass.db'));
    database.exec(`insert into daypass_migrations values ('9999-from-the-future', '2030-01-01')`);
    database.close();
    expect(await place.refusal()).toEqual(refusedWith(/newer Daypass.*9999-from-the-future/));
  });

  it('G05: when it is damaged', async () => {
    const file = join(place.dataDir, 'daypass.db');
    await writeFile(file, 'x'.repeat(8_192));
    expect(await place.refusal()).toEqual(refusedWith(/daypass\.db is damaged.*restore it from a backup/));
    expect(await readFile(file, 'utf8')).toBe('x'.repeat(8_192));
  });

  it('when its master key is gone: a new one could open nothing', async () => {
    await rm(join(place.dataDir, 'master.key'));
    expect(await refusalHere()).toEqual(oneLine(/masterKey: .*daypass\.db was sealed with a master key/));
  });

  it('when another master key is given', async () => {
    const environment = { DAYPASS_MASTER_KEY: randomBytes(32).toString('base64') };
    const refusal = await refusalHere(environment);
    expect(refusal).toEqual(oneLine(/master key does not fit/));
    expect(refusal).not.toContain(environment.DAYPASS_MASTER_KEY);
  });

  it('when its catalogue needs what the configuration no longer has', async () => {
    const environment = await writeConfig('sandbox: false\n');
    expect(await refusalHere(environment)).toEqual(
      oneLine(/the catalogue in the store does not fit this configuration: .*credential/),
    );
    expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
  });

  it('but a configuration that no longer names the seed starts with the catalogue that is there', async () => {
    await rm(place.dataDir, { recursive: true });
    await startHere(await applicationSettings()).then((daypass) => daypass.stop());
    await rm(join(place.directory, 'access.yaml'));
    const daypass = await startHere(await applicationSettings({ access: undefined }));
    onTestFinished(() => daypass.stop());
    await ApiClient.ofApplication(place.baseUrl, APPLICATION.id, APPLICATION.secret);
  });
});

describe('R23: what it is told has to make sense', () => {
  it.each([
    {
      what: 'an address that is not this machine’s',
      settings: { listen: { host: '203.0.113.1' }, sandbox: { host: '127.0.0.1' } },
      line: /203\.0\.113\.1 .*listen\.host/,
    },
    {
      what: 'a seed of the catalogue that is not there',
      settings: { access: 'nowhere.yaml' },
      line: /nowhere\.yaml.*ENOENT/,
    },
  ])('is refused with one line: $what', async ({ settings, line }) => {
    expect(await refusalHere(await writeConfig(settings))).toEqual(oneLine(line));
    expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
  });

  it('is refused with one line: a configuration file that is not there', async () => {
    expect(await refusalHere({ DAYPASS_CONFIG: 'nowhere.yaml' })).toEqual(oneLine(/nowhere\.yaml.*ENOENT/));
  });

  it('is refused with one line: one port twice', async () => {
    const environment = { DAYPASS_SANDBOX_AWS_PORT: String(place.ports[0]) };
    expect(await refusalHere(environment)).toEqual(oneLine(/three different ports/));
  });

  it('says every mistake of a configuration file at once, each with its line', async () => {
    const environment = await writeConfig(
      ['baseUrl: http://daypass.example.com', 'lisen: {}', 'sessions:', '  idleSeconds: 5', ''].join('\n'),
    );
    const { code, stdout, stderr } = await place.refusal({ environment });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [head, ...mistakes] = stderr.trimEnd().split('\n');
    expect(head).toMatch(/^Daypass cannot start: there are 3 mistakes/);
    expect(mistakes).toEqual([
      expect.stringMatching(/daypass\.yaml:1:\d+: baseUrl: must start with https/),
      expect.stringMatching(/daypass\.yaml:2:\d+: .*lisen.*listen/),
      expect.stringMatching(/daypass\.yaml:4:\d+: sessions\.idleSeconds: /),
    ]);
  });

  it('says every mistake of a catalogue’s seed at once', async () => {
    const mappings = [
      { id: 'one', applications: ['nobody'], roles: { ids: [APPLICATION.roleId] } },
      { id: 'two', applications: [APPLICATION.id], roles: { ids: ['no-such-role'] } },
    ];
    const refusal = await refusalHere(await applicationSettings({}, { mappings }));
    expect(refusal).toMatch(/there are 2 mistakes/);
    expect(refusal).toMatch(/access\.yaml:\d+:\d+: mappings\[0\].*\n.*access\.yaml:\d+:\d+: mappings\[1\]/);
  });

  it('wants a configuration for production, says what has to be in it, and makes nothing on disk', async () => {
    const { code, stderr } = await place.refusal({ environment: { NODE_ENV: 'production' } });
    expect(code).toBe(1);
    const [head, ...mistakes] = stderr.trimEnd().split('\n');
    expect(head).toMatch(/^Daypass cannot start: there are 2 mistakes/);
    expect(mistakes).toEqual([
      expect.stringMatching(/baseUrl: is missing; .*https/),
      expect.stringMatching(/masterKey: is missing; .*DAYPASS_MASTER_KEY/),
    ]);
    expect(await readdir(place.directory)).toEqual([]);
  });

  it('keeps the sandbox, http and secrets that everybody knows out of production', async () => {
    const known = 'sandbox-secret-of-daypass-at-its-openid-provider';
    const environment = await writeConfig({
      baseUrl: 'https://daypass.example.com',
      sandbox: true,
      aws: { endpoints: { sts: 'http://sts.example.com' } },
      secrets: { corp: '${CORP_SECRET}' },
    });
    const masterKey = randomBytes(32).toString('base64');
    const refusal = await refusalHere({ ...environment, DAYPASS_MASTER_KEY: masterKey, CORP_SECRET: known });
    expect(refusal).toMatch(/there are 3 mistakes/);
    expect(refusal).toMatch(/: sandbox: .*never starts in production/);
    expect(refusal).toMatch(/: aws\.endpoints\.sts: must start with https/);
    expect(refusal).toMatch(/: secrets\.corp: is a placeholder or a secret of the sandbox/);
    expect(refusal).not.toContain(known);
  });
});

describe('a start that fails leaves nothing open behind it', () => {
  it.each([0, 1, 2] as const)('when port number %i of the three is taken', async (which) => {
    const occupant = await occupy(place.ports[which]);
    expect(await refusalHere()).toEqual(oneLine(/is taken/));
    const others = place.ports.filter((_port, index) => index !== which);
    expect(await Promise.all(others.map(isListening))).toEqual([false, false]);

    // Neither is the data directory still held.
    await release(occupant);
    await (await startHere()).stop();
    expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
  });

  it('when the store cannot be opened', async () => {
    const inTheWay = join(place.dataDir, 'daypass.db.lock');
    await mkdir(inTheWay, { recursive: true });
    expect(await refusalHere()).toEqual(oneLine(/daypass\.db\.lock cannot be written/));
    expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
    await rm(inTheWay, { recursive: true });
    await (await startHere()).stop();
  });
});

async function applicationSettings(
  settings: Readonly<Record<string, unknown>> = {},
  access: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, string>>> {
  const { directory } = place;
  const stsUrl = 'http://127.0.0.1:9';
  return { DAYPASS_CONFIG: await writeApplicationSettings({ directory, stsUrl, settings, access }) };
}
