import type { Request, RequestHandler } from 'express';

/*
 * Keeps `/_sandbox` from foreign web pages. A browser on this machine reaches the sandbox, and any page in it
 * can make it send things here: by a form, by a fetch without a preflight, or by a name of its own that
 * suddenly resolves to 127.0.0.1. Programs send none of the headers that give a page away, and are let through.
 */

const LOOPBACK = /^(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;
/** What no page can send to another origin without asking first. */
const ASKED_FOR = /^application\/(json|yaml|x-yaml)\s*(;|$)/i;
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;

const FOREIGN_NAME = 'This is answered only under the name of the sandbox or of this machine.';

interface Refusal {
  readonly status: number;
  readonly error: string;
}

/** For pages that show what no other page may read: a foreign name that resolves to here gets nothing. */
export function ownNameOnly(ownUrl: string): RequestHandler {
  const own = new URL(ownUrl);
  return (request, response, next) => {
    if (isOwnName(request, own)) next();
    else response.status(403).json({ error: FOREIGN_NAME });
  };
}

/** @param ownUrl the origin by which people reach this server */
export function ownPagesOnly(ownUrl: string): RequestHandler {
  const own = new URL(ownUrl);
  return (request, response, next) => {
    // Stylesheets and scripts are no secret, and a page under any name needs them.
    if (request.path.startsWith('/assets/')) {
      next();
      return;
    }
    response.set({
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    const refusal = refusalOf(request, own);
    if (refusal === undefined) next();
    else response.status(refusal.status).json({ error: refusal.error });
  };
}

function refusalOf(request: Request, own: URL): Refusal | undefined {
  if (!isOwnName(request, own)) return { status: 403, error: FOREIGN_NAME };
  const host = hostOf(request);
  const origins = request.headersDistinct['origin'] ?? [];
  const isOwn = (origin: string): boolean =>
    [own.origin, `http://${host}`, `https://${host}`].includes(origin.toLowerCase());
  if (!origins.every(isOwn) || isForeignFetch(request)) {
    return { status: 403, error: 'This is not for pages of other origins.' };
  }
  if (request.method === 'GET' || request.method === 'HEAD' || !hasBody(request)) return undefined;
  const type = request.headers['content-type'] ?? '';
  // A page always says its origin with a form, and ours was just checked.
  if (ASKED_FOR.test(type) || (FORM.test(type) && origins.length > 0)) return undefined;
  return { status: 415, error: 'Send it with Content-Type: application/json.' };
}

function hostOf(request: Request): string {
  const hosts = request.headersDistinct['host'] ?? [];
  return (hosts.length === 1 ? (hosts[0] ?? '') : '').toLowerCase();
}

function isOwnName(request: Request, own: URL): boolean {
  const host = hostOf(request);
  return host === own.host || LOOPBACK.test(host);
}

function isForeignFetch({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
