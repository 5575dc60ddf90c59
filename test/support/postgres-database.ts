import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Secret } from '../../src/lib/secret.ts';

export interface TestDatabase {
  readonly url: Secret;
  /** Runs as an operator would, over a connection of its own. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** A database of the test's own on a real server, whose user may create databases. */
export async function createTestDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `daypass_test_${randomBytes(8).toString('hex')}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await runOnce(serverUrl, `create database ${name}`);
  return {
    url: new Secret(url.href),
    sql: (text, values) => runOnce(url.href, text, values),
    drop: async () => {
      await runOnce(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

async function runOnce(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
