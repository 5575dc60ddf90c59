import { parseArgs } from 'node:util';
import { checkConfigCommand } from './check-config.ts';
import type { Command, Terminal } from './command.ts';
import { accessSchemaCommand, configSchemaCommand } from './json-schema.ts';
import { newMasterKeyCommand, newSecretCommand } from './new-secret.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['check-config', checkConfigCommand],
  ['new-secret', newSecretCommand],
  ['new-master-key', newMasterKeyCommand],
  ['config-schema', configSchemaCommand],
  ['access-schema', accessSchemaCommand],
]);

/** Exit codes: 0 done, 1 something is wrong with what was checked, 2 the command line itself is. */
export function runCommand(args: readonly string[], terminal: Terminal): number {
  const line = readLine(args);
  if ('mistake' in line) return complain(line.mistake, terminal);
  const [name, ...rest] = line.words;
  if (line.help || name === 'help') {
    terminal.print(usage());
    return 0;
  }
  if (name === undefined) return complain('which command?', terminal);
  const command = COMMANDS.get(name);
  if (command === undefined) return complain(`there is no command ${JSON.stringify(name)}`, terminal);
  if (rest.length > command.maximumArguments) {
    return complain(`too many arguments; write: daypass ${command.usage}`, terminal);
  }
  return command.run(rest, terminal);
}

function readLine(
  args: readonly string[],
): { readonly words: readonly string[]; readonly help: boolean } | { readonly mistake: string } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    return { words: positionals, help: values.help };
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
