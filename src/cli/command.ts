import type { ParseArgsConfig } from 'node:util';

/** A command of operators: reads its arguments, speaks on the terminal it is given, answers with an exit code. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Results, on standard output. */
  readonly print: (text: string) => void;
  /** Mistakes, on standard error. */
  readonly complain: (text: string) => void;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly maximumArguments: number;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  readonly run: (
    args: readonly string[],
    terminal: Terminal,
    options: Readonly<Record<string, unknown>>,
  ) => number | Promise<number>;
}
