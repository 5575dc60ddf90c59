import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      devDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

interface Installed {
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  readonly resolved: string | undefined;
  readonly runTime: boolean;
}

const lock = lockSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));

const installed: readonly Installed[] = Object.entries(lock.packages)
  .filter(([place]) => place !== '')
  .map(([place, entry]) => ({
    place,
    name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version ?? '',
    license: entry.license,
    integrity: entry.integrity,
    resolved: entry.resolved,
    runTime: entry.dev !== true,
  }));

function copiesOf(name: string): readonly Installed[] {
  return installed.filter((entry) => entry.name === name);
}

/** Releases alone: a prerelease sorts before what it leads to, and none is wanted here. */
function isAtLeast(version: string, floor: string): boolean {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return false;
  const [have, want] = [version, floor].map((text) => text.split('.').map(Number));
  const difference = (have ?? [])
    .map((part, index) => part - (want?.[index] ?? 0))
    .find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

describe('the lock file', () => {
  it('was read: it holds what package.json asks for', () => {
    const manifest = lockSchema.shape.packages.valueType.parse(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
    );
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
    expect(lock.packages['']?.devDependencies).toEqual(manifest.devDependencies);
    expect(installed.length).toBeGreaterThan(100);
    const names = new Set(installed.map(({ name }) => name));
    const missing = Object.keys(manifest.dependencies ?? {}).filter((name) => !names.has(name));
    expect(missing).toEqual([]);
  });

  it('names no address to load from: that is the business of whoever installs', () => {
    expect(installed.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('pins the content of every package', () => {
    const loose = installed.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true);
    expect(loose.map(({ place }) => place)).toEqual([]);
  });
});

describe('no copy of a library is older than the fix of what was found in it', () => {
  it.each([
    [
      '@xmldom/xmldom',
      '0.8.15',
      'CVE-2022-39353, CVE-2026-34601, CVE-2026-41672..41675, CVE-2026-83608..83618',
    ],
    ['xml-crypto', '6.3.0', 'CVE-2024-32962, CVE-2025-29774, CVE-2025-29775, #586, #589'],
    ['@node-saml/node-saml', '5.1.0', 'CVE-2025-54369, CVE-2025-54419'],
    ['@node-saml/passport-saml', '5.1.0', 'CVE-2022-39299'],
    ['ejs', '7.0.2', 'CVE-2022-29078, CVE-2024-33883'],
    ['path-to-regexp', '8.4.0', 'CVE-2024-45296, CVE-2024-52798, CVE-2026-4867, CVE-2026-4926'],
    ['passport', '0.7.0', 'CVE-2022-25896: session fixation'],
    ['express', '5.3.0', 'the prototypes that http/server.ts relies on'],
    ['cookie', '0.7.0', 'CVE-2024-47764'],
    ['send', '1.1.0', 'CVE-2024-43799'],
    ['serve-static', '2.1.0', 'CVE-2024-43800'],
    ['body-parser', '2.2.1', 'CVE-2025-13466'],
    ['xml2js', '0.5.0', 'CVE-2023-0842: prototype pollution'],
    ['openid-client', '6.9.0', 'the checks that connectors/oidc relies on'],
    ['undici', '7.2.3', 'CVE-2025-22150'],
  ])('%s is at least %s (%s)', (name, floor) => {
    const copies = copiesOf(name).filter(({ runTime }) => runTime);
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.filter(({ version }) => !isAtLeast(version, floor))).toEqual([]);
  });

  it.each(['@xmldom/xmldom', 'xml-crypto', '@node-saml/node-saml'])(
    'there is one %s: two parsers could read one message differently',
    (name) => {
      expect(copiesOf(name)).toHaveLength(1);
    },
  );

  it('and the comparison can tell', () => {
    expect(isAtLeast('0.8.14', '0.8.15')).toBe(false);
    expect(isAtLeast('0.9.0', '0.8.15')).toBe(true);
    expect(isAtLeast('0.8.15', '0.8.15')).toBe(true);
    expect(isAtLeast('0.10.0', '0.8.15')).toBe(true);
    expect(isAtLeast('1.0.0', '0.8.15')).toBe(true);
    expect(isAtLeast('7.0.0', '7.0.2')).toBe(false);
    expect(isAtLeast('6.3.0-beta.1', '6.2.0')).toBe(false);
  });
});

describe('what runs in production is under a permissive licence', () => {
  const PERMISSIVE = new Set([
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'ISC',
    'MIT',
  ]);
  /** Packages whose package.json names no licence, and the file of theirs that grants it. */
  const ELSEWHERE: Readonly<Record<string, string>> = {
    'passport-strategy': 'LICENSE',
    pause: 'Readme.md',
  };

  it('as its package says', () => {
    const others = installed.filter(
      ({ runTime, name, license }) =>
        runTime &&
        !(PERMISSIVE.has(license ?? '') || (license === undefined && Object.hasOwn(ELSEWHERE, name))),
    );
    expect(others.map(({ place, license }) => [place, license])).toEqual([]);
  });

  it.each(Object.entries(ELSEWHERE))('%s, as its %s says', (name, file) => {
    expect(readFileSync(join(ROOT, 'node_modules', name, file), 'utf8')).toContain('The MIT License');
  });
});
