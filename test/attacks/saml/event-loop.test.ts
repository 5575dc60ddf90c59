/**
 * S29: nothing that strangers send keeps the broker from everybody else for longer than 50 ms. Measured inside the
 * broker's own process, started from what is built, while this process sends. Its log is read afterwards.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram, type BundledProgram } from '../../support/bundle-program.ts';
import { DaypassPlace, type DaypassProcess } from '../../support/daypass-process.ts';
import { startFakeSamlIdp, type FakeSamlIdp } from '../../support/fake-saml-idp.ts';
import { HttpBrowser, type Page } from '../../support/http-browser.ts';
import { codeOn } from '../../support/sign-in-by-hand.ts';
import { ROOT_DIR, freePorts } from '../../support/start-test-broker.ts';
import { encryptionCertificate } from './encrypt-assertions.ts';
import { HEAVY_MESSAGES, heavyLogoutRequest, type HeavyAid, type HeavyMessage } from './heavy-messages.ts';

const LONGEST_MS = 50;
/** A pause of the garbage collector or a page fault is not the message's doing: only what happens each time is. */
const TRIES = 3;
const MANY = { burst: 1_000_000, perMinute: 1_000_000 };

let place: DaypassPlace;
let broker: DaypassProcess;
let idp: FakeSamlIdp;
let probe: BundledProgram;
let probePort: number;
let certificate: string;

beforeAll(async () => {
  [place, idp, probe, [probePort]] = await Promise.all([
    DaypassPlace.make(),
    startFakeSamlIdp(),
    bundleProgram(new URL('event-loop-probe.ts', import.meta.url)),
    freePorts(),
  ]);
  broker = await place.start({
    command: [process.execPath, '--import', probe.file, join(ROOT_DIR, 'dist/main.js')],
    environment: { DAYPASS_CONFIG: await writeConfiguration(), EVENT_LOOP_PROBE_PORT: String(probePort) },
  });
  certificate = encryptionCertificate(await (await fetch(`${place.baseUrl}/saml/corp/metadata`)).text());
  // What is done once (loading, compiling) is no message's doing.
  for (let round = 0; round < 5; round += 1) await send({ name: 'warm', make: honestGroups, codes: [] });
});
afterAll(async () => {
  await Promise.all([place.remove(), idp.close()]);
  probe.remove();
});

const honestGroups = (aid: HeavyAid): Promise<string> | string =>
  HEAVY_MESSAGES.find(({ name }) => name === '2,000 groups')?.make(aid) ?? '';

async function writeConfiguration(): Promise<string> {
  const directory = join(place.directory, 'settings');
  const file = join(directory, 'daypass.yaml');
  await mkdir(directory);
  const connector = { kind: 'saml', id: 'corp', label: 'Corp', metadataUrl: idp.metadataUrl };
  await writeFile(join(directory, 'access.yaml'), stringify({ connectors: [connector] }));
  await writeFile(
    file,
    stringify({
      baseUrl: place.baseUrl,
      listen: { host: '127.0.0.1', port: place.ports[0] },
      logLevel: 'debug',
      access: join(directory, 'access.yaml'),
      rateLimits: { signIns: MANY, failures: MANY, failedClients: MANY },
    }),
  );
  return file;
}

interface Ready {
  readonly browser: HttpBrowser;
  readonly form: ReadonlyMap<string, string>;
}

/** Everything but the sending, so that nothing else is measured with it. */
async function prepare(message: HeavyMessage): Promise<Ready> {
  const browser = new HttpBrowser();
  const { headers } = await browser.send(`${place.baseUrl}/sign-in/corp`);
  const request = idp.readRequest(new URL(headers.get('location') ?? ''));
  const SAMLResponse = await message.make({ idp, request, certificate });
  return { browser, form: new Map(Object.entries({ SAMLResponse, RelayState: request.relayState })) };
}

const deliver = ({ browser, form }: Ready): Promise<Page> =>
  browser.send(`${place.baseUrl}/saml/corp/acs`, { method: 'POST', form, from: 'http://localhost:1/' });

async function send(message: HeavyMessage): Promise<Page> {
  return deliver(await prepare(message));
}

