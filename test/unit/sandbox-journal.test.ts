import { describe, expect, it } from 'vitest';
import { Journal, type JournalEntry } from '../../src/sandbox/aws/journal.ts';

function entry(changes: Partial<JournalEntry> = {}): Omit<JournalEntry, 'id'> {
  return {
    at: '2026-11-23T17:03:29.000Z',
    requestId: 'request',
    service: 'sts',
    action: 'AssumeRole',
    parameters: {},
    decisions: [],
    result: { code: 'Success', status: 200 },
    sourceIp: '127.0.0.1',
    userAgent: 'test',
    ...changes,
  };
}

describe('the journal', () => {
  it('keeps the last ten thousand calls and finds them by their request ids', () => {
    const journal = new Journal();
    for (let at = 1; at <= 20_005; at += 1) journal.add(entry({ requestId: `request-${at}` }));
    const kept = journal.entries();
    expect(kept).toHaveLength(10_000);
    expect([kept[0]?.id, kept.at(-1)?.id]).toEqual([10_006, 20_005]);
    expect(journal.findByRequestId('request-10005')).toBeUndefined();
    expect(journal.findByRequestId('request-10006')?.id).toBe(10_006);
    expect(journal.latest(2).map(({ id }) => id)).toEqual([20_005, 20_004]);
  });

  it('keeps fewer where they are very long, and always the newest', () => {
    const journal = new Journal(10_000, 20_000);
    for (let at = 1; at <= 50; at += 1) journal.add(entry({ parameters: { policy: 'x'.repeat(9_000) } }));
    const kept = journal.entries();
    expect(kept.map(({ id }) => id)).toEqual([47, 48, 49, 50]);
    expect(String(kept[0]?.parameters['policy'])).toHaveLength(4_097);
  });

  it('is no longer changed by what it was given', () => {
    const journal = new Journal();
    const parameters = { roleArn: 'before' };
    journal.add(entry({ parameters }));
    parameters.roleArn = 'after';
    expect(journal.entries()[0]?.parameters).toEqual({ roleArn: 'before' });
  });
});
