import { BrokerError, type ErrorCode, type ErrorStep } from './errors.ts';

/** A refusal, with the code that leaves and the detail that stays in the audit record. */
export interface Denial {
  readonly permitted: false;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly detail: string;
}

export function denialError(denial: Denial, steps?: readonly ErrorStep[]): BrokerError {
  return new BrokerError(denial.code, {
    detail: denial.detail,
    ...(denial.hint === undefined ? {} : { hint: denial.hint }),
    ...(steps === undefined ? {} : { steps }),
  });
}

export function deny(code: ErrorCode, detail: string, options: { readonly hint?: string } = {}): Denial {
  return { permitted: false, code, detail, ...options };
}
