/** Kysely over a SqliteConnection. */
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import type { DialectAdapter, SqliteDatabase, SqliteStatement } from 'kysely';
import type { Schema } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { sqlValue } from './write-unit.ts';

/** SQLite's schema changes are transactional; Kysely's own adapter does not say so. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }
}

export function kyselyOverSqlite(connection: SqliteConnection): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new TransactionalSqliteDialect({ database: asKysely(connection) }) });
}

function asKysely(connection: SqliteConnection): SqliteDatabase {
  return {
    close: () => connection.close(),
    prepare: (sql) => statement(connection, sql),
  };
}

function statement(connection: SqliteConnection, sql: string): SqliteStatement {
  const prepared = connection.prepare(sql);
  return {
    reader: prepared.columns().length > 0,
    all: (parameters): unknown[] => prepared.all(...parameters.map(sqlValue)),
    run: (parameters) => prepared.run(...parameters.map(sqlValue)),
    iterate: (parameters) => prepared.iterate(...parameters.map(sqlValue)),
  };
}
