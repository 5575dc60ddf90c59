/** Process entry: start, say where to go, stop on a signal. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { banner, startFailure } from './cli/banner.ts';
import { start } from './start.ts';

/** `views/` and `public/` are beside the folder this file is in, built or not. */
const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');

try {
  const daypass = await start({ rootDir, environment: process.env, workingDirectory: process.cwd() });
  process.stdout.write(banner(daypass.config, daypass.sandbox));
  let stopping = false;
  const stop = (): void => {
    // A second signal means now.
    if (stopping) process.exit(1);
    stopping = true;
    void daypass.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
} catch (error) {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
}
