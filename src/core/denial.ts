import { BrokerError, type ErrorCode } from './errors.ts';

/** A refusal, with the code that leaves and the detail that stays in the audit record. */
export interface Denial {
  readonly permitted: false;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly detail: string;
}

export function denialError(denial: Denial): BrokerError {
  return new BrokerError(denial.code, {
    detail: denial.detail,
    ...(denial.hint === undefined ? {} : { hint: denial.hint }),
  });
}

export function deny(code: ErrorCode, detail: string, options: { readonly hint?: string } = {}): Denial {
  return { permitted: false, code, detail, ...options };
}
