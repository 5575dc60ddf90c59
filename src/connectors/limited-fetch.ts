/**
 * The only way out to identity providers: short deadlines, a cap on the body, no redirects, no compression
 * (a small gzip body can unpack to gigabytes), https and no address of this machine or its clouds, unless the
 * environment allows otherwise.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { BrokerError } from '../core/errors.ts';
import { isAllowedUrl, isForbiddenAddress } from './forbidden-address.ts';

const CONNECT_MILLISECONDS = 2_000;
const TOTAL_MILLISECONDS = 5_000;
const MAXIMUM_BODY_BYTES = 1_048_576;

export interface FetchedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FetchInit {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the answer may be, where that is not the usual. */
  readonly maximumBytes?: number;
}

/** @throws BrokerError `idp.unavailable`, `idp.timeout` */
export type LimitedFetch = (url: string, init?: FetchInit) => Promise<FetchedAnswer>;

export interface LimitedFetchOptions {
  /** For a broker that is on loopback itself: plain http, and everything on this machine. */
  readonly allowHttp: boolean;
  /** How names become addresses; as the system does it, by default. */
  readonly lookup?: LookupFunction;
}

export function createLimitedFetch(options: LimitedFetchOptions): LimitedFetch {
  const { allowHttp, lookup = systemLookup } = options;
  const connect = {
    timeout: CONNECT_MILLISECONDS,
    ...(allowHttp ? {} : { lookup: allowedAddresses(lookup) }),
  };
  const dispatcher = new Agent({ connect, maxHeaderSize: 16_384 });
  return async (url, init = {}) => {
    assertAllowed(url, allowHttp);
    try {
      const answer = await request(url, {
        dispatcher,
        method: init.method ?? 'GET',
        headers: { ...init.headers, 'accept-encoding': 'identity' },
        body: init.body ?? null,
        signal: AbortSignal.timeout(TOTAL_MILLISECONDS),
      });
      const body = await readCapped(answer.body, init.maximumBytes ?? MAXIMUM_BODY_BYTES);
      const headers = flattened(answer.headers);
      return { status: answer.statusCode, contentType: headers['content-type'] ?? '', headers, body };
    } catch (error) {
      throw asBrokerError(error, url);
    }
  };
}

/**
 * A name counts as what it means at the moment of the connection, and nothing is looked up twice: a name that
 * changes its meaning after a check (DNS rebinding) is checked as changed.
 */
function allowedAddresses(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      const isForbidden = error === null && addresses.some(isForbiddenAddress);
      callback(isForbidden ? forbidden() : error, found, family);
    });
  };
}

function forbidden(): NodeJS.ErrnoException {
  return Object.assign(new Error('the name means an address that is not asked'), {
    code: 'EFORBIDDENADDRESS',
  });
}

function assertAllowed(url: string, allowHttp: boolean): void {
  if (isAllowedUrl(url, allowHttp)) return;
  throw new BrokerError('idp.unavailable', {
    detail: 'an address of the provider is not https, or of this machine',
  });
}

async function readCapped(body: AsyncIterable<Buffer>, maximum: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop by an exception destroys the stream, and with it the connection.
    if (size > maximum) {
      throw new BrokerError('idp.unavailable', { detail: `an answer is over ${maximum} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function flattened(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

function asBrokerError(error: unknown, url: string): BrokerError {
  if (error instanceof BrokerError) return error;
  const { name, code } = describe(error);
  const timedOut = name === 'TimeoutError' || code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT';
  return new BrokerError(timedOut ? 'idp.timeout' : 'idp.unavailable', {
    // The origin alone: paths and queries may carry what is nobody's business in a log.
    detail: `${new URL(url).origin}: ${code === '' ? name : code}`,
  });
}

function describe(error: unknown): { readonly name: string; readonly code: string } {
  if (!(error instanceof Error)) return { name: 'unknown', code: '' };
  return { name: error.name, code: 'code' in error && typeof error.code === 'string' ? error.code : '' };
}
