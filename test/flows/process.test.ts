/** The built program as its own process, told by environment variables only: start, stop, start again. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ApiClient, type ApiAnswer } from '../support/api-client.ts';
import { APPLICATION, writeApplicationSettings } from '../support/application-settings.ts';
import { DaypassPlace, isListening, statusOf } from '../support/daypass-process.ts';
import { startFakeSts, stsReply, type FakeSts } from '../support/fake-sts.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { openDataDirectory } from '../support/open-data-directory.ts';
import { callerIdentity, type HandedOut } from '../support/sandbox-aws.ts';
import { ROOT_DIR, signIn } from '../support/start-test-broker.ts';

let place: DaypassPlace;

beforeEach(async () => {
  place = await DaypassPlace.make();
  return () => place.remove();
});

describe('a start without any configuration', () => {
  it('becomes ready, and says where to go, who one can be and what to try', async () => {
    const daypass = await place.start();
    expect(await statusOf(`${place.baseUrl}/healthz`)).toBe(200);
    expect(daypass.stdout).toContain(`open ${place.baseUrl}\n`);
    for (const person of ['Erin Engel', 'Priya Nair', 'Carlos Ortiz', 'Alex Admin', 'Nora Quinn']) {
      expect(daypass.stdout).toContain(person);
    }
    expect(daypass.stdout).toContain(`--endpoint-url ${place.awsUrl}`);
    expect(daypass.stdout).toContain(place.dataDir);
    const browser = new HttpBrowser();
    for (const port of place.ports) {
      const page = await browser.get(`http://localhost:${port}/`);
      expect({ port, status: page.status }).toEqual({ port, status: 200 });
    }
    expect(daypass.stderr).toBe('');
    expect(await daypass.stop()).toBe(0);
    expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
  });

  it('prints a code by which somebody can set it up, where there is neither a catalogue nor a sandbox', async () => {
    const configuration = join(place.directory, 'daypass.yaml');
    await writeFile(configuration, 'sandbox: false\nlogLevel: info\n');
    const daypass = await place.start({ environment: { DAYPASS_CONFIG: configuration } });
    const [, code = ''] = /\/first-run within an hour and enter\s+([\w-]{43})\s/.exec(daypass.stdout) ?? [];
    const browser = new HttpBrowser();
    const asked = await browser.get(`${place.baseUrl}/first-run`);
    const page = await browser.submit(asked, '/first-run', { code });
    expect(page.text).toContain('1. Identity provider');
    await daypass.stop();
    expect(daypass.stdout.split(code)).toHaveLength(2);
  });

  it('G06: makes files and directories for its user alone, whatever the umask', async () => {
    const main = join(ROOT_DIR, 'dist/main.js');
    await place.start({ command: ['sh', '-c', 'umask 0; exec "$0" "$1"', process.execPath, main] });
    const modes = await modesBelow(place.dataDir);
    expect(modes).toMatchObject({ 'master.key': 0o600, 'daypass.db': 0o600, 'daypass.db-wal': 0o600 });
    expect(Object.entries(modes).filter(([, mode]) => (mode & 0o077) !== 0)).toEqual([]);
  });
});

/** Path -> permission bits, of everything in a directory. */
async function modesBelow(directory: string): Promise<Readonly<Record<string, number>>> {
  const names = ['', ...(await readdir(directory, { recursive: true }))];
  const modes = names.map(async (name) => [name, (await stat(join(directory, name))).mode & 0o777] as const);
  return Object.fromEntries(await Promise.all(modes));
}

