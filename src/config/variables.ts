/** What the environment holds, by name; `NAME_FILE` names a file that holds the value of `NAME`. */
import { resolve } from 'node:path';
import { readSecretFile } from './secret-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** At most one of the two; neither where nothing is set. */
export interface Variable {
  readonly value?: string;
  readonly mistake?: string;
}

/** Empty counts as not set: that is what `NAME: ${NAME:-}` in a compose file means. */
export function readVariable(environment: Environment, name: string, directory: string): Variable {
  const value = own(environment, name);
  const file = own(environment, `${name}_FILE`);
  if (value !== undefined && file !== undefined) {
    return { mistake: `${name} and ${name}_FILE are both set; set one of them` };
  }
  if (value !== undefined) return { value };
  return file === undefined ? {} : readSecretFile(resolve(directory, file));
}

/** The variable alone, for what is no secret: `DAYPASS_CONFIG_FILE` would be taken for the configuration file itself. */
export function readPlainVariable(environment: Environment, name: string): string | undefined {
  return own(environment, name);
}

/** Never what objects inherit: `${constructor}` is not a variable. */
function own(environment: Environment, name: string): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === '' ? undefined : value;
}
