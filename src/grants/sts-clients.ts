/**
 * The STS clients: one for each endpoint and credential, kept for the life of the process, because making one
 * costs more than three calls. Tuned so that a call is the wire and the signature, and little else.
 */
import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import type { Account, Partition } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { CHAINED_MAXIMUM_SECONDS } from '../core/grant-methods.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { HttpExchange } from '../lib/http-exchange.ts';
import {
  createKeyFileProvider,
  type CredentialProvider,
  type CredentialSourceOptions,
  type SourceCredentials,
} from './credential-source.ts';
import { stsEndpointOf, type StsEndpoint } from './sts-endpoint.ts';
import { stsError } from './sts-errors.ts';
import { createStsHttpHandler, StsTransportError, type StsHttpHandler } from './sts-http-handler.ts';
import { StsProtocol } from './sts-protocol.ts';

export interface StsClientsOptions {
  readonly http: HttpExchange;
  readonly clock: Clock;
  readonly regions: Readonly<Record<Partition, string>>;
  readonly stsEndpoint?: string;
  readonly credentialSources: ReadonlyMap<string, CredentialSourceOptions>;
}

/** Whose credentials a call is signed with. */
interface StsSigner {
  readonly credentialSource: string;
  /** A role that is assumed first, so that the call is signed as its session. */
  readonly hubRoleArn?: string | undefined;
}

/** A call's whole time, whatever is repeated or fetched on its way. */
const DEADLINE_MS = 8_000;
/** How the hub's session is called in the logs of its account. */
const HUB_SESSION_NAME = 'daypass';

export class StsClients {
  readonly #options: StsClientsOptions;
  readonly #handler: StsHttpHandler;
  readonly #clients = new Map<string, STSClient>();
  readonly #keyFiles = new Map<string, CredentialProvider>();

  constructor(options: StsClientsOptions) {
    this.#options = options;
    this.#handler = createStsHttpHandler(options.http);
  }

  /** For the two operations that carry their own proof and are not signed. */
  unsigned<Answer>(account: Account, call: (client: STSClient) => Promise<Answer>): Promise<Answer> {
    const endpoint = stsEndpointOf(account, this.#options);
    const key = `unsigned ${endpoint.url.href} ${endpoint.region}`;
    return settled(call(this.#client(key, endpoint, undefined)));
  }

  /** @throws BrokerError `sts.*`, `broker.credentials`, `mfa.invalid`, `session_policy.malformed`, `duration` */
  async signed<Answer>(
    account: Account,
    signer: StsSigner,
    call: (client: STSClient) => Promise<Answer>,
  ): Promise<Answer> {
    const endpoint = stsEndpointOf(account, this.#options);
    const key = clientKey(endpoint, signer);
    try {
      return await settled(call(this.#client(key, endpoint, this.#credentials(account, signer))));
    } catch (error) {
      // What was cached with it (a hub's session, the provider chain's find) may be what AWS refused.
      if (error instanceof BrokerError && error.code === 'broker.credentials') this.#clients.delete(key);
      throw error;
    }
  }

  #client(key: string, endpoint: StsEndpoint, credentials: CredentialProvider | undefined): STSClient {
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = tunedClient(endpoint, this.#handler, credentials);
    this.#clients.set(key, client);
    return client;
  }

  /** Undefined leaves it to the SDK's default provider chain. */
  #credentials(account: Account, signer: StsSigner): CredentialProvider | undefined {
    if (signer.hubRoleArn !== undefined) return this.#hubSession(account, signer, signer.hubRoleArn);
    const source = this.#options.credentialSources.get(signer.credentialSource);
    if (source === undefined) {
      throw new BrokerError('broker.credentials', {
        detail: `the configuration has no credential source "${signer.credentialSource}"`,
      });
    }
    if (source.kind === 'default-chain') return undefined;
    const known = this.#keyFiles.get(source.file);
    if (known !== undefined) return known;
    // `memoized` tells the SDK to ask each time; it would keep what has no expiration for ever.
    const provider = Object.assign(createKeyFileProvider(source.file, this.#options.clock), {
      memoized: true,
    });
    this.#keyFiles.set(source.file, provider);
    return provider;
  }

  /** The SDK keeps what this gives, shares one fetch among callers, and asks again 5 minutes before its end. */
  #hubSession(account: Account, signer: StsSigner, hubRoleArn: string): CredentialProvider {
    return () =>
      this.signed(account, { credentialSource: signer.credentialSource }, async (client) => {
        const { Credentials: credentials } = await client.send(
          new AssumeRoleCommand({
            RoleArn: hubRoleArn,
            RoleSessionName: HUB_SESSION_NAME,
            DurationSeconds: CHAINED_MAXIMUM_SECONDS,
          }),
        );
        return hubCredentials(credentials);
      });
  }
}

function clientKey(endpoint: StsEndpoint, { credentialSource, hubRoleArn }: StsSigner): string {
  return JSON.stringify([endpoint.url.href, endpoint.region, credentialSource, hubRoleArn]);
}

interface SdkCredentials {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

function hubCredentials(answer: SdkCredentials | undefined): SourceCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer ?? {};
  if (
    !AccessKeyId ||
    !SecretAccessKey ||
    !SessionToken ||
    Number.isNaN(Expiration?.getTime() ?? Number.NaN)
  ) {
    throw new BrokerError('sts.bad_response', { detail: 'the hub role’s session is incomplete' });
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
  };
}

function tunedClient(
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

/**
 * Two middlewares copy their configuration for each call. They need this much of it, and the client's own is large
 * and of a kind that V8 is slow to copy.
 */
function keepSerde({ config, middlewareStack }: STSClient): void {
  for (const name of ['serializerMiddleware', 'deserializerMiddleware']) middlewareStack.remove(name);
  middlewareStack.use(
    getSchemaSerdePlugin({
      base64Decoder: config.base64Decoder,
      base64Encoder: config.base64Encoder,
      utf8Decoder: config.utf8Decoder,
      utf8Encoder: config.utf8Encoder,
      urlParser: config.urlParser,
      disableHostPrefix: config.disableHostPrefix,
      protocol: config.protocol,
      requestHandler: config.requestHandler,
      streamCollector: config.streamCollector,
    }),
  );
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

/** The deadline covers repeats and a hub's session; what still runs behind it ends by its own limits. */
async function settled<Answer>(call: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new StsTransportError('timeout', 'DEADLINE', `no answer in ${DEADLINE_MS} ms`)),
      DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([call, deadline]);
  } catch (error) {
    throw stsError(error);
  } finally {
    clearTimeout(timer);
  }
}