describe('a restart', () => {
  it('keeps sessions, access tokens, published keys, handed-out credentials and the audit chain', async () => {
    const before = await place.start();
    const browser = new HttpBrowser();
    await signIn(browser, place, { person: 'erin.engel', connector: 'sandbox-saml' });
    const erin = ApiClient.ofBrowser(browser, place.baseUrl);
    const report = await ApiClient.ofApplication(
      place.baseUrl,
      'billing-report',
      'sandbox-secret-of-billing-report',
    );
    const { status, body: credentials } = await report.credentials('production-readonly');
    expect(status).toBe(200);
    const facts = async (): Promise<unknown> => ({
      erin: (await erin.get('/api/v1/me')).body,
      report: (await report.get('/api/v1/me')).body,
      published: await Promise.all(
        ['/aws/jwks.json', '/aws/.well-known/openid-configuration', '/aws/saml/metadata'].map(published),
      ),
      identity: (await callerIdentity(place.awsUrl, credentials)).Arn,
    });
    const known = await facts();
    expect(known).toMatchObject({
      erin: { kind: 'user', subject: 'erin.engel' },
      report: { kind: 'application' },
    });
    expect(await before.stop()).toBe(0);

    const after = await place.start();
    expect(await facts()).toEqual(known);
    expect((await report.credentials('production-readonly')).status).toBe(200);
    expect(await after.stop()).toBe(0);

    const stores = await openDataDirectory(place.dataDir);
    onTestFinished(() => stores.close());
    expect(await stores.audit.verify()).toMatchObject({ firstBadSequence: undefined });
    const names = (await stores.audit.list({ limit: 100 })).map(({ event }) => event.name);
    expect(names.filter((name) => name === 'credentials.issued')).toHaveLength(2);
  });

  async function published(path: string): Promise<string> {
    const response = await fetch(place.baseUrl + path);
    expect(response.status).toBe(200);
    return response.text();
  }
});

