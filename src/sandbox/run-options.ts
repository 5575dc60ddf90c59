import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface RunOptions {
  readonly awsPort: number;
  readonly identityProvidersPort: number;
  readonly dataDir: string;
  readonly brokerUrl: string;
  readonly organization: string | undefined;
}

export type RunRequest =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'print'; readonly what: 'help' | 'schema' }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] };

export const RUN_HELP = `Daypass's sandbox alone: an AWS that refuses what AWS refuses, and two identity providers.

Usage: npm run sandbox -- [options]

  --organization FILE          the AWS organization, a YAML file   DAYPASS_SANDBOX_ORGANIZATION
                               (default: src/sandbox/organization.yaml of Daypass)
  --aws-port N                 the port of its AWS (8081)          DAYPASS_SANDBOX_AWS_PORT
  --identity-provider-port N   the port of its identity providers  DAYPASS_SANDBOX_IDP_PORT
                               (8082)
  --data-dir D                 where its key is kept (data)        DAYPASS_DATA_DIR
  --broker-url URL             what \${brokerUrl} stands for        DAYPASS_BASE_URL
                               (http://localhost:8080)
  --schema                     print the JSON Schema of the organization file, for editors
  --help                       show this

Port 0 takes a free one. Options win over the environment.`;

/** Every mistake at once. Paths are relative to the directory that the process was started in. */
export function readRunOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): RunRequest {
  const read = readLine(args);
  if ('mistake' in read) return { kind: 'mistakes', mistakes: [read.mistake] };
  const { values } = read;
  if (values.help) return { kind: 'print', what: 'help' };
  if (values.schema) return { kind: 'print', what: 'schema' };
  const mistakes: string[] = [];
  const setting = (flag: Flag, variable: string): { name: string; value: string } | undefined => {
    const value = values[flag];
    if (value !== undefined) return { name: `--${flag}`, value };
    const given = environment[variable];
    return given === undefined || given === '' ? undefined : { name: variable, value: given };
  };
  const port = (flag: Flag, variable: string, standard: number): number => {
    const given = setting(flag, variable);
    if (given === undefined) return standard;
    if (/^[0-9]{1,5}$/.test(given.value) && Number(given.value) <= 65_535) return Number(given.value);
    mistakes.push(`${given.name} must be a port, a whole number from 0 to 65535`);
    return standard;
  };
  const organization = setting('organization', 'DAYPASS_SANDBOX_ORGANIZATION')?.value;
  const broker = setting('broker-url', 'DAYPASS_BASE_URL') ?? { name: '', value: 'http://localhost:8080' };
  const brokerUrl = originOf(broker.value);
  if (brokerUrl === undefined) mistakes.push(`${broker.name} must be an address that begins with http`);
  const options = {
    awsPort: port('aws-port', 'DAYPASS_SANDBOX_AWS_PORT', 8081),
    identityProvidersPort: port('identity-provider-port', 'DAYPASS_SANDBOX_IDP_PORT', 8082),
    dataDir: resolve(directory, setting('data-dir', 'DAYPASS_DATA_DIR')?.value ?? 'data'),
    brokerUrl: brokerUrl ?? '',
    organization: organization === undefined ? undefined : resolve(directory, organization),
  };
  return mistakes.length > 0 ? { kind: 'mistakes', mistakes } : { kind: 'run', options };
}

const FLAGS = {
  organization: { type: 'string' },
  'aws-port': { type: 'string' },
  'identity-provider-port': { type: 'string' },
  'data-dir': { type: 'string' },
  'broker-url': { type: 'string' },
} as const;
type Flag = keyof typeof FLAGS;

function readLine(args: readonly string[]) {
  const options = {
    ...FLAGS,
    schema: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return { values: parseArgs({ args: [...args], options }).values };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
}

function originOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined;
}
