import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredAuditEvent, Stores } from '../../src/core/ports/stores.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import { bundleProgram } from '../support/bundle-program.ts';
import type { BundledProgram } from '../support/bundle-program.ts';
import { MASTER_KEY, NOW, temporaryDirectory } from '../support/store-fixtures.ts';

const ROUNDS = 20;

let program: BundledProgram;
const directory = temporaryDirectory();
const file = join(directory.path, 'daypass.db');

beforeAll(async () => {
  program = await bundleProgram(new URL('../support/crash-writer.ts', import.meta.url));
});
afterAll(() => {
  program.remove();
  directory.remove();
});

it(
  'G01: kill -9 at any moment loses no acknowledged write and breaks no chain',
  { timeout: 180_000 },
  async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const lines = await writeUntilKilled(5 + Math.random() * 250);
      acknowledged.push(...lines);
      const stores = await openAgain();
      const { rows, firstBadSequence } = await stores.audit.verify();
      expect(firstBadSequence).toBeUndefined();
      expect(rows).toBeGreaterThanOrEqual(acknowledged.length);
      await stores.close();
      expect(integrity()).toBe('ok');
    }
    // Otherwise nothing was tried.
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 10);

    const stores = await openAgain();
    const events = await allEvents(stores);
    const kept = new Set(
      events.flatMap(({ event: { detail } }) => [
        `record ${text(detail['id'])}`,
        `session ${text(detail['session'])}`,
      ]),
    );
    expect(acknowledged.filter((line) => !kept.has(line))).toEqual([]);
    // No half sign-in: a session is there exactly when its record is.
    for (const { event } of events.filter(({ event: { name } }) => name === 'sign-in.completed')) {
      expect(await stores.signInSessions.find(text(event.detail['session']), NOW)).toBeDefined();
    }
    await stores.close();
  },
);

/** @returns what the program acknowledged before it died. */
async function writeUntilKilled(afterMs: number): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    [program.file, file, join(process.cwd(), 'dist', 'sqlite-writer.js')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [unknown, string];
  expect(signal).toBe('SIGKILL');
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('ready'));
}

function openAgain(): Promise<Stores> {
  return openStores({ store: { kind: 'sqlite', file }, node: 'node-1', masterKey: MASTER_KEY });
}

function integrity(): string {
  const database = new DatabaseSync(file);
  const rows = database.prepare('pragma integrity_check').all() as { readonly integrity_check: string }[];
  database.close();
  return rows.map((row) => row.integrity_check).join();
}

async function allEvents(stores: Stores): Promise<readonly StoredAuditEvent[]> {
  const events: StoredAuditEvent[] = [];
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const page = await stores.audit.list({ before, limit: 1000 });
    events.push(...page);
    const last = page.at(-1);
    if (last === undefined) return events;
    before = last.sequence;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
