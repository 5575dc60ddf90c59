/**
 * A Chromium for the browser tests. On Linux x64 it comes with the packages; elsewhere the machine's own is
 * used: the file that DAYPASS_TEST_CHROMIUM names, else an installed Chrome.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';

/** The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const options = await launchOptions();
  try {
    return await chromium.launch(options);
  } catch (cause) {
    throw new Error(
      'No Chromium could be started for the browser tests. Set DAYPASS_TEST_CHROMIUM to the path of a ' +
        'Chromium or Chrome, or install Chrome.',
      { cause },
    );
  }
}

async function launchOptions(): Promise<LaunchOptions> {
  const named = process.env['DAYPASS_TEST_CHROMIUM'];
  // Chromium's own sandbox does not start under root, as in most containers; only pages of ours are opened.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (named !== undefined && named !== '') return { executablePath: named, args };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome', args };
  const dir = await unpackedDir();
  return {
    executablePath: join(dir, 'chromium'),
    // The packaged build carries no sandbox helper, whoever runs it. Hinting off: the same glyph widths everywhere.
    args: ['--no-sandbox', '--font-render-hinting=none'],
    // Playwright passes this environment instead of ours: keep ours, and the same fonts on every machine.
    env: { ...process.env, FONTCONFIG_FILE: join(dir, 'fonts.conf') },
  };
}

/**
 * The package unpacks itself to fixed names in the temporary directory, without a lock: two test processes
 * at once would run half a file. So a child process unpacks to a directory of its own, which then takes the
 * final name in one step. Whoever comes second uses the first one's.
 */
async function unpackedDir(): Promise<string> {
  const final = join(tmpdir(), `daypass-test-chromium-${await packageVersion()}`);
  if (await exists(join(final, 'fonts.conf'))) return final;
  const staging = await mkdtemp(join(tmpdir(), 'daypass-test-chromium-unpacking-'));
  try {
    await unpackTo(staging);
    await writeFile(join(staging, 'fonts.conf'), fontsConf(final));
    await rename(staging, final);
  } catch (cause) {
    if (!(await exists(join(final, 'fonts.conf')))) throw cause;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return final;
}

async function unpackTo(dir: string): Promise<void> {
  const program = "import('@sparticuz/chromium').then((module) => module.default.executablePath())";
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: dir },
  });
}

async function packageVersion(): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const root = entry.slice(0, entry.lastIndexOf('/build/'));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function fontsConf(dir: string): string {
  const prefer = (family: string, first: string): string =>
    `<alias binding="same"><family>${family}</family><prefer><family>${first}</family></prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(dir, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(dir, 'fonts-cache')}</cachedir>
  ${prefer('system-ui', 'Open Sans')}
  ${prefer('sans-serif', 'Open Sans')}
  ${prefer('monospace', 'DejaVu Sans Mono')}
</fontconfig>
`;
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
