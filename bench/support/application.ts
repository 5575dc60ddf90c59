/** An application and its role, as the measurements of handing out use them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sha256Hex } from '../../src/lib/hash.ts';

const SECRET = 'bench-secret';

export async function applicationToken(port: number): Promise<string> {
  const response = await fetch(`http://localhost:${port}/api/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'bench',
      client_secret: SECRET,
    }),
  });
  const { access_token: accessToken } = (await response.json()) as { access_token: string };
  return accessToken;
}

export interface ApplicationSettings {
  readonly directory: string;
  readonly stubPort: number;
  readonly brokerPort: number;
  /** Of the role `bench`. */
  readonly reuse?: { readonly minimumLeftSeconds: number };
}

/** @returns the configuration file of a Daypass that asks the STS stub. */
export function writeApplicationSettings(settings: ApplicationSettings): string {
  const { directory, stubPort, brokerPort, reuse } = settings;
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const key = { Version: 1, AccessKeyId: 'AKIABENCHBENCHBENCH0', SecretAccessKey: 'bench' };
  const access = {
    accounts: [{ id: '111122223333', name: 'Bench' }],
    roles: [
      {
        id: 'bench',
        accountId: '111122223333',
        roleName: 'Bench',
        maximumDurationSeconds: 43_200,
        ...(reuse === undefined ? {} : { reuse }),
        grant: { method: 'assume-role', credentialSource: 'bench' },
      },
    ],
    applications: [{ id: 'bench', name: 'Bench', secretHashes: [`sha256:${sha256Hex(SECRET)}`] }],
    mappings: [{ id: 'bench', applications: ['bench'], roles: { ids: ['bench'] } }],
  };
  return file(
    'daypass.yaml',
    stringify({
      baseUrl: `http://localhost:${brokerPort}`,
      rateLimits: { principals: { burst: 1_000_000, perMinute: 1_000_000 } },
      listen: { host: '127.0.0.1', port: brokerPort },
      access: file('access.yaml', stringify(access)),
      credentialSources: { bench: { kind: 'key-file', file: file('key.json', JSON.stringify(key)) } },
      aws: { endpoints: { sts: `http://127.0.0.1:${stubPort}` } },
    }),
  );
}
