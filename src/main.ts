/** Process entry: start, say where to go, stop on a signal. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { banner, invitation } from './cli/banner.ts';
import { startFailure } from './cli/start-failure.ts';
import { whenNpmIsGone } from './lib/npm-shell.ts';
import { start, type Daypass } from './start.ts';

/** `views/` and `public/` are beside the folder this file is in, built or not. */
const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');

/** On Ctrl-C the terminal tells every process of `npm start`, and npm passes it on: that is one wish, not two. */
const ONE_WISH_MS = 500;

/** The lock file holds the SDK's version; its notice about Node 20 is for whoever raises that, not for who runs it. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

async function main(): Promise<void> {
  let daypass: Daypass | undefined = undefined;
  let toldAt: number | undefined;
  // Before the start: a process that is number 1 of its container ignores signals that nobody handles.
  const stop = (): void => {
    if (toldAt !== undefined) {
      // A second signal means now.
      if (performance.now() - toldAt > ONE_WISH_MS) process.exit(1);
      return;
    }
    toldAt = performance.now();
    if (daypass === undefined) process.exit(0);
    daypass.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`Daypass did not stop cleanly: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  whenNpmIsGone('start', () => {
    if (toldAt === undefined) stop();
  });
  daypass = await start({ rootDir, environment: process.env, workingDirectory: process.cwd() });
  process.stdout.write(banner(daypass.config, daypass.sandbox) + invitation(daypass));
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

await main().catch((error: unknown) => fail(startFailure(error)));