/** The longest that the broker was busy without a break since it was last asked. */
async function busyMs(reset = false): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${probePort}/${reset ? 'reset' : ''}`);
  return ((await answer.json()) as { readonly longestMs: number }).longestMs;
}

async function measured(work: () => Promise<unknown>): Promise<number> {
  await busyMs(true);
  await work();
  return busyMs();
}

async function leastOf(tries: number, once: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < tries && least > LONGEST_MS; count += 1) least = Math.min(least, await once());
  return least;
}

const figures: [name: string, milliseconds: number][] = [];

function note(name: string, milliseconds: number): void {
  figures.push([name, Math.round(milliseconds * 10) / 10]);
}

describe('S29: the event loop', () => {
  it('is measured by what sees it busy', async () => {
    const spin = (): Promise<unknown> => fetch(`http://127.0.0.1:${probePort}/spin`);
    expect(await measured(spin)).toBeGreaterThan(LONGEST_MS);
  });

  it.each(HEAVY_MESSAGES.map((message) => [message.name, message] as const))(
    'is free again within 50 ms while the message has %s',
    async (name, message) => {
      const longest = await leastOf(TRIES, async () => {
        const ready = await prepare(message);
        let page: Page | undefined;
        const busy = await measured(async () => {
          page = await deliver(ready);
        });
        expect(message.codes, `${page?.status ?? 0}`).toContain(
          page === undefined ? 'nothing' : codeOn(page),
        );
        expect(page?.status).toBeLessThan(500);
        return busy;
      });
      note(name, longest);
      expect(longest).toBeLessThanOrEqual(LONGEST_MS);
    },
  );

  it.each([
    ['5,900 siblings', '<a/>'.repeat(5_900)],
    ['250 kB of text', 'x'.repeat(250_000)],
    ['10,000 levels', '<a>'.repeat(10_000) + '</a>'.repeat(10_000)],
  ])('is free again within 50 ms while a logout request has %s', async (name, load) => {
    const form = new Map([['SAMLRequest', heavyLogoutRequest(load)]]);
    const url = `${place.baseUrl}/saml/corp/logout`;
    const longest = await leastOf(TRIES, () =>
      measured(async () => {
        const page = await new HttpBrowser().send(url, { method: 'POST', form, from: idp.ssoUrl });
        expect(codeOn(page)).toMatch(/^(?:saml|request)\./);
      }),
    );
    note(`logout: ${name}`, longest);
    expect(longest).toBeLessThanOrEqual(LONGEST_MS);
  });

  it('is free again within 50 ms while a logout request inflates to 12 MB', async () => {
    const message = deflateRawSync(Buffer.alloc(12_000_000, 'x')).toString('base64');
    const query = new URLSearchParams({ SAMLRequest: message, SigAlg: 'x', Signature: 'x' }).toString();
    const longest = await leastOf(TRIES, () =>
      measured(async () => {
        const page = await new HttpBrowser().send(`${place.baseUrl}/saml/corp/logout?${query}`);
        expect(page.status).toBeGreaterThanOrEqual(400);
        expect(page.status).toBeLessThan(500);
      }),
    );
    note('logout: inflates to 12 MB', longest);
    expect(longest).toBeLessThanOrEqual(LONGEST_MS);
  });

  it('answers others while a heavy message is verified', async () => {
    const ready = await prepare({ name: '', make: honestGroups, codes: [] });
    const order: string[] = [];
    const heavy = deliver(ready).then(() => order.push('the heavy one'));
    const others = Array.from({ length: 5 }, async () => {
      await (await fetch(`${place.baseUrl}/healthz`)).arrayBuffer();
      order.push('another');
    });
    await Promise.all([heavy, ...others]);
    expect(order).toHaveLength(6);
    expect(order[0]).toBe('another');
  });

  it('was measured with all of them', ({ task }) => {
    const worst = [...figures].sort(([, a], [, b]) => b - a);
    Object.assign(task.meta, { figures: worst });
    expect(figures).toHaveLength(HEAVY_MESSAGES.length + 4);
  });
});

describe('S47: the log of all that', () => {
  it('has one line of JSON for each request, and nothing of a message', async () => {
    expect(await broker.stop()).toBe(0);
    const lines = broker.stdout.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(HEAVY_MESSAGES.length);
    const [greeting, ...rest] = lines;
    expect(greeting).toMatch(/^Daypass is /);
    // What it says of the first run is indented.
    const records = rest.filter((line) => !line.startsWith('  '));
    expect(records.length).toBeGreaterThan(HEAVY_MESSAGES.length);
    for (const line of records) expect(JSON.parse(line)).toBeTypeOf('object');
    const all = broker.stdout + broker.stderr;
    const told = [
      'saml:',
      'samlp:',
      'ann@example.com',
      'group-number-',
      'X509',
      'SAMLResponse',
      'yyyyyyyyyy',
    ];
    expect(told.filter((secret) => all.includes(secret))).toEqual([]);
  });
});
