import { sql, type Kysely, type Migration } from 'kysely';

/** For the newest refused sign-ins: no other record is in it, so that writing those costs nothing. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('audit_events_refused_sign_ins')
    .on('audit_events')
    .column('at')
    .where(sql.ref('name'), '=', 'sign-in.denied')
    .execute();
}

export const refusedSignIns: Migration = { up };
