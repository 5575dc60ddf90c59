import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest's global set-up: builds `dist/`, so that tests never run against an older build, and names a directory for
 * what tests make once for many.
 */
export default function buildOnce(): () => void {
  execFileSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const shared = mkdtempSync(join(tmpdir(), 'daypass-run-'));
  process.env['DAYPASS_TEST_RUN'] = shared;
  return () => rmSync(shared, { recursive: true, force: true });
}
