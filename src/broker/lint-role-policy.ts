/** The policy linter, with what the catalogue knows of the role whose document it is. */
import { AWS_SIGN_IN } from '../core/aws-sign-in.ts';
import {
  lintPolicy,
  type LintedKind,
  type LintFacts,
  type LintReport,
} from '../core/onboarding/lint-policy.ts';
import { sessionNeedsOf } from '../core/onboarding/trust-policies.ts';
import type { Administrators, Asker } from './administrators.ts';
import type { CurrentCatalogue } from './catalogue-source.ts';
import { mappingsOf, roleIn } from './onboard-role.ts';

export interface LintQuestion {
  readonly text: string;
  readonly kind: LintedKind;
  /** Whose trust policy it is. */
  readonly roleId?: string;
}

/** @throws BrokerError `administration.forbidden`, `request.not_found` */
export type LintRolePolicy = (asker: Asker, question: LintQuestion) => Promise<LintReport>;

export function createLintRolePolicy({
  administrators,
}: {
  readonly administrators: Pick<Administrators, 'admit'>;
}): LintRolePolicy {
  return async (asker, { text, kind, roleId }) => {
    const { current } = await administrators.admit(asker);
    return lintPolicy(text, kind, roleId === undefined ? {} : factsOf(current, roleId));
  };
}

function factsOf(current: CurrentCatalogue, roleId: string): LintFacts {
  const { role, account } = roleIn(current, roleId);
  const externalId = role.grant.method === 'assume-role' ? role.grant.externalId : undefined;
  const isForServices = role.reservedForServices.length > 0;
  return {
    accountId: account.id,
    samlRecipient: AWS_SIGN_IN[account.partition].recipient,
    ...(externalId === undefined ? {} : { externalId }),
    ...(isForServices ? {} : { needs: sessionNeedsOf(role, mappingsOf(current, roleId)) }),
  };
}
