/** What was found when a role was last tried out: alike on every database. */
import { describe, expect, it } from 'vitest';
import type { KeptRoleCheck } from '../../src/core/ports/role-checks.ts';
import type { Stores } from '../../src/core/ports/stores.ts';
import type { Standing } from '../../src/core/principal.ts';
import { randomToken } from '../../src/lib/hash.ts';
import { NOW, buildEvent, buildSession, later } from '../support/store-fixtures.ts';

export function describeRoleChecks(stores: () => Stores): void {
  const keep = (check: KeptRoleCheck, standing?: Standing): Promise<void> =>
    stores().roleCheckStore.keep(check, {
      event: buildEvent({ name: 'role-check.completed', detail: { marker: check.roleId } }),
      standing,
    });

  const keptOf = async (roleId: string): Promise<readonly KeptRoleCheck[]> =>
    (await stores().roleCheckStore.list()).filter((check) => check.roleId === roleId);

  const toldOf = async (roleId: string): Promise<number> =>
    (await stores().audit.list({ limit: 1000 })).filter(({ event }) => event.detail['marker'] === roleId)
      .length;

  describe('role checks', () => {
    it('keep the last result of each role, and tell of every one', async () => {
      const roleId = randomToken();
      const failed: KeptRoleCheck = {
        roleId,
        outcome: 'fails',
        cause: 'provider.missing',
        detail: 'AccessDenied: \u{1f600} not authorized',
        at: NOW,
      };
      const works: KeptRoleCheck = { roleId, outcome: 'works', cause: 'check.works', at: later(60) };
      await keep(failed);
      expect(await keptOf(roleId)).toEqual([failed]);
      await keep(works);
      expect(await keptOf(roleId)).toEqual([works]);
      expect(await toldOf(roleId)).toBe(2);
    });

    it('keep nothing for whoever’s session has ended meanwhile', async () => {
      const roleId = randomToken();
      const check: KeptRoleCheck = { roleId, outcome: 'works', cause: 'check.works', at: NOW };
      const ended: Standing = { kind: 'sign-in-session', idHash: buildSession().idHash };
      await expect(keep(check, ended)).rejects.toThrow(expect.objectContaining({ code: 'session.ended' }));
      expect([await keptOf(roleId), await toldOf(roleId)]).toEqual([[], 0]);
    });
  });
}
