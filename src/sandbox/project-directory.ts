import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The directory that holds `views`, `public` and `sandbox`: the nearest one above the entry, which is at another
 * depth once it is built.
 */
export function projectDirectory(entryUrl: string): string {
  let directory = dirname(fileURLToPath(entryUrl));
  while (!existsSync(join(directory, 'views', 'sandbox'))) {
    const above = dirname(directory);
    if (above === directory) throw new Error('the sandbox does not find its pages: views/sandbox is missing');
    directory = above;
  }
  return directory;
}
