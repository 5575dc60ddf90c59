/** After all of it: what the broker has printed and kept. */
import { describe, expect, it } from 'vitest';
import type { HostileWorld } from './hostile-world.ts';

const ROWS = Array.from({ length: 23 }, (_, index) => `O${String(index + 1).padStart(2, '0')}`);

export function describeRemains(world: () => HostileWorld): void {
  describe('all of it together', () => {
    it('was at least four hundred cases, of every row, with a genuine sign-in for each few', () => {
      const { cases, controls } = world().tally;
      const sum = [...cases.values()].reduce((total, count) => total + count, 0);
      expect(ROWS.filter((row) => !cases.has(row))).toEqual([]);
      expect(sum).toBeGreaterThanOrEqual(400);
      expect(controls).toBeGreaterThanOrEqual(sum / 2);
    });

    it('left a reason for each refusal in the log, and nothing of a token, a code or a secret anywhere', async () => {
      const { log, files, refusals } = await world().remains();
      expect(refusals.size).toBeGreaterThan(100);
      const lines = log.split('\n');
      const told = new Map(lines.flatMap((line) => entryOf(line)));
      expect([...refusals].filter(([requestId, code]) => told.get(requestId) !== code)).toEqual([]);
      expect(lines.filter((line) => line.includes('"code":"internal"'))).toEqual([]);
      expect(world().secrets.size).toBeGreaterThan(500);
      expect(world().secrets.foundIn(log)).toEqual([]);
      expect(files.size).toBeGreaterThan(0);
      for (const [name, bytes] of files) expect(world().secrets.foundIn(bytes), name).toEqual([]);
    });
  });
}

function entryOf(line: string): [requestId: string, code: string][] {
  if (!line.startsWith('{')) return [];
  const { requestId, code } = JSON.parse(line) as { requestId?: string; code?: string };
  return requestId === undefined || code === undefined ? [] : [[requestId, code]];
}
