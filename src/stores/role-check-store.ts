import type { KeptRoleCheck, RoleCheckStore } from '../core/ports/role-checks.ts';
import { statement } from './database.ts';
import type { Database } from './database.ts';
import { standingChecks, standingEnded } from './standing-checks.ts';
import { auditEntry } from './write-unit.ts';

export function createRoleCheckStore(database: Database): RoleCheckStore {
  const check = standingChecks(database);
  return {
    async keep({ roleId, at, ...result }, { event, standing }) {
      const now = { checked_at: at.getTime(), result: JSON.stringify(result) };
      const upsert = database.build
        .insertInto('role_checks')
        .values({ role_id: roleId, ...now })
        .onConflict((conflict) => conflict.column('role_id').doUpdateSet(now));
      const checks = standing === undefined ? [] : check(standing, event.at);
      const written = await database.write([...checks, statement(upsert)], [auditEntry(event)]);
      if (written.status !== 'committed') throw standingEnded(standing);
    },
    async list() {
      const rows = await database.read((db) => db.selectFrom('role_checks').selectAll().execute());
      return rows.map(({ role_id: roleId, checked_at: at, result }) => ({
        roleId,
        at: new Date(at),
        ...(JSON.parse(result) as Omit<KeptRoleCheck, 'roleId' | 'at'>),
      }));
    },
  };
}
