/** What is refused before any route looks at a request. */
import type { NextFunction, Request, Response } from 'express';
import { BrokerError } from '../../core/errors.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

export type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/**
 * What a server in front of us may read as another request than we do: of two readings, an attacker chooses. Node's
 * parser refuses most of it; this is what it lets through. The connection ends with it, as nobody knows where the
 * next request begins.
 */
export function refuseAmbiguous(request: Request, response: Response, next: NextFunction): void {
  const detail = ambiguity(request);
  if (detail === undefined) {
    next();
    return;
  }
  response.setHeader('Connection', 'close');
  throw new BrokerError('request.malformed', { detail });
}

function ambiguity(request: Request): string | undefined {
  const { headers, httpVersion, url } = request;
  const encoding = headers['transfer-encoding'];
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'another version of HTTP';
  // RFC 9112 section 6.1: chunks are the only framing beside a length, and no part of HTTP/1.0.
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    return 'unknown transfer encoding';
  }
  if (!url.startsWith('/')) return 'absolute-form target';
  return hasTwoHosts(request) ? 'two Host headers' : undefined;
}

/** Only the methods and the host name we serve. Health checks come by any name. */
export function guardRequest(baseUrl: string): Middleware {
  const { host } = new URL(baseUrl);
  return (request, _response, next) => {
    if (!METHODS.has(request.method)) throw new BrokerError('request.method');
    if (request.headers.host?.toLowerCase() !== host) {
      throw new BrokerError('request.unknown_host', { hint: `Daypass is served at ${baseUrl}.` });
    }
    next();
  };
}

/** Node believes the first; a proxy in front may have judged by the other one. */
function hasTwoHosts({ rawHeaders }: Request): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/**
 * A state change in a browser's name must come from a page of ours. Browsers say where a POST comes from;
 * what comes without that is not a browser and has no business with a session cookie.
 */
export function sameOriginOnly(baseUrl: string): Middleware {
  return (request, _response, next) => {
    const safe = request.method === 'GET' || request.method === 'HEAD';
    if (!safe && !isSameOrigin(request, baseUrl)) throw new BrokerError('request.cross_site');
    next();
  };
}

/** With `Referrer-Policy: no-referrer` browsers send `Origin: null` on our own forms, so Sec-Fetch-Site decides. */
export function isSameOrigin(request: Request, baseUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site === undefined) return origin === baseUrl;
  return site === 'same-origin' && (origin === undefined || origin === 'null' || origin === baseUrl);
}
