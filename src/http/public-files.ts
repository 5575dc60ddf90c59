/**
 * Stylesheets, scripts and pictures, at an address that names what is in them: browsers keep them for a year and
 * never ask again, and after an upgrade pages name another address.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { Router } from 'express';

export interface PublicFiles {
  /** What pages put before a file's path below `public/`. */
  readonly base: string;
  readonly routes: Router;
}

/** A file's address is its content's for ever; what is not there is an error page, which nobody may keep. */
const KEPT = 'public, max-age=31536000, immutable';

export function publicFiles(directory: string): PublicFiles {
  const base = `/public/${versionOf(directory)}`;
  const options = { index: false, redirect: false, cacheControl: false } as const;
  const routes = Router();
  const kept = {
    ...options,
    setHeaders: (response: ServerResponse) => response.setHeader('Cache-Control', KEPT),
  };
  routes.use(base, express.static(directory, kept));
  // While nodes are upgraded one by one, a page of the next version may ask this node for its files. It gets
  // what there is, and nobody keeps that.
  routes.use('/public/:version', express.static(directory, options));
  return { base, routes };
}

function versionOf(directory: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const name of names) hash.update(`${name.slice(directory.length)}\n`).update(readFileSync(name));
  return hash.digest('hex').slice(0, 16);
}
