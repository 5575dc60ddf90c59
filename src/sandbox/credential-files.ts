import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXAMPLE_ACCOUNTS } from './aws/organization/example-accounts.ts';
import type { World } from './aws/organization/world.ts';

/** CredentialSources that the seed names -> the IAM user whose key each is. */
const USERS = {
  'tools-broker': { accountId: EXAMPLE_ACCOUNTS.tools, userName: 'daypass-broker' },
  'example-corp': { accountId: EXAMPLE_ACCOUNTS.exampleCorp, userName: 'cost-service' },
  reports: { accountId: EXAMPLE_ACCOUNTS.tools, userName: 'reports' },
  tools: { accountId: EXAMPLE_ACCOUNTS.tools, userName: 'tools' },
} as const;

/** What the seed may name without the configuration saying so. */
export const SANDBOX_CREDENTIAL_SOURCES: readonly string[] = Object.keys(USERS);

/** Writes each user's key in the form that `credential_process` prints, mode 0600. Name -> file. */
export async function writeCredentialFiles(
  directory: string,
  world: World,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const written = await Promise.all(
    Object.entries(USERS).map(async ([name, { accountId, userName }]) => {
      const key = world.keyOf(accountId, userName);
      // Another organization than the example need not have them.
      if (key === undefined) return [];
      const file = join(directory, `${name}.json`);
      const content = { Version: 1, AccessKeyId: key.id, SecretAccessKey: key.secret.reveal() };
      await replaceFile(file, `${JSON.stringify(content)}\n`);
      return [[name, file] as const];
    }),
  );
  return Object.fromEntries(written.flat());
}

/** Whoever reads meanwhile sees the old file or the new one. */
async function replaceFile(file: string, content: string): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, file);
}
