/** Settings for a Daypass without the sandbox, which an application uses in front of a fake STS. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sha256Hex } from '../../src/lib/hash.ts';

export const APPLICATION = {
  id: 'worker',
  secret: 'a-secret-of-the-tests-own',
  roleId: 'worker-role',
} as const;

export interface ApplicationSettings {
  readonly directory: string;
  readonly stsUrl: string;
  /** Further settings of the configuration file, and lists of `access.yaml`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly access?: Readonly<Record<string, unknown>>;
}

/** @returns the configuration file. */
export async function writeApplicationSettings(options: ApplicationSettings): Promise<string> {
  const { directory, stsUrl, settings = {}, access = {} } = options;
  await mkdir(directory, { recursive: true });
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(directory, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const key = {
    Version: 1,
    AccessKeyId: 'AKIATESTTESTTESTTEST',
    SecretAccessKey: 'test/secret+of/the/broker',
  };
  return write(
    'daypass.yaml',
    stringify({
      access: await write('access.yaml', stringify({ ...ACCESS, ...access })),
      credentialSources: { main: { kind: 'key-file', file: await write('key.json', JSON.stringify(key)) } },
      aws: { endpoints: { sts: stsUrl } },
      logLevel: 'error',
      ...settings,
    }),
  );
}

const ACCESS = {
  accounts: [{ id: '111122223333', name: 'Example' }],
  roles: [
    {
      id: APPLICATION.roleId,
      accountId: '111122223333',
      roleName: 'Worker',
      grant: { method: 'assume-role', credentialSource: 'main' },
    },
  ],
  applications: [
    { id: APPLICATION.id, name: 'Worker', secretHashes: [`sha256:${sha256Hex(APPLICATION.secret)}`] },
  ],
  mappings: [{ id: 'worker', applications: [APPLICATION.id], roles: { ids: [APPLICATION.roleId] } }],
};
