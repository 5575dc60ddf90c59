import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicFiles } from '../../src/http/public-files.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-public-'));
  await mkdir(join(directory, 'css'));
  await writeFile(join(directory, 'css', 'page.css'), 'a { color: red }');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** As in the broker: nothing may be kept unless somebody says so. */
function serving(): { readonly app: Express; readonly base: string } {
  const { base, routes } = publicFiles(directory);
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(routes);
  return { app, base };
}

describe('files for browsers', () => {
  it('are kept for a year under an address that names what is in them', async () => {
    const { app, base } = serving();
    const response = await request(app).get(`${base}/css/page.css`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toContain('text/css');
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('have another address once one of them changes, is added or is renamed, and the same one else', async () => {
    const first = publicFiles(directory).base;
    expect(publicFiles(directory).base).toBe(first);
    // As many bytes as before: neither size nor time tells.
    await writeFile(join(directory, 'css', 'page.css'), 'a { color: tan }');
    const changed = publicFiles(directory).base;
    await writeFile(join(directory, 'css', 'more.css'), '');
    const added = publicFiles(directory).base;
    expect(new Set([first, changed, added]).size).toBe(3);
  });

  it('are served but not kept under the address of another version, as during a rolling upgrade', async () => {
    const response = await request(serving().app).get('/public/0123456789abcdef/css/page.css');
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('leave nothing to keep where there is no file, nor a way out of their directory', async () => {
    const { app, base } = serving();
    for (const path of [
      'css/none.css',
      'css',
      'css/',
      '..%2fpackage.json',
      '%2e%2e/package.json',
      '.git/HEAD',
    ]) {
      const response = await request(app).get(`${base}/${path}`);
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(response.headers['cache-control'], path).not.toContain('immutable');
    }
  });
});
