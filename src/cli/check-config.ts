import { checkConfig } from '../config/load-config.ts';
import { loadAccessFile } from '../config/load-access.ts';
import { ConfigError, printProblems } from '../config/problem.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';
import { SANDBOX_SECRETS } from '../sandbox/access.ts';
import { SANDBOX_CREDENTIAL_SOURCES } from '../sandbox/credential-files.ts';
import type { Command, Terminal } from './command.ts';

type Checked = ReturnType<typeof checkConfig>;

/** Says everything that is wrong with a configuration and the catalogue seed it names; makes and starts nothing. */
export const checkConfigCommand: Command = {
  usage: 'check-config [FILE]',
  summary: 'check a configuration and the access file it names; starts nothing',
  maximumArguments: 1,
  run([file], terminal) {
    const environment = file === undefined ? terminal.environment : withFile(terminal, file);
    try {
      const config = checkConfig(environment, terminal);
      const access = config.accessFile === undefined ? undefined : readAccess(config, config.accessFile);
      terminal.print([...describe(config), ...(access === undefined ? [] : [countsOf(access)])].join('\n'));
      return 0;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      terminal.complain(printProblems(error.problems));
      return 1;
    }
  },
};

function withFile({ environment }: Terminal, file: string): Terminal['environment'] {
  return { ...environment, DAYPASS_CONFIG: file };
}

function readAccess(config: Checked, file: string): Catalogue {
  const { catalogue, problems } = loadAccessFile(file, factsOf(config));
  if (catalogue === undefined) throw new ConfigError(problems);
  return catalogue;
}

/** As a start would see them: a sandbox that runs brings credential sources and secrets of its own. */
function factsOf({ sandbox, credentialSources, secrets, production }: Checked): CatalogueFacts {
  const brought = sandbox === undefined ? [] : SANDBOX_CREDENTIAL_SOURCES;
  const broughtSecrets = sandbox === undefined ? [] : Object.keys(SANDBOX_SECRETS);
  const sources = new Map(brought.map((name) => [name, { longTerm: true }]));
  for (const [name, { longTerm }] of credentialSources) sources.set(name, { longTerm });
  return {
    credentialSources: sources,
    secretNames: new Set([...broughtSecrets, ...secrets.keys()]),
    allowHttp: !production,
  };
}

function describe(config: Checked): string[] {
  return [
    `ok: ${config.baseUrl} (${config.production ? 'production' : 'not production'})`,
    `  listens on ${config.listen.host}:${config.listen.port}, sandbox ${config.sandbox === undefined ? 'off' : 'on'}`,
    `  store ${config.store.kind}, data directory ${config.dataDir}`,
    `  master key ${config.masterKey === undefined ? 'kept in the data directory, made at the first start' : 'given'}`,
  ];
}

function countsOf(catalogue: Catalogue): string {
  const counts = (['connectors', 'accounts', 'roles', 'mappings', 'applications'] as const).map(
    (list) => `${catalogue[list].length} ${list}`,
  );
  return `  access file: ${counts.join(', ')}`;
}
