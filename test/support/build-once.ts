import { execFileSync } from 'node:child_process';

/** Vitest's global set-up: builds `dist/`, so that tests never run against an older build. */
export default function buildOnce(): void {
  execFileSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
