import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Locks a SQLite file as a backup gone wrong would.
 *
 * @returns what releases the lock, by ending the process that holds it. */
export async function lockFromAnotherProcess(file: string): Promise<() => Promise<void>> {
  const program = `
    const { DatabaseSync } = require('@photostructure/sqlite');
    const database = new DatabaseSync(process.argv[1], { timeout: 2000 });
    database.exec('begin exclusive');
    console.log('locked');
    setTimeout(() => database.close(), 60_000);`;
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}
