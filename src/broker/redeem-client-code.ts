/** From a person's word to the first tokens: each code once, by the client that it was given to. */
import { createHash } from 'node:crypto';
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
} from '../core/ports/authorization-requests.ts';
import type { Authorization, AuthorizationStore } from '../core/ports/authorizations.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { SignInSession } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import { isSameText } from '../lib/is-same-text.ts';
import type { KnownClient } from './client-registrations.ts';
import { newTokenPair, type IssuedClientTokens } from './client-token-pair.ts';
import { hasEnded, POLL_SECONDS } from './device-authorization.ts';
import { after, principalOf, type SignInSessions } from './sign-in-session.ts';

export interface CodeOfClient {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface RedeemClientCode {
  /** @throws BrokerError `client.pending`, `client.slow_down`, `client.denied`, `client.expired`, `code.spent` */
  deviceCode(client: KnownClient, deviceCode: string, origin: Origin): Promise<IssuedClientTokens>;
  /** @throws BrokerError `code.spent`, `client.expired` */
  authorizationCode(client: KnownClient, shown: CodeOfClient, origin: Origin): Promise<IssuedClientTokens>;
}

export interface RedeemDependencies {
  readonly authorizationRequests: AuthorizationRequestStore;
  readonly authorizations: AuthorizationStore;
  readonly sessions: Pick<SignInSessions, 'resumeStanding'>;
  readonly clock: Clock;
  readonly deviceCodes: boolean;
}

export function createRedeemClientCode(dependencies: RedeemDependencies): RedeemClientCode {
  const { authorizationRequests, authorizations, clock, deviceCodes } = dependencies;

  /** RFC 6749 section 4.1.2: of two who come with one code, one has stolen it, and nobody knows which. */
  async function endWhatCameOf(code: string, origin: Origin): Promise<void> {
    const at = clock.now();
    const { authorizationId, facts } = (await authorizationRequests.find(sha256Hex(code), at)) ?? {};
    if (authorizationId === undefined) return;
    const detail = {
      kind: 'identity-center',
      cause: 'code-used-again',
      client: facts?.['clientName'] ?? null,
    };
    await authorizations.revoke(authorizationId, { name: 'access-token.revoked', at, origin, detail });
  }

  return {
    async deviceCode(client, deviceCode, origin) {
      if (!deviceCodes) throw new BrokerError('client.unauthorized');
      const now = clock.now();
      const found = await authorizationRequests.find(sha256Hex(deviceCode), now);
      if (found === undefined)
        throw new BrokerError(hasEnded(deviceCode, now) ? 'client.expired' : 'code.spent');
      if (!isFor(found, client, 'identity-center-device')) throw new BrokerError('code.spent');
      if (found.state === 'denied') throw new BrokerError('client.denied');
      if (found.state === 'pending') {
        await keepPace(authorizationRequests, found, now);
        throw new BrokerError('client.pending');
      }
      return establish(dependencies, found, { client, origin });
    },

    async authorizationCode(client, { code, redirectUri, codeVerifier }, origin) {
      const found = await authorizationRequests.find(sha256Hex(code), clock.now());
      if (
        found === undefined ||
        !isFor(found, client, 'identity-center-code') ||
        found.facts['redirectUri'] !== redirectUri ||
        !isSameText(found.facts['codeChallenge'], challengeOf(codeVerifier))
      )
        throw new BrokerError('code.spent');
      try {
        return await establish(dependencies, found, { client, origin });
      } catch (error) {
        if (error instanceof BrokerError && error.code === 'code.spent') await endWhatCameOf(code, origin);
        throw error;
      }
    },
  };
}

function isFor(
  request: AuthorizationRequest,
  client: KnownClient,
  kind: AuthorizationRequest['kind'],
): boolean {
  return request.kind === kind && request.facts['clientId'] === client.idHash;
}

/** RFC 7636 section 4.6; a verifier of another form than section 4.1's fits no challenge. */
function challengeOf(codeVerifier: string): string {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier)) return '';
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

const SLOWER_SECONDS = 5;

/**
 * RFC 8628 section 3.5. The AWS CLI asks at once and then once more without a pause, so the first time counts as
 * one interval earlier; half an interval is forgiven to the network. Who asks too often waits five seconds longer.
 */
async function keepPace(
  requests: Pick<AuthorizationRequestStore, 'polled'>,
  { idHash, polledAt }: AuthorizationRequest,
  now: Date,
): Promise<void> {
  if (polledAt === undefined) await requests.polled(idHash, after(now, -POLL_SECONDS));
  else if (after(polledAt, POLL_SECONDS / 2) <= now) await requests.polled(idHash, now);
  else {
    // What is written already is not written again, however often somebody asks.
    if (polledAt <= now) await requests.polled(idHash, after(now, SLOWER_SECONDS));
    throw new BrokerError('client.slow_down');
  }
}

interface Redeeming {
  readonly client: KnownClient;
  readonly origin: Origin;
}

async function establish(
  { authorizations, sessions, clock }: RedeemDependencies,
  request: AuthorizationRequest,
  { client, origin }: Redeeming,
): Promise<IssuedClientTokens> {
  const session = await sessions.resumeStanding(request.sessionIdHash ?? '', origin);
  if (session === undefined) throw new BrokerError('client.expired', { detail: 'the session has ended' });
  const now = clock.now();
  const { issued, access, refresh } = newTokenPair({ now, endsAt: session.absoluteExpiresAt });
  await authorizations.create({
    authorization: authorizationOf(request, session, { client, now }),
    tokens: [access, refresh],
    request: request.idHash,
    event: {
      name: 'access-token.issued',
      at: now,
      principal: principalId(principalOf(session)),
      origin,
      detail: { kind: 'identity-center', client: client.name, expiresInSeconds: issued.expiresInSeconds },
    },
  });
  return issued;
}

function authorizationOf(
  { facts }: AuthorizationRequest,
  { identity, idHash, absoluteExpiresAt }: SignInSession,
  { client, now }: { readonly client: KnownClient; readonly now: Date },
): Authorization {
  const { sourceIp, userAgent } = facts;
  return {
    id: randomToken(),
    kind: 'identity-center',
    owner: { connectorId: identity.connectorId, subject: identity.subject },
    sessionIdHash: idHash,
    label: client.name,
    facts: {
      clientId: client.idHash,
      ...(sourceIp === undefined ? {} : { sourceIp }),
      ...(userAgent === undefined ? {} : { userAgent }),
    },
    createdAt: now,
    usedAt: now,
    expiresAt: absoluteExpiresAt,
  };
}
