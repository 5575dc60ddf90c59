/**
 * What the process is told, read once: environment, then file, then secrets. Owns every word of what may be
 * configured and every complaint about it. Nothing is made on disk, and nothing starts, while anything is wrong.
 */
import { dirname } from 'node:path';
import { noConfigFile, readConfigFile, type ConfigFileReading } from './config-file.ts';
import { isProduction, settle, type RuleContext, type Settled } from './config-rules.ts';
import type { Config } from './config.ts';
import { keepMasterKey, prepareDataDirectory } from './data-directory.ts';
import { ConfigError, inReadingOrder, printPath, type ConfigProblem, type Path } from './problem.ts';
import { readProcessSettings, type ProcessSettings } from './process-settings.ts';
import { readVariable, type Environment } from './variables.ts';

interface LoadOptions {
  /** The directory the process was started in; relative paths of the environment start here. */
  readonly workingDirectory: string;
}

/** @throws ConfigError with every mistake that can be found. */
export function loadConfig(environment: Environment, options: LoadOptions): Config {
  const settled = checkConfig(environment, options);
  const directory = prepareDataDirectory(settled.dataDir);
  if ('mistake' in directory) fail('dataDir', directory.mistake);
  if (settled.masterKey !== undefined) return deepFreeze({ ...settled, masterKey: settled.masterKey });
  const storeFile = settled.store.kind === 'sqlite' ? settled.store.file : undefined;
  const key = keepMasterKey(settled.dataDir, storeFile);
  if ('mistake' in key) fail('masterKey', key.mistake);
  return deepFreeze({ ...settled, masterKey: key.value });
}

/**
 * The same without a trace on disk: the master key is undefined where a start would make or read its own.
 * @throws ConfigError
 */
export function checkConfig(environment: Environment, { workingDirectory }: LoadOptions): Settled {
  const process = readProcessSettings(environment, workingDirectory);
  const file =
    process.configFile === undefined
      ? noConfigFile()
      : readConfigFile(process.configFile, (name) => readVariable(environment, name, workingDirectory));
  const problems: ConfigProblem[] = [...process.problems, ...file.problems];
  const settled =
    file.settings &&
    settle(file.settings, {
      process,
      workingDirectory,
      hasFile: process.configFile !== undefined,
      directory: process.configFile === undefined ? workingDirectory : dirname(process.configFile),
      production: isProduction(file.settings, process),
      isReference: (path) => file.references.has(printPath(path)),
      report: reporter(file, process, problems),
    });
  if (settled === undefined || problems.length > 0) throw new ConfigError(inReadingOrder(problems));
  return settled;
}

/** What a rule says about a setting that is broken anyway would only confuse. */
function reporter(
  file: ConfigFileReading,
  process: ProcessSettings,
  problems: ConfigProblem[],
): RuleContext['report'] {
  const ofEnvironment = new Set(process.problems.map(({ path }) => path));
  return (path: Path, message: string) => {
    const [first] = path;
    if (file.isBroken(path)) return;
    if (first === 'DAYPASS_MASTER_KEY') problems.push({ path: first, message });
    else if (!(first === 'masterKey' && ofEnvironment.has('DAYPASS_MASTER_KEY'))) {
      problems.push(file.locate(path, message));
    }
  };
}

function fail(path: string, message: string): never {
  throw new ConfigError([{ path, message }]);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
