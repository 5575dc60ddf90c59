import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { CredentialProvider } from './credential-source.ts';
import type { StsEndpoint } from './sts-endpoint.ts';
import type { StsHttpHandler } from './sts-http-handler.ts';
import { keepSerde } from './sts-serde.ts';
import { StsProtocol } from './sts-protocol.ts';

/** A client whose call is the wire and the signature, and little else. */
export function tunedStsClient(
  { url, region }: StsEndpoint,
  requestHandler: StsHttpHandler,
  credentials: CredentialProvider | undefined,
): STSClient {
  const endpoint = { url, properties: {}, headers: {} };
  const client = new STSClient({
    region,
    requestHandler,
    // Given twice: the first keeps the SDK from asking the environment and profiles for another one, the
    // second from working the endpoint's rules out again for each call.
    endpoint: url.href,
    endpointProvider: () => endpoint,
    protocol: StsProtocol,
    // Whatever the environment and the profiles on this machine say of these is not meant for the broker.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    defaultsMode: 'standard',
    retryMode: 'standard',
    authSchemePreference: [],
    maxAttempts: 2,
    cacheMiddleware: true,
    ...(credentials === undefined ? {} : { credentials }),
  } satisfies STSClientConfig);
  keepSigner(client);
  keepSerde(client);
  keepConfiguration(client);
  keepDates(client);
  for (const name of ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware']) {
    client.middlewareStack.remove(name);
  }
  return client;
}

/** For each call the SDK makes a signer out of a copy of its whole configuration; one does for all. It asks for credentials each time. */
function keepSigner({ config }: STSClient): void {
  const { signer: makeSigner } = config;
  let signer: ReturnType<typeof makeSigner> | undefined;
  config.signer = async (scheme) => {
    try {
      return await (signer ??= makeSigner(scheme));
    } catch (error) {
      signer = undefined;
      throw error;
    }
  };
}

/** What commands copy for each call to find the endpoint, in the form that is quick to copy. */
function keepConfiguration(client: STSClient): void {
  Object.assign(client, { config: { ...client.config } });
}

/** Keeps the answer's Date header with the answer: AWS's clock, by which the credentials end. */
function keepDates(client: STSClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers: Readonly<Record<string, string>> };
      const date = new Date(headers['date'] ?? Number.NaN);
      if (!Number.isNaN(date.getTime())) {
        Object.assign(result.output?.$metadata ?? {}, { answeredAt: date });
      }
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'keepDates' },
  );
}

export function answeredAt({ $metadata: metadata }: { readonly $metadata: object }): Date | undefined {
  return 'answeredAt' in metadata && metadata.answeredAt instanceof Date ? metadata.answeredAt : undefined;
}
