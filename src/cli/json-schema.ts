import { accessJsonSchema, configJsonSchema } from '../config/json-schemas.ts';
import type { Command } from './command.ts';

export const configSchemaCommand: Command = {
  usage: 'config-schema',
  summary: 'print the JSON Schema of the configuration file, for editors',
  maximumArguments: 0,
  run(_args, terminal) {
    terminal.print(configJsonSchema().trimEnd());
    return 0;
  },
};

export const accessSchemaCommand: Command = {
  usage: 'access-schema',
  summary: 'print the JSON Schema of access.yaml, for editors',
  maximumArguments: 0,
  run(_args, terminal) {
    terminal.print(accessJsonSchema().trimEnd());
    return 0;
  },
};
