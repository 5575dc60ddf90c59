import { parseArgs } from 'node:util';
import { accessCommand } from './access.ts';
import { checkConfigCommand } from './check-config.ts';
import type { Command, Terminal } from './command.ts';
import { accessSchemaCommand, configSchemaCommand } from './json-schema.ts';
import { newMasterKeyCommand, newSecretCommand } from './new-secret.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['check-config', checkConfigCommand],
  ['access', accessCommand],
  ['new-secret', newSecretCommand],
  ['new-master-key', newMasterKeyCommand],
  ['config-schema', configSchemaCommand],
  ['access-schema', accessSchemaCommand],
]);

/** Exit codes: 0 done, 1 something is wrong with what was asked for, 2 the command line itself is. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name] = args.filter((word) => !word.startsWith('-'));
  const command = COMMANDS.get(name ?? '');
  const line = readLine(args, command?.options);
  if ('mistake' in line) return complain(line.mistake, terminal);
  const { help, ...options } = line.options;
  if (help === true || name === 'help') {
    terminal.print(usage());
    return 0;
  }
  if (name === undefined) return complain('which command?', terminal);
  if (command === undefined) return complain(`there is no command ${JSON.stringify(name)}`, terminal);
  const [, ...rest] = line.words;
  if (rest.length > command.maximumArguments) {
    return complain(`too many arguments; write: daypass ${command.usage}`, terminal);
  }
  return command.run(rest, terminal, options);
}

interface Line {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

function readLine(
  args: readonly string[],
  options: Command['options'] = {},
): Line | { readonly mistake: string } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h', default: false } },
    });
    return { words: positionals, options: values };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
}

function complain(mistake: string, terminal: Terminal): number {
  terminal.complain(`daypass: ${mistake}\n\n${usage()}`);
  return 2;
}

function usage(): string {
  const commands = [...COMMANDS.values(), { usage: 'help', summary: 'show this' }];
  const width = Math.max(...commands.map((command) => command.usage.length));
  const lines = commands.map((command) => `  daypass ${command.usage.padEnd(width)}  ${command.summary}`);
  return ['Usage:', ...lines].join('\n');
}
