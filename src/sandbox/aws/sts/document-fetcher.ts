import { HttpExchange, HttpExchangeError } from '../../../lib/http-exchange.ts';

/** A document of an identity provider that cannot be had: unreachable, slow, too large, or an error. */
export class DocumentUnavailable extends Error {
  /** Nobody answered in time. AWS tells that apart from a wrong answer. */
  readonly unreachable: boolean;

  constructor(url: string, why: string, unreachable: boolean) {
    super(`${url}: ${why}`);
    this.name = 'DocumentUnavailable';
    this.unreachable = unreachable;
  }
}

const LIMITS = { connectTimeoutMs: 2_000, totalTimeoutMs: 4_000, maximumBytes: 1_048_576, connections: 4 };

/** Reads metadata, discovery documents and keys. AWS wants https; the sandbox allows http on this machine. */
export class DocumentFetcher {
  readonly #http = new HttpExchange(LIMITS);

  async fetch(address: string): Promise<string> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (
      url === undefined ||
      !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
    ) {
      throw new DocumentUnavailable(address, 'neither https nor http on loopback', false);
    }
    try {
      const answer = await this.#http.request({ method: 'GET', url, headers: { accept: '*/*' } });
      if (answer.status !== 200) throw new DocumentUnavailable(address, `status ${answer.status}`, false);
      return answer.body.toString('utf8');
    } catch (error) {
      if (!(error instanceof HttpExchangeError)) throw error;
      throw new DocumentUnavailable(address, error.message, error.fault !== 'too-large');
    }
  }

  async close(): Promise<void> {
    await this.#http.close();
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
