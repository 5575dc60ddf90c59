import { HttpExchange, HttpExchangeError } from '../../../lib/http-exchange.ts';
import { isLoopback } from '../../loopback.ts';

/** A document of an identity provider that cannot be had: unreachable, slow, too large, or an error. */
export class DocumentUnavailable extends Error {
  /**
   * - `unreachable`: nobody answered in time; a second attempt may help
   * - `untrusted`: whoever answered has no certificate that is trusted for that name
   * - `refused`: a wrong answer, or an address that is not asked
   */
  readonly fault: 'unreachable' | 'untrusted' | 'refused';

  constructor(url: string, why: string, fault: DocumentUnavailable['fault']) {
    super(`${url}: ${why}`);
    this.name = 'DocumentUnavailable';
    this.fault = fault;
  }
}

const LIMITS = { connectTimeoutMs: 2_000, totalTimeoutMs: 4_000, maximumBytes: 1_048_576, connections: 4 };
/** IAM takes metadata of ten million characters. */
const LARGE_LIMITS = { ...LIMITS, maximumBytes: 10_000_000 };

/** Reads metadata, discovery documents and keys. AWS wants https; the sandbox allows http on this machine. */
export class DocumentFetcher {
  readonly #http = new HttpExchange(LIMITS);
  readonly #large = new HttpExchange(LARGE_LIMITS);

  /** @throws DocumentUnavailable */
  fetch(address: string): Promise<string> {
    return read(this.#http, address);
  }

  /** @throws DocumentUnavailable */
  fetchLarge(address: string): Promise<string> {
    return read(this.#large, address);
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#large.close()]);
  }
}

/** https, or http on this machine: there nobody stands between. */
function isTrustworthyAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
}

async function read(http: HttpExchange, address: string): Promise<string> {
  if (!isTrustworthyAddress(address)) {
    throw new DocumentUnavailable(address, 'neither https nor http on loopback', 'refused');
  }
  try {
    const answer = await http.request({ method: 'GET', url: new URL(address), headers: { accept: '*/*' } });
    if (answer.status !== 200) throw new DocumentUnavailable(address, `status ${answer.status}`, 'refused');
    return textOf(address, answer.body);
  } catch (error) {
    if (!(error instanceof HttpExchangeError)) throw error;
    throw new DocumentUnavailable(address, error.message, faultOf(error));
  }
}

/** Codes of Node's TLS, which say that a certificate does not verify or has another name. */
const CERTIFICATE_CODE = /CERT|SIGNATURE|ISSUER|ERR_TLS_/;

function faultOf({ fault, message }: HttpExchangeError): DocumentUnavailable['fault'] {
  if (fault === 'too-large') return 'refused';
  return CERTIFICATE_CODE.test(message) ? 'untrusted' : 'unreachable';
}

/** A byte order mark stays, for whoever must not have one. */
function textOf(address: string, body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new DocumentUnavailable(address, 'not UTF-8', 'refused');
  }
}
