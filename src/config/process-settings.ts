/** Settings that the environment gives directly, held to the same rules as the file. */
import { resolve } from 'node:path';
import type { ConfigProblem } from './problem.ts';
import { readPlainVariable, readVariable, type Environment } from './variables.ts';

export interface ProcessSettings {
  readonly configFile: string | undefined;
  readonly dataDir: string | undefined;
  readonly port: number | undefined;
  readonly sandboxAwsPort: number | undefined;
  readonly sandboxIdentityProvidersPort: number | undefined;
  readonly sandboxOrganization: string | undefined;
  readonly masterKey: string | undefined;
  readonly production: boolean;
  readonly problems: readonly ConfigProblem[];
}

const MASTER_KEY = 'DAYPASS_MASTER_KEY';

/** Paths are relative to `directory`, the one the process was started in. */
export function readProcessSettings(environment: Environment, directory: string): ProcessSettings {
  const problems: ConfigProblem[] = [];
  const path = (name: string): string | undefined => {
    const value = readPlainVariable(environment, name);
    return value === undefined ? undefined : resolve(directory, value);
  };
  const port = (name: string): number | undefined => {
    const value = readPlainVariable(environment, name);
    if (value === undefined) return undefined;
    const number = /^[0-9]{1,5}$/.test(value) ? Number(value) : 0;
    if (number >= 1 && number <= 65_535) return number;
    problems.push({ path: name, message: 'must be a port, a whole number from 1 to 65535' });
    return undefined;
  };
  const masterKey = readVariable(environment, MASTER_KEY, directory);
  if (masterKey.mistake !== undefined) problems.push({ path: MASTER_KEY, message: masterKey.mistake });
  return {
    configFile: path('DAYPASS_CONFIG'),
    dataDir: path('DAYPASS_DATA_DIR'),
    port: port('DAYPASS_PORT'),
    sandboxAwsPort: port('DAYPASS_SANDBOX_AWS_PORT'),
    sandboxIdentityProvidersPort: port('DAYPASS_SANDBOX_IDP_PORT'),
    sandboxOrganization: path('DAYPASS_SANDBOX_ORGANIZATION'),
    masterKey: masterKey.value,
    production: environment['NODE_ENV'] === 'production',
    problems,
  };
}
