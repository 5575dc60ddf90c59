/**
 * The one way to an access token of an application's. Whatever it shows and whoever it acts for, the same steps:
 *
 *   who calls -> for this API -> for itself or for a person -> narrowed to these roles -> an authorization, what is
 *   used up by it, and its record in one transaction -> the token
 */
import type { AuditEvent, Origin } from '../../core/audit-event.ts';
import { BrokerError } from '../../core/errors.ts';
import type { AuthorizationStore } from '../../core/ports/authorizations.ts';
import type { Standing } from '../../core/principal.ts';
import { randomToken, sha256Hex } from '../../lib/hash.ts';
import { recordOf } from './access-token-record.ts';
import type { ApplicationAuthentication } from './authenticate-application.ts';
import { decideGrant, type DecidedGrant, type GrantDependencies, type WantedGrant } from './decide-grant.ts';
import type { ProvenApplication, ShownProof } from './shown-proof.ts';

/** Says at a glance, and to secret scanners, what the string is. */
export const ACCESS_TOKEN_PREFIX = 'daypass_at_';

export interface TokenRequest extends WantedGrant {
  readonly shown: ShownProof;
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** The only roles it is for, where it is narrowed. */
  readonly roles: readonly string[] | undefined;
}

/** @throws BrokerError `client.invalid`, `request.too_many`, and what `decideGrant` throws. */
export type IssueAccessToken = (request: TokenRequest, origin: Origin) => Promise<IssuedAccessToken>;

export interface IssueAccessTokenDependencies extends GrantDependencies {
  readonly authentication: ApplicationAuthentication;
  readonly authorizations: Pick<AuthorizationStore, 'create' | 'spend'>;
}

export function createIssueAccessToken(dependencies: IssueAccessTokenDependencies): IssueAccessToken {
  const { authentication, authorizations, clock } = dependencies;

  /** What was refused for what was asked with it is used up all the same: it gets no second chance. */
  async function decide(
    request: TokenRequest,
    context: { readonly proven: ProvenApplication; readonly standing: Standing; readonly origin: Origin },
  ): Promise<DecidedGrant> {
    const { proven, origin } = context;
    try {
      return await decideGrant(dependencies, request, context);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.kind !== 'bad-request') throw error;
      const event = { ...denialOf(proven, error), at: clock.now(), origin };
      await authorizations.spend(proven.spend, event);
      throw error;
    }
  }

  return async (request, origin) => {
    const proven = await authentication.authenticate(request.shown, origin);
    const accessToken = ACCESS_TOKEN_PREFIX + randomToken();
    const idHash = sha256Hex(accessToken);
    try {
      const standing = { kind: 'access-token', idHash } as const;
      const grant = await decide(request, { proven, standing, origin });
      const { authorization, event } = recordOf(grant, { proven, origin, now: clock.now() });
      const token = { use: 'access', idHash, expiresAt: authorization.expiresAt } as const;
      await authorizations.create({ authorization, tokens: [token], spend: proven.spend, event });
      return { accessToken, expiresInSeconds: grant.lifeSeconds, roles: grant.roles };
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== 'code.spent') throw error;
      return authentication.refuse(request.shown, origin, 'it was used before');
    }
  };
}

function denialOf(
  { application, detail }: ProvenApplication,
  error: BrokerError,
): Pick<AuditEvent, 'name' | 'principal' | 'detail'> {
  const why = error.detail === undefined ? {} : { detail: error.detail };
  return {
    name: 'access-token.denied',
    principal: `application:${application.id}`,
    detail: { client: application.id, ...detail, reason: error.code, ...why },
  };
}
