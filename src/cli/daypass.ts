#!/usr/bin/env node
/** The `daypass` program of operators. Serving is `main.ts`'s; this owns the commands around it. */
import { runCommand } from './run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  workingDirectory: process.cwd(),
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
});
