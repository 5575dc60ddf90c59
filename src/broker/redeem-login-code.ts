/** The code of `aws login`, once, for the login that everything after it hangs on. */
import { hash } from 'node:crypto';
import type { Origin } from '../core/audit-event.ts';
import { BrokerError } from '../core/errors.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
} from '../core/ports/authorization-requests.ts';
import type { AuthorizationStore } from '../core/ports/authorizations.ts';
import type { SignInSession } from '../core/ports/stores.ts';
import { principalId } from '../core/principal.ts';
import { randomToken, sha256Hex } from '../lib/hash.ts';
import { isSameText } from '../lib/is-same-text.ts';
import { proofAsValue } from './answered-proofs.ts';
import { refuseGrant, type Asking, type GrantDependencies, type Login } from './login-grant.ts';
import { principalOf, type SignInSessions } from './sign-in-session.ts';

/** Says at a glance, and to secret scanners, what the string is. */
const TOKEN_PREFIX = 'daypass_lt_';

export interface CodeGrant {
  readonly grantType: 'authorization_code';
  readonly clientId: string;
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface RedeemDependencies extends GrantDependencies {
  readonly authorizationRequests: Pick<AuthorizationRequestStore, 'find'>;
  readonly authorizations: Pick<AuthorizationStore, 'create' | 'revoke'>;
  readonly sessions: Pick<SignInSessions, 'resumeStanding'>;
}

export async function redeemLoginCode(
  dependencies: RedeemDependencies,
  grant: CodeGrant,
  asking: Asking,
): Promise<Login> {
  const { authorizationRequests, sessions, accessTokens, clock } = dependencies;
  const { origin } = asking;
  const request = await authorizationRequests.find(sha256Hex(grant.code), clock.now());
  if (request?.kind !== 'aws-login') throw new BrokerError('code.spent');
  if (request.state === 'spent') return endReused(dependencies, request, origin);
  if (!isAnsweredBy(request, grant)) {
    return refuseGrant(dependencies, 'code.spent', {
      origin,
      detail: { client: grant.clientId, reason: 'verifier' },
    });
  }
  const session = await sessions.resumeStanding(request.sessionIdHash ?? '', origin);
  if (session === undefined) throw new BrokerError('session.ended');
  const refreshToken = TOKEN_PREFIX + randomToken();
  await begin(dependencies, { request, session, refreshToken }, asking);
  return { refreshToken, ...(await accessTokens.resume(refreshToken, ['aws-login'], origin)) };
}

/** Whoever redeems it must be who asked for it: the same client, at the same address, with the verifier (RFC 7636). */
function isAnsweredBy({ facts }: AuthorizationRequest, grant: CodeGrant): boolean {
  const { clientId, redirectUri, codeChallenge } = facts;
  const challenge = hash('sha256', grant.codeVerifier, 'base64url');
  return (
    clientId === grant.clientId && redirectUri === grant.redirectUri && isSameText(codeChallenge, challenge)
  );
}

async function begin(
  dependencies: RedeemDependencies,
  start: {
    readonly request: AuthorizationRequest;
    readonly session: SignInSession;
    readonly refreshToken: string;
  },
  { proof, origin }: Asking,
): Promise<void> {
  const { request, session, refreshToken } = start;
  const { authorizations, authorizationRequests, clock } = dependencies;
  const { clientId = '', role = '' } = request.facts;
  const { identity, absoluteExpiresAt: expiresAt, idHash: sessionIdHash } = session;
  const { connectorId, subject } = identity;
  const { sourceIp, userAgent } = origin;
  const now = clock.now();
  try {
    await authorizations.create({
      authorization: {
        id: randomToken(),
        kind: 'aws-login',
        owner: { connectorId, subject },
        sessionIdHash,
        label: 'aws login',
        facts: {
          roles: [role],
          clientId,
          keyThumbprint: proof.thumbprint,
          ...(sourceIp === undefined ? {} : { sourceIp }),
          ...(userAgent === undefined ? {} : { userAgent }),
        },
        createdAt: now,
        usedAt: now,
        expiresAt,
      },
      tokens: [{ use: 'access', idHash: sha256Hex(refreshToken), expiresAt }],
      request: request.idHash,
      spend: [proofAsValue(proof)],
      event: {
        name: 'access-token.issued',
        at: now,
        principal: principalId(principalOf(session)),
        origin,
        detail: { kind: 'aws-login', client: clientId, role, expiresAt: expiresAt.toISOString() },
      },
    });
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'code.spent') throw error;
    // Somebody else was first, a moment ago.
    await endReused(dependencies, await authorizationRequests.find(request.idHash, now), origin);
  }
}

/** A code in two hands was stolen by one of them, and nobody knows by which: what came of it ends (RFC 6749 section 4.1.2). */
async function endReused(
  { authorizations, clock }: RedeemDependencies,
  request: AuthorizationRequest | undefined,
  origin: Origin,
): Promise<never> {
  if (request?.authorizationId !== undefined) {
    await authorizations.revoke(request.authorizationId, {
      name: 'access-token.revoked',
      at: clock.now(),
      origin,
      detail: { kind: 'aws-login', cause: 'code-reused', role: request.facts['role'] ?? null },
    });
  }
  throw new BrokerError('code.spent');
}
