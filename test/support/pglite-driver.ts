import { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { PostgresClient, PostgresDriver, PostgresQuery } from '../../src/stores/postgres-driver.ts';

interface Turn {
  release(): void;
}

/** PGlite has one connection: whoever is inside a transaction has it alone, the others wait their turn. */
function turnstile(): () => Promise<Turn> {
  let last = Promise.resolve();
  return async () => {
    const before = last;
    let release = (): void => undefined;
    last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return { release };
  };
}

/** Postgres inside this process, behind the same seam as `pg`. One connection serves pool and writer. */
export async function createPgliteDriver(): Promise<PostgresDriver & { stop(): Promise<void> }> {
  const INT8 = 20;
  const database = await PGlite.create();
  const takeTurn = turnstile();

  async function run(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<{ rows: never[]; rowCount: number }> {
    const result = await database.query(text, [...values], { parsers: { [INT8]: Number } });
    const rows = result.rows as never[];
    return { rows, rowCount: rows.length > 0 ? rows.length : (result.affectedRows ?? 0) };
  }

  async function alone({ text, values }: PostgresQuery): ReturnType<typeof run> {
    const turn = await takeTurn();
    try {
      return await run(text, values);
    } finally {
      turn.release();
    }
  }

  function pool(): PostgresPool {
    return {
      async connect() {
        const turn = await takeTurn();
        const query = async (text: string, parameters: readonly unknown[]): Promise<object> => ({
          command: 'SELECT',
          ...(await run(text, parameters)),
        });
        return { query: query as PostgresPoolClient['query'], release: () => turn.release() };
      },
      end: () => Promise.resolve(),
    };
  }

  return {
    place: 'pglite',
    readers: { ...pool(), query: alone },
    poolForMigration: pool,
    connectWriter: () => Promise.resolve(writerOver({ run, alone, takeTurn })),
    stop: () => database.close(),
  };
}

function writerOver(connection: {
  readonly run: (text: string, values?: readonly unknown[]) => Promise<{ rows: never[]; rowCount: number }>;
  readonly alone: (query: PostgresQuery) => Promise<{ rows: never[]; rowCount: number }>;
  readonly takeTurn: () => Promise<Turn>;
}): PostgresClient {
  let turn: Turn | undefined;
  let lost = false;
  return {
    async query(query) {
      if (query.text === 'begin') turn = await connection.takeTurn();
      if (turn === undefined) return connection.alone(query);
      const ends = query.text === 'commit' || query.text === 'rollback';
      try {
        return await connection.run(query.text, query.values);
      } finally {
        if (ends) {
          turn.release();
          turn = undefined;
        }
      }
    },
    get lost() {
      return lost;
    },
    close() {
      lost = true;
    },
  };
}
