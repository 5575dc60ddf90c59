/**
 * The STS clients: one for each endpoint and credential, kept for the life of the process, because making one
 * costs more than three calls. Which endpoint is asked, how long, and whose fault a failure is, is decided here.
 */
import { AssumeRoleCommand, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
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
import { CredentialHealth } from './credential-health.ts';
import { isOutage, StsBreakers } from './sts-breakers.ts';
import { stsEndpointsOf, type StsEndpoint } from './sts-endpoint.ts';
import { stsError } from './sts-errors.ts';
import { createStsHttpHandler, StsTransportError, type StsHttpHandler } from './sts-http-handler.ts';
import { createClockWatch, type StsReports } from './sts-reports.ts';
import { tunedStsClient } from './tuned-sts-client.ts';

export interface StsClientsOptions {
  readonly http: Pick<HttpExchange, 'request'>;
  readonly clock: Clock;
  readonly reports: StsReports;
  readonly regions: Readonly<Record<Partition, readonly string[]>>;
  readonly stsEndpoint?: string;
  readonly credentialSources: ReadonlyMap<string, CredentialSourceOptions>;
}

/** Whose credentials a call is signed with. */
interface StsSigner {
  readonly credentialSource: string;
  /** A role that is assumed first, so that the call is signed as its session. */
  readonly hubRoleArn?: string | undefined;
}

/** A call's whole time, whatever is repeated, fetched or asked elsewhere on its way. */
const DEADLINE_MS = 8_000;
/** Whoever tries whether a region is back waits no longer than this while there is another one. */
const TRIAL_MS = 1_500;
/** How the hub's session is called in the logs of its account. */
const HUB_SESSION_NAME = 'daypass';

export class StsClients {
  readonly #options: StsClientsOptions;
  readonly #handler: StsHttpHandler;
  readonly #breakers = new StsBreakers();
  readonly #health: CredentialHealth;
  readonly #clients = new Map<string, STSClient>();
  readonly #keyFiles = new Map<string, CredentialProvider>();

  constructor(options: StsClientsOptions) {
    this.#options = options;
    const { http, clock, reports } = options;
    this.#handler = createStsHttpHandler(
      http,
      createClockWatch(reports, () => clock.now()),
    );
    this.#health = new CredentialHealth(reports);
  }

  /** For the two operations that carry their own proof and are not signed. */
  unsigned<Answer>(account: Account, call: (client: STSClient) => Promise<Answer>): Promise<Answer> {
    return this.#somewhere(account, account.id, async (endpoint) => {
      const key = `unsigned ${endpoint.url.href} ${endpoint.region}`;
      try {
        return await call(this.#client(key, endpoint, undefined));
      } catch (error) {
        throw stsError(error);
      }
    });
  }

  /** @throws BrokerError `sts.*`, `broker.credentials`, `mfa.invalid`, `session_policy.malformed`, `duration` */
  async signed<Answer>(
    account: Account,
    signer: StsSigner,
    call: (client: STSClient) => Promise<Answer>,
  ): Promise<Answer> {
    const { credentialSource } = signer;
    const retry = (): Promise<unknown> =>
      this.signed(account, signer, (client) => client.send(new GetCallerIdentityCommand({})));
    try {
      const answer = await this.#somewhere(account, JSON.stringify(signer), (endpoint) =>
        this.#signedAt(endpoint, account, signer, call),
      );
      this.#health.note(credentialSource, undefined, retry);
      return answer;
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'broker.credentials') {
        this.#health.note(credentialSource, error.detail ?? error.code, retry);
      }
      throw error;
    }
  }

  /** Whether AWS takes any of the broker's own credentials that were used; true when none was. */
  usable(): Promise<boolean> {
    return this.#health.usable();
  }

  async #signedAt<Answer>(
    endpoint: StsEndpoint,
    account: Account,
    signer: StsSigner,
    call: (client: STSClient) => Promise<Answer>,
  ): Promise<Answer> {
    const key = clientKey(endpoint, signer);
    try {
      return await call(this.#client(key, endpoint, this.#credentials(account, signer)));
    } catch (thrown) {
      const error = stsError(thrown);
      // What was cached with it (a hub's session, the provider chain's find) may be what AWS refused.
      if (error.code === 'broker.credentials') this.#clients.delete(key);
      throw error;
    }
  }

  /** The first region that answers, within one deadline for all. */
  #somewhere<Answer>(
    account: Account,
    caller: string,
    call: (endpoint: StsEndpoint) => Promise<Answer>,
  ): Promise<Answer> {
    const endpoints = stsEndpointsOf(account, this.#options);
    return within(DEADLINE_MS, this.#tryEach(endpoints, caller, call));
  }

  async #tryEach<Answer>(
    [endpoint, ...others]: readonly StsEndpoint[],
    caller: string,
    call: (endpoint: StsEndpoint) => Promise<Answer>,
  ): Promise<Answer> {
    if (endpoint === undefined) throw new BrokerError('catalogue.invalid', { detail: 'no region of STS' });
    try {
      return await this.#breakers.run(endpoint, caller, async ({ isTrial }) => {
        const answer = call(endpoint);
        return isTrial && others.length > 0 ? within(TRIAL_MS, answer) : answer;
      });
    } catch (error) {
      if (others.length === 0 || !isOutage(error)) throw error;
      return this.#tryEach(others, caller, call);
    }
  }

  #client(key: string, endpoint: StsEndpoint, credentials: CredentialProvider | undefined): STSClient {
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = tunedStsClient(endpoint, this.#handler, credentials);
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

/** What still runs behind the deadline ends by its own limits. @throws BrokerError */
async function within<Answer>(milliseconds: number, call: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new StsTransportError('timeout', 'DEADLINE', `no answer in ${milliseconds} ms`)),
      milliseconds,
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
