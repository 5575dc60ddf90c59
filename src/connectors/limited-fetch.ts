/**
 * The only way out to identity providers: short deadlines, a cap on the body, no redirects, no compression
 * (a small gzip body can unpack to gigabytes) and https unless the environment allows otherwise.
 */
import { Agent, request } from 'undici';
import { BrokerError } from '../core/errors.ts';

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

export function createLimitedFetch(options: { readonly allowHttp: boolean }): LimitedFetch {
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MILLISECONDS }, maxHeaderSize: 16_384 });
  return async (url, init = {}) => {
    assertAllowed(url, options.allowHttp);
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

/** Whether the broker may send a browser or a request of its own to this address. */
export function isAllowedUrl(url: string, allowHttp: boolean): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (allowHttp && parsed.protocol === 'http:');
}

function assertAllowed(url: string, allowHttp: boolean): void {
  if (isAllowedUrl(url, allowHttp)) return;
  throw new BrokerError('idp.unavailable', { detail: 'an address of the provider is not https' });
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
