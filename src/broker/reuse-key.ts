import { principalId } from '../core/principal.ts';
import type { Permit } from '../core/decide-access.ts';
import type { Delivery } from '../core/ports/delivery.ts';
import type { GrantInput } from '../core/ports/grant-method.ts';
import { sha256Hex } from '../lib/hash.ts';

export interface ReuseWish {
  readonly permit: Permit;
  readonly catalogueVersion: number;
  readonly input: GrantInput;
  readonly purpose: Delivery<unknown>['purpose'];
}

/**
 * Names what must be the same for credentials to be reused: who asks, by which session or token, and everything that
 * was decided. What the catalogue says beside that (trust, account, region) stands in its version.
 *
 * @returns undefined where nothing is reused: the role does not turn it on, an MFA code speaks for one call alone,
 *   and a console session that starts late in its credentials' life would end early.
 */
export function reuseKeyOf({ permit, catalogueVersion, input, purpose }: ReuseWish): string | undefined {
  if (permit.role.reuse === undefined || purpose === 'console' || input.mfaCode !== undefined)
    return undefined;
  const { principal } = permit;
  const { kind, idHash, sessionIdHash, person } = principal.standing;
  return sha256Hex(
    JSON.stringify([
      catalogueVersion,
      principalId(principal),
      principal.kind === 'user' ? principal.actor : undefined,
      [kind, idHash, sessionIdHash, person?.connectorId, person?.subject],
      permit.role.id,
      permit.reason.mappingId,
      permit.durationSeconds,
      permit.sessionName,
      permit.sourceIdentity,
      permit.sessionPolicy,
      permit.managedPolicyArns,
      permit.sessionTags.map(({ key, value, transitive }) => [key, value, transitive]),
      input.userIdToken,
    ]),
  );
}
