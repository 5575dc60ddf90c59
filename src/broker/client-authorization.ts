/** RFC 6749 section 4.1 with RFC 7636: a client on the person's own machine opens a browser and waits there. */
import type { AuditEventName, Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { AuthorizationRequestStore } from '../core/ports/authorization-requests.ts';
import type { Clock } from '../core/ports/clock.ts';
import { principalId } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import type { ClientLimits } from './client-limits.ts';
import {
  CLIENT_SCOPE,
  clientFacts,
  type ClientRegistrations,
  type KnownClient,
} from './client-registrations.ts';
import { isRegisteredRedirect } from './loopback-redirect.ts';
import { after, type SignedIn } from './sign-in-session.ts';

const CODE_SECONDS = 600;

/** As it stands in the address. */
export interface AskedAuthorization {
  readonly responseType: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly state: string;
  readonly codeChallenge: string;
  readonly codeChallengeMethod: string;
}

export interface CheckedAuthorization {
  readonly client: KnownClient;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
}

export interface ClientAuthorization {
  /** @throws BrokerError `client.*`, `request.malformed`: nothing of it may be gone on with. */
  check(asked: AskedAuthorization): CheckedAuthorization;
  /** @returns where the browser goes on to: the client, with a code or with the person's no. */
  decide(
    checked: CheckedAuthorization,
    answer: { readonly approved: boolean; readonly signedIn: SignedIn },
    origin: Origin,
  ): Promise<URL>;
}

export interface ClientAuthorizationDependencies {
  readonly registrations: ClientRegistrations;
  readonly authorizationRequests: Pick<AuthorizationRequestStore, 'create'>;
  readonly clientLimits: Pick<ClientLimits, 'startClient'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

export function createClientAuthorization({
  registrations,
  authorizationRequests,
  clientLimits,
  audit,
  clock,
}: ClientAuthorizationDependencies): ClientAuthorization {
  return {
    check(asked) {
      const client = registrations.find(asked.clientId);
      if (!isRegisteredRedirect(asked.redirectUri, client.redirectUris))
        throw new BrokerError('client.redirect_uri');
      assertPkce(asked);
      if (asked.scope !== CLIENT_SCOPE && asked.scope !== '') throw new BrokerError('client.scope');
      const { redirectUri, state, codeChallenge } = asked;
      return { client, redirectUri, state, codeChallenge };
    },

    async decide({ client, redirectUri, state, codeChallenge }, { approved, signedIn }, origin) {
      const at = clock.now();
      const event = (name: AuditEventName) => ({
        name,
        at,
        principal: principalId(signedIn.principal),
        origin,
        detail: { kind: 'code', client: client.name, requestedFrom: origin.sourceIp ?? null },
      });
      if (!approved) {
        await audit.record(event('client.denied'), signedIn.principal.standing);
        return answerTo(redirectUri, { error: 'access_denied', error_description: REFUSED, state });
      }
      await clientLimits.startClient(origin.sourceIp);
      const code = randomToken();
      await authorizationRequests.create(
        {
          idHash: sha256Hex(code),
          kind: 'identity-center-code',
          state: 'approved',
          facts: { ...clientFacts(client, origin), redirectUri, codeChallenge },
          sessionIdHash: signedIn.session.idHash,
          createdAt: at,
          expiresAt: after(at, CODE_SECONDS),
        },
        event('client.approved'),
      );
      return answerTo(redirectUri, { code, state });
    },
  };
}

const REFUSED = 'The sign-in was refused in the browser.';

function assertPkce({ responseType, state, codeChallenge, codeChallengeMethod }: AskedAuthorization): void {
  if (responseType !== 'code')
    throw new BrokerError('request.malformed', { hint: 'response_type must be code.' });
  if (codeChallengeMethod !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(codeChallenge))
    throw new BrokerError('request.malformed', { hint: 'A code_challenge by S256 is needed.' });
  if (!/^[\x21-\x7e]{1,512}$/.test(state))
    throw new BrokerError('request.malformed', { hint: 'A state of up to 512 characters is needed.' });
}

function answerTo(redirectUri: string, answer: Readonly<Record<string, string>>): URL {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url;
}
