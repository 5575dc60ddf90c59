/**
 * `kill -9` under load: nothing that anybody was given or told is lost. The clients' own journals and STS's are
 * held against the audit records, which are read after the last kill.
 */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredAuditEvent } from '../../src/core/ports/stores.ts';
import { ApiClient } from '../support/api-client.ts';
import { CrashLane, ISSUES_BEFORE_A_KILL, markIn } from '../support/crash-lane.ts';
import { openDataDirectory } from '../support/open-data-directory.ts';

/** Two at once, each with a store of its own: while one starts, the other works. */
const LANES = ['first', 'second'] as const;
const KILLS = 25;

interface Issue {
  readonly mark: string;
  readonly requestedAt: number;
  readonly issuedAt: number | undefined;
  readonly accessKeyId: string | undefined;
}

describe(`G01, R1: after ${LANES.length * KILLS} kills under load`, () => {
  let lanes: readonly CrashLane[];
  const events: StoredAuditEvent[][] = [];
  const chains: unknown[] = [];
  const integrity: unknown[] = [];
  const answers: (readonly number[])[] = [];

  beforeAll(async () => {
    lanes = await Promise.all(LANES.map(() => CrashLane.open()));
    await Promise.all(lanes.map((lane) => lane.crash(KILLS)));
    for (const lane of lanes) {
      integrity.push(integrityOf(lane.place.dataDir));
      answers.push(await answersToAll(lane));
      const stores = await openDataDirectory(lane.place.dataDir);
      chains.push((await stores.audit.verify()).firstBadSequence);
      events.push(await everyEvent(stores.audit));
      await stores.close();
    }
  }, 240_000);
  afterAll(() => Promise.all(lanes.map((lane) => lane.close())));

  const each = LANES.map((name, index) => ({ name, index }));

  it.each(each)('the test was one: each kill of the $name lane met requests under way', ({ index }) => {
    const lane = laneAt(index);
    expect(lane.interrupted).toHaveLength(KILLS);
    expect(Math.min(...lane.interrupted)).toBeGreaterThan(0);
    expect(lane.received.length).toBeGreaterThanOrEqual(KILLS * ISSUES_BEFORE_A_KILL);
    expect(lane.sessionCookies.length).toBeGreaterThan(0);
    expect(lane.accessTokens.length).toBeGreaterThan(KILLS);
    expect(lane.refusals).toEqual([]);
  });

  it.each(each)('the database of the $name lane is sound and its audit chain verifies', ({ index }) => {
    expect(integrity[index]).toEqual([{ integrity_check: 'ok' }]);
    expect(chains[index]).toBeUndefined();
    expect(events[index]?.length).toBeGreaterThan(0);
  });

  it.each(each)(
    'every credential a client of the $name lane received is on record, after its intent',
    ({ index }) => {
      const issues = issuesOf(events[index] ?? []);
      const byKey = new Map([...issues.values()].map((issue) => [issue.accessKeyId, issue]));
      const missing = laneAt(index).received.filter(({ mark, accessKeyId }) => {
        const issue = byKey.get(accessKeyId);
        return issue?.mark !== mark || issue.issuedAt === undefined || issue.requestedAt >= issue.issuedAt;
      });
      expect(missing).toEqual([]);
    },
  );

  it.each(each)(
    'R2, T08: whatever STS of the $name lane minted had an intent, and nothing else is called issued',
    ({ index }) => {
      const issues = [...issuesOf(events[index] ?? []).values()];
      const { mintedBySts } = laneAt(index);
      const intents = new Set(issues.map(({ mark }) => mark));
      expect(mintedBySts.filter(({ mark }) => mark === '' || !intents.has(mark))).toEqual([]);
      const minted = new Set(mintedBySts.map(({ accessKeyId }) => accessKeyId));
      expect(
        issues.filter(({ accessKeyId }) => accessKeyId !== undefined && !minted.has(accessKeyId)),
      ).toEqual([]);
    },
  );

  it.each(each)('every access token and every session of the $name lane still stands', ({ index }) => {
    expect(answers[index]).toHaveLength(
      laneAt(index).accessTokens.length + laneAt(index).sessionCookies.length,
    );
    expect(new Set(answers[index])).toEqual(new Set([200]));
  });

  function laneAt(index: number): CrashLane {
    const lane = lanes[index];
    if (lane === undefined) throw new Error(`there is no lane ${index}`);
    return lane;
  }
});

function integrityOf(dataDir: string): unknown {
  const database = new DatabaseSync(join(dataDir, 'daypass.db'));
  try {
    return database.prepare('pragma integrity_check').all();
  } finally {
    database.close();
  }
}

/** `/api/v1/me` to everything that was ever acknowledged, after one more start. */
async function answersToAll(lane: CrashLane): Promise<readonly number[]> {
  const { baseUrl } = lane.place;
  const process = await lane.start();
  const callers = [
    ...lane.accessTokens.map((token) => new ApiClient(baseUrl, { authorization: `Bearer ${token}` })),
    ...lane.sessionCookies.map((cookie) => new ApiClient(baseUrl, { cookie: `daypass-session=${cookie}` })),
  ];
  const answers: number[] = [];
  for (const caller of callers) answers.push((await caller.get('/api/v1/me')).status);
  await process.stop();
  return answers;
}

async function everyEvent(audit: {
  list(page: { readonly before?: number; readonly limit: number }): Promise<readonly StoredAuditEvent[]>;
}): Promise<StoredAuditEvent[]> {
  const events: StoredAuditEvent[] = [];
  for (;;) {
    const before = events.at(-1)?.sequence;
    const page = await audit.list({ limit: 1_000, ...(before === undefined ? {} : { before }) });
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** Issue id -> what the records say of it. */
function issuesOf(events: readonly StoredAuditEvent[]): ReadonlyMap<string, Issue> {
  const issues = new Map<string, Issue>();
  for (const { sequence, event } of events.toReversed()) {
    const { issue: id, sessionPolicy, accessKeyId } = event.detail;
    if (typeof id !== 'string') continue;
    if (event.name === 'credentials.requested') {
      const mark = markIn(JSON.stringify(sessionPolicy));
      issues.set(id, { mark, requestedAt: sequence, issuedAt: undefined, accessKeyId: undefined });
    } else if (event.name === 'credentials.issued' && typeof accessKeyId === 'string') {
      const intent = issues.get(id) ?? { mark: '', requestedAt: Infinity };
      issues.set(id, { ...intent, issuedAt: sequence, accessKeyId });
    }
  }
  return issues;
}
