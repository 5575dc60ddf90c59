/** The refresh token of `aws login`, shown again with a proof of the key that the login was made with. */
import { BrokerError } from '../core/errors.ts';
import type { AuthorizationStore } from '../core/ports/authorizations.ts';
import { principalId } from '../core/principal.ts';
import { isSameText } from '../lib/is-same-text.ts';
import { proofAsValue } from './answered-proofs.ts';
import { refuseGrant, type Asking, type GrantDependencies, type Login } from './login-grant.ts';

export interface RefreshGrant {
  readonly grantType: 'refresh_token';
  readonly clientId: string;
  readonly refreshToken: string;
}

export interface RefreshDependencies extends GrantDependencies {
  readonly authorizations: Pick<AuthorizationStore, 'spend'>;
}

export async function refreshLogin(
  dependencies: RefreshDependencies,
  { refreshToken, clientId }: RefreshGrant,
  { proof, origin }: Asking,
): Promise<Login> {
  const { accessTokens, authorizations } = dependencies;
  const resumed = await accessTokens.resume(refreshToken, ['aws-login'], origin);
  const { facts } = resumed.authorization;
  if (facts.clientId !== clientId || !isSameText(facts.keyThumbprint, proof.thumbprint)) {
    return refuseGrant(dependencies, 'token.invalid', {
      origin,
      principal: principalId(resumed.principal),
      detail: { client: clientId, reason: 'key' },
    });
  }
  await authorizations.spend([proofAsValue(proof)]).catch((error: unknown) => {
    throw error instanceof BrokerError && error.code === 'code.spent'
      ? new BrokerError('proof.replayed')
      : error;
  });
  return { refreshToken, ...resumed };
}
