import type { IssueRequest } from '../broker/issue-credentials.ts';
import { BrokerError } from '../core/errors.ts';

/** What a request may say beside the role; each door reads it from its own kind of body. */
export interface AccessFields {
  readonly durationSeconds?: string | number | undefined;
  readonly mapping?: string | undefined;
  readonly mfaCode?: string | undefined;
  /** JSON text. */
  readonly sessionPolicy?: string | undefined;
}

type Wish = Pick<IssueRequest<unknown>, 'access' | 'input'>;

/** @throws BrokerError `duration`, `mfa.required` for values that cannot mean anything; the rest is decided. */
export function wishOf(roleId: string, fields: AccessFields, userIdToken?: string): Wish {
  const durationSeconds = seconds(fields.durationSeconds);
  const { mapping, mfaCode, sessionPolicy } = fields;
  if (mfaCode !== undefined && !/^[0-9]{6}$/.test(mfaCode)) {
    throw new BrokerError('mfa.required', { hint: 'An MFA code has six digits.' });
  }
  return {
    access: {
      roleId,
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(mapping === undefined ? {} : { mappingId: mapping }),
      ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    },
    input: {
      ...(mfaCode === undefined ? {} : { mfaCode }),
      ...(userIdToken === undefined ? {} : { userIdToken }),
    },
  };
}

function seconds(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  // Plain decimal digits only: no sign, point, exponent or white space.
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new BrokerError('duration', {
      hint: 'Give the duration as a whole number of seconds, such as 3600.',
    });
  }
  return Number(text);
}
