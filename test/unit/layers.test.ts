import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLayers } from '../support/layers.ts';
import type { SourceFile } from '../support/imports.ts';

const SRC = join(import.meta.dirname, '../../src');
const CODE = /\.(?:[cm]?[jt]sx?)$/;

function filesOfSource(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && CODE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: path.slice(SRC.length + 1).replaceAll('\\', '/'),
      text: readFileSync(path, 'utf8'),
    }));
}

/** Counted by another way than the files are read. */
function countFiles(directory: string): number {
  return readdirSync(directory, { withFileTypes: true }).reduce(
    (sum, entry) =>
      sum + (entry.isDirectory() ? countFiles(join(directory, entry.name)) : CODE.test(entry.name) ? 1 : 0),
    0,
  );
}

/** Small files that may be imported by the planted ones. */
const WORLD: readonly SourceFile[] = [
  'app.ts',
  'audit/a.ts',
  'aws/a.ts',
  'broker/a.ts',
  'cli/a.ts',
  'compose.ts',
  'config/config.ts',
  'config/load-config.ts',
  'connectors/connector.ts',
  'connectors/saml/a.ts',
  'core/a.ts',
  'core/ports/clock.ts',
  'delivery/a.ts',
  'grants/a.ts',
  'http/errors.ts',
  'http/api/a.ts',
  'http/web/a.ts',
  'http/middleware/a.ts',
  'iam/a.ts',
  'lib/a.ts',
  'sandbox/a.ts',
  'signing/a.ts',
  'start.ts',
  'main.ts',
  'stores/a.ts',
].map((path) => ({ path, text: '' }));

function violationsOf(path: string, text: string): readonly string[] {
  return checkLayers([...WORLD, { path, text }]).violations;
}

describe('the layers of src', () => {
  const files = filesOfSource();
  const report = checkLayers(files);

  it('are kept by every file', () => {
    expect(report.violations).toEqual([]);
  });

  it('were checked on every file there is, and their imports were seen', () => {
    expect(report.filesSeen).toBe(countFiles(SRC));
    expect(report.filesSeen).toBeGreaterThan(50);
    expect(report.importsSeen).toBeGreaterThan(report.filesSeen);
  });
});

