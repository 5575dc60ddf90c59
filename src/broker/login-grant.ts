/** What the two grants of `aws login` have in common: redeeming a code, and refreshing. */
import type { JsonValue, Origin } from '../core/audit-event.ts';
import { BrokerError, type ErrorCode } from '../core/errors.ts';
import type { AuditSink } from '../core/ports/audit-sink.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { KeyProof } from './answered-proofs.ts';
import type { RateLimits } from './rate-limits.ts';
import type { AccessTokens, ResumedToken } from './resume-token.ts';

export interface Login extends ResumedToken {
  readonly refreshToken: string;
}

export interface Asking {
  readonly proof: KeyProof;
  readonly origin: Origin;
}

export interface GrantDependencies {
  readonly accessTokens: AccessTokens;
  readonly limits: Pick<RateLimits, 'answerFailed'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

interface Refusal {
  readonly origin: Origin;
  readonly principal?: string;
  readonly detail: Readonly<Record<string, JsonValue>>;
}

/** On record, because only who holds a genuine code or token comes this far. */
export async function refuseGrant(
  { limits, audit, clock }: Pick<GrantDependencies, 'limits' | 'audit' | 'clock'>,
  code: ErrorCode,
  { detail, ...who }: Refusal,
): Promise<never> {
  const error = new BrokerError(code);
  await limits.answerFailed(error, { address: who.origin.sourceIp });
  await audit.record({
    name: 'access-token.denied',
    at: clock.now(),
    ...who,
    detail: { kind: 'aws-login', ...detail },
  });
  throw error;
}
