import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

interface LockedPackage {
  readonly dev?: boolean;
  readonly license?: string;
}

function lockedPackages(): [path: string, found: LockedPackage][] {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  return Object.entries((JSON.parse(text) as { packages: Record<string, LockedPackage> }).packages);
}

describe('the AGPL package that tests ask', () => {
  it('is for development: nothing under such a licence runs in production', () => {
    const reaching = lockedPackages().filter(([, { license }]) => /GPL/.test(license ?? ''));
    expect(reaching.map(([path]) => path)).toContain('node_modules/@cloud-copilot/iam-simulate');
    expect(reaching.filter(([, { dev }]) => dev !== true)).toEqual([]);
  });

  it('is imported by one file of the tests', () => {
    const importers = ['src', 'test', 'bench'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join(folder, path))
        .filter((path) => /from '@cloud-copilot\//.test(readFileSync(join(ROOT, path), 'utf8'))),
    );
    expect(importers).toEqual([join('test', 'iam', 'ask-oracle.ts')]);
  });
});