describe('a planted violation is reported, with what to do instead', () => {
  it.each([
    ['lib/x.ts', '../core/a.ts', 'domain-free'],
    ['iam/x.ts', '../lib/a.ts', 'stands alone'],
    ['core/x.ts', '../broker/a.ts', 'core/ports'],
    ['core/ports/x.ts', '../../stores/a.ts', 'core/ports'],
    ['broker/x.ts', '../stores/a.ts', 'add a port'],
    ['broker/x.ts', '../connectors/connector.ts', 'add a port'],
    ['connectors/x.ts', '../stores/a.ts', 'port in core/ports'],
    ['grants/x.ts', '../signing/a.ts', 'port in core/ports'],
    ['delivery/x.ts', '../config/config.ts', 'port in core/ports'],
    ['signing/x.ts', '../broker/a.ts', 'port in core/ports'],
    ['stores/x.ts', '../iam/a.ts', 'port in core/ports'],
    ['audit/x.ts', '../stores/a.ts', 'port in core/ports'],
    ['aws/x.ts', '../grants/a.ts', 'port in core/ports'],
    ['http/web/x.ts', '../../connectors/saml/a.ts', 'connector.ts alone'],
    ['http/web/x.ts', '../../stores/a.ts', 'one broker verb'],
    ['http/web/x.ts', '../api/a.ts', 'move what both need'],
    ['http/x.ts', './web/a.ts', 'move what both need'],
    ['http/middleware/x.ts', '../web/a.ts', 'move what both need'],
    ['config/x.ts', '../stores/a.ts', 'plain values'],
    ['cli/x.ts', '../compose.ts', 'through its API'],
    ['sandbox/x.ts', '../core/a.ts', 'shares nothing else'],
    ['app.ts', './config/load-config.ts', 'app.ts mounts'],
    ['app.ts', './stores/a.ts', 'app.ts mounts'],
    ['compose.ts', './sandbox/a.ts', 'belong to the entry'],
    ['compose.ts', './config/load-config.ts', 'belong to the entry'],
    ['start.ts', './stores/a.ts', 'compose.ts’s'],
    ['main.ts', './grants/a.ts', 'compose.ts’s'],
    ['http/x.ts', '../compose.ts', 'one broker verb'],
    ['broker/x.ts', '../sandbox/a.ts', 'add a port'],
    ['core/x.ts', '../../package.json', 'outside src'],
    ['core/x.ts', './missing.ts', 'no file of src'],
  ])('%s -> %s', (path, specifier, advice) => {
    const violations = violationsOf(path, `import { x } from '${specifier}';`);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(`${path}:1  `);
    expect(violations[0]).toContain(advice);
  });

  it.each([
    ['an import for its effect', "import '../stores/a.ts';"],
    ['a type', "import type { X } from '../stores/a.ts';"],
    ['a type among values', "import { type X } from '../stores/a.ts';"],
    ['a re-export', "export { x } from '../stores/a.ts';"],
    ['a re-export of everything', "export * from '../stores/a.ts';"],
    ['a re-export of types', "export type { X } from '../stores/a.ts';"],
    ['a dynamic import', "const x = await import('../stores/a.ts');"],
    ['a dynamic import in a template', 'const x = await import(`../stores/a.ts`);'],
    ['a type in place', "let x: import('../stores/a.ts').X;"],
    ['require', "const x = require('../stores/a.ts');"],
    ['import = require', "import x = require('../stores/a.ts');"],
    ['import.meta.resolve', "import.meta.resolve('../stores/a.ts');"],
    ['a reference', '/// <reference path="../stores/a.ts" />'],
  ])('by %s', (_how, text) => {
    expect(violationsOf('core/x.ts', text)).toEqual([
      expect.stringContaining('core may not import stores/a.ts'),
    ]);
  });

  it('when the module’s name is computed', () => {
    expect(violationsOf('core/x.ts', 'await import(`../${name}.ts`);')).toEqual([
      expect.stringContaining('write the module’s name'),
    ]);
  });

  it.each([
    ['broker/x.ts', '@aws-sdk/client-sts', 'lives in grants'],
    ['grants/x.ts', '@aws-sdk/client-iam', 'lives in aws'],
    ['broker/x.ts', 'kysely', 'lives in stores'],
    ['http/web/x.ts', 'pg', 'lives in stores'],
    ['audit/x.ts', '@photostructure/sqlite', 'lives in stores'],
    ['http/web/x.ts', 'passport', 'lives in connectors'],
    ['http/web/x.ts', '@node-saml/passport-saml', 'lives in connectors'],
    ['broker/x.ts', 'openid-client', 'lives in connectors'],
    ['broker/x.ts', 'xml-crypto', 'lives in connectors, sandbox, signing'],
    ['core/x.ts', '@xmldom/xmldom/lib/dom.js', 'lives in connectors, sandbox, signing'],
    ['broker/x.ts', 'jose', 'lives in connectors, sandbox, signing'],
    ['broker/x.ts', 'express', 'lives in app.ts'],
    ['delivery/x.ts', 'ejs', 'lives in app.ts'],
    ['core/x.ts', 'left-pad', 'has no home yet'],
    ['core/x.ts', 'node:fs', 'it is pure'],
    ['broker/x.ts', 'node:http', 'it is pure'],
    ['iam/x.ts', 'node:crypto', 'it is pure'],
  ])('when %s uses %s', (path, specifier, advice) => {
    expect(violationsOf(path, `import type { X } from '${specifier}';`)).toEqual([
      expect.stringContaining(advice),
    ]);
  });

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'process.env', 'fetch(url)', 'setTimeout(f)'])(
    'when a rule reads %s',
    (text) => {
      expect(violationsOf('core/x.ts', `const x = ${text};`)).toEqual([
        expect.stringContaining('as a parameter'),
      ]);
      expect(violationsOf('lib/x.ts', `const x = ${text};`)).toEqual([]);
    },
  );

  it('when a file belongs to no layer, or is not TypeScript', () => {
    expect(violationsOf('services/x.ts', '')).toEqual([expect.stringContaining('is no layer')]);
    expect(violationsOf('core/x.js', '')).toEqual([expect.stringContaining('write it in TypeScript')]);
  });
});

describe('what the layers allow is not reported', () => {
  it.each([
    ['core/x.ts', '../iam/a.ts'],
    ['broker/x.ts', '../core/ports/clock.ts'],
    ['stores/x.ts', '../core/ports/clock.ts'],
    ['connectors/oidc/x.ts', '../connector.ts'],
    ['http/web/x.ts', '../../connectors/connector.ts'],
    ['http/web/x.ts', '../middleware/a.ts'],
    ['http/web/x.ts', './a.ts'],
    ['sandbox/x.ts', '../iam/a.ts'],
    ['compose.ts', './stores/a.ts'],
    ['main.ts', './start.ts'],
    ['start.ts', './compose.ts'],
    ['start.ts', './sandbox/a.ts'],
    ['cli/x.ts', '../config/load-config.ts'],
    ['grants/x.ts', '@aws-sdk/client-sts'],
    ['core/x.ts', 'node:crypto'],
  ])('%s -> %s', (path, specifier) => {
    expect(violationsOf(path, `import { x } from '${specifier}';`)).toEqual([]);
  });

  it('words that only look like a clock or an environment', () => {
    const text =
      "interface X { process: string; fetch(): void } new Date(0); x.process; const text = 'Date.now()';";
    expect(violationsOf('core/x.ts', text)).toEqual([]);
  });
});