describe('a process that is told to stop', () => {
  let sts: FakeSts;
  let answerSts: () => void;
  let environment: Readonly<Record<string, string>>;

  beforeEach(async () => {
    sts = await startFakeSts();
    const asked = new Promise<void>((resolve) => (answerSts = resolve));
    sts.reply = (call) => (response) => {
      void asked.then(() => response.end(stsReply(call).body));
    };
    environment = {
      DAYPASS_CONFIG: await writeApplicationSettings({
        directory: join(place.directory, 'settings'),
        stsUrl: sts.url,
        settings: { logLevel: 'info' },
      }),
    };
    return () => sts.close();
  });

  /** A request for credentials that waits for an STS which has heard of it and is silent. */
  async function requestUnderWay(): Promise<{ readonly answer: Promise<ApiAnswer<HandedOut>> }> {
    const worker = await ApiClient.ofApplication(place.baseUrl, APPLICATION.id, APPLICATION.secret);
    const answer = worker.credentials(APPLICATION.roleId);
    answer.catch(() => undefined);
    while (sts.calls.length === 0) await sleep(5);
    return { answer };
  }

  it('G11: says so at /readyz while the door is still open, answers what is under way, and ends with 0', async () => {
    const daypass = await place.start({ environment });
    const opened = await openConnection(place.ports[0]);
    const { answer } = await requestUnderWay();
    daypass.signal('SIGTERM');
    expect(await statusAfterReady()).toBe(503);
    const late = await fetch(`${place.baseUrl}/readyz`);
    expect([late.status, late.headers.get('connection'), await late.json()]).toEqual([
      503,
      'close',
      { status: 'stopping' },
    ]);

    const answeredAt = performance.now();
    answerSts();
    const { status, headers, body } = await answer;
    expect(status).toBe(200);
    expect(body.secretAccessKey).not.toBe('');
    expect(headers.get('connection')).toBe('close');
    expect(await daypass.ended).toEqual({ code: 0, signal: null });
    // Neither a kept-alive connection nor one that a browser opened in advance holds it up.
    expect(performance.now() - answeredAt).toBeLessThan(4_000);
    expect(opened.destroyed || (await once(opened, 'close'))).toBeTruthy();
    expect(daypass.stdout).toContain(`"path":"/api/v1/roles/${APPLICATION.roleId}/credentials","status":200`);
  });

  it('G11: takes two signals within a moment for one: npm passes on the Ctrl-C that everybody got', async () => {
    const daypass = await place.start({ environment });
    const { answer } = await requestUnderWay();
    daypass.signal('SIGINT');
    daypass.signal('SIGTERM');
    expect(await statusAfterReady()).toBe(503);
    answerSts();
    expect((await answer).status).toBe(200);
    expect(await daypass.ended).toEqual({ code: 0, signal: null });
  });

  it('G11, T08: ends at once when it is told again; what STS was asked is on record', async () => {
    const daypass = await place.start({ environment });
    const { answer } = await requestUnderWay();
    daypass.signal('SIGTERM');
    await sleep(700);
    const toldAt = performance.now();
    daypass.signal('SIGTERM');
    expect(await daypass.ended).toEqual({ code: 1, signal: null });
    expect(performance.now() - toldAt).toBeLessThan(2_000);
    await expect(answer).rejects.toThrow();

    const stores = await openDataDirectory(place.dataDir);
    onTestFinished(() => stores.close());
    expect(await stores.audit.verify()).toMatchObject({ firstBadSequence: undefined });
    const [last] = await stores.audit.list({ limit: 1 });
    expect(last?.event).toMatchObject({
      name: 'credentials.requested',
      detail: { role: APPLICATION.roleId, sessionName: sts.calls[0]?.parameters.get('RoleSessionName') },
    });
  });

  it('G11: in production stays open for seconds although nothing is under way, so that load balancers notice', async () => {
    const settings = { baseUrl: 'https://daypass.example.com', aws: {} };
    const directory = join(place.directory, 'settings');
    const daypass = await place.start({
      environment: {
        DAYPASS_CONFIG: await writeApplicationSettings({ directory, stsUrl: sts.url, settings }),
        DAYPASS_MASTER_KEY: randomBytes(32).toString('base64'),
        NODE_ENV: 'production',
      },
    });
    expect(daypass.stdout).toMatch(/^Daypass is ready at https:\/\/daypass\.example\.com\n/);
    daypass.signal('SIGTERM');
    expect(await statusAfterReady()).toBe(503);
    await sleep(2_000);
    expect(await statusOf(`${place.baseUrl}/readyz`)).toBe(503);
    expect(await daypass.ended).toEqual({ code: 0, signal: null });
  });

  describe('by way of npm start, in a checkout where nothing was built', () => {
    const command = ['npm', 'start'] as const;
    let workingDirectory: string;

    beforeEach(async () => {
      workingDirectory = join(place.directory, 'checkout');
      for (const name of ['src', 'views', 'public', 'package.json', 'tsconfig.json']) {
        await cp(join(ROOT_DIR, name), join(workingDirectory, name), { recursive: true });
      }
      await symlink(join(ROOT_DIR, 'node_modules'), join(workingDirectory, 'node_modules'));
    });

    it('builds, starts, and leaves no process behind when npm is told to stop', async () => {
      const npm = await place.start({ command, workingDirectory, ownGroup: true });
      expect(npm.stdout).toContain(`open ${place.baseUrl}\n`);
      npm.signal('SIGTERM');
      // The output of npm closes when nobody holds it any more: the last of its processes is gone.
      await npm.ended;
      expect(await Promise.all(place.ports.map(isListening))).toEqual([false, false, false]);
    });

    it('answers what is under way when somebody presses Ctrl-C', async () => {
      const npm = await place.start({ command, workingDirectory, environment, ownGroup: true });
      const { answer } = await requestUnderWay();
      npm.signalGroup('SIGINT');
      expect(await statusAfterReady()).toBe(503);
      answerSts();
      expect((await answer).status).toBe(200);
      await npm.ended;
      expect(await isListening(place.ports[0])).toBe(false);
    });
  });
});

/** The first answer of `/readyz` that is not yes; undefined where the door was shut before it said no. */
async function statusAfterReady(): Promise<number | undefined> {
  for (;;) {
    const status = await statusOf(`${place.baseUrl}/readyz`);
    if (status !== 200) return status;
  }
}

async function openConnection(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
