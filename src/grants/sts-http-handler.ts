/**
 * What the AWS SDK sends its requests through, in place of its own: times and sizes are bounded, and the
 * answer's bytes arrive whole, which costs a third of the SDK's streams.
 */
import { HttpExchangeError, type HttpExchangeAnswer, type HttpExchange } from '../lib/http-exchange.ts';

/** As much of the SDK's HttpRequest as STS needs: every call is a POST with a text body. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
}

/** A fault below the protocol. The SDK repeats a request whose `code` says that the connection broke. */
export class StsTransportError extends Error {
  readonly kind: 'timeout' | 'unreachable' | 'unreadable';
  readonly code: string;

  constructor(kind: StsTransportError['kind'], code: string, detail: string) {
    super(detail);
    this.name = 'StsTransportError';
    this.kind = kind;
    this.code = code;
  }
}

/** A type alias, because the SDK accepts handlers only as a record. */
export type StsHttpHandler = {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest): Promise<SdkResponse>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
};

/** @param onDate told the Date header of every answer, refusals too. */
export function createStsHttpHandler(
  http: Pick<HttpExchange, 'request'>,
  onDate: (date: string | undefined) => void,
): StsHttpHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request) {
      const answer = await exchange(http, request);
      onDate(answer.headers['date']);
      return { response: { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    // The connections belong to whoever made the exchange.
    destroy: () => undefined,
  };
}

async function exchange(
  http: Pick<HttpExchange, 'request'>,
  request: SdkRequest,
): Promise<HttpExchangeAnswer> {
  const port = request.port === undefined ? '' : `:${request.port}`;
  const url = new URL(`${request.protocol}//${request.hostname}${port}${request.path}`);
  const body = typeof request.body === 'string' ? request.body : '';
  const answer = await http
    .request({ method: 'POST', url, headers: { ...request.headers, 'user-agent': 'daypass' }, body })
    .catch((error: unknown) => {
      throw error instanceof HttpExchangeError ? transportError(error) : error;
    });
  // The SDK's parser drops an entity it does not know without a word, which would change a value.
  if (answer.body.includes('<!')) {
    throw new StsTransportError('unreadable', 'MARKUP', 'the answer has a document type declaration');
  }
  return answer;
}

/** A connection that broke or never came may be tried again; an answer that never ended would only take longer. */
function transportError(error: HttpExchangeError): StsTransportError {
  switch (error.fault) {
    case 'connect-timeout':
      return new StsTransportError('timeout', 'ETIMEDOUT', error.message);
    case 'unreachable':
      return new StsTransportError('unreachable', 'ECONNRESET', error.message);
    case 'timeout':
      return new StsTransportError('timeout', 'TOTAL', error.message);
    case 'too-large':
      return new StsTransportError('unreadable', 'SIZE', error.message);
  }
}
