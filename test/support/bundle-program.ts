import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface BundledProgram {
  readonly file: string;
  remove(): void;
}

/** Makes a test's own program (a child process, a worker) into one that every Node we support can run. */
export async function bundleProgram(source: URL): Promise<BundledProgram> {
  // Inside the project, for that is where its packages are found.
  const directory = mkdtempSync(join('dist', 'test-'));
  const file = join(process.cwd(), directory, `${basename(source.pathname, '.ts')}.js`);
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
