import { accessDenied } from '../../wire/aws-error.ts';
import { credentialsOf, issueSession, optionalClaims, tokenSizes } from '../issue-session.ts';
import { checkMfa } from '../mfa-check.ts';
import { ParameterReader } from '../parameter-reader.ts';
import * as rules from '../parameter-rules.ts';
import type { ResultTree } from '../../wire/query-protocol.ts';
import { epochSeconds } from '../../access/request-context.ts';
import type { SignedStsCall } from '../sts-call.ts';
import { userSessionSeconds } from '../user-session.ts';

/**
 * Needs no permission, and no policy can deny it: it gives nothing that the caller has not.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export function getSessionToken(call: SignedStsCall): ResultTree {
  const { aws, caller } = call;
  const read = new ParameterReader(call.parameters);
  const durationSeconds = read.integer('DurationSeconds', rules.USER_DURATION);
  const serialNumber = read.text('SerialNumber', rules.SERIAL_NUMBER);
  const tokenCode = read.text('TokenCode', rules.TOKEN_CODE);
  const minimumTokenSize = read.integer('MinimumSessionTokenSize', rules.MINIMUM_TOKEN_SIZE);
  call.note({ durationSeconds, serialNumber, mfa: tokenCode !== undefined });
  read.finish();
  if (caller.session !== undefined)
    throw accessDenied('Cannot call GetSessionToken with session credentials');
  const mfaAt = checkMfa(call, serialNumber, tokenCode);
  const issuedAt = epochSeconds(call.request.receivedAt);
  const claims = {
    kind: 'user-session',
    accountId: caller.account.id,
    principalArn: caller.arn,
    name: '',
    origin: 'long-term-key',
    issuedAt,
    expiresAt: issuedAt + userSessionSeconds(caller, durationSeconds),
    ...optionalClaims({ mfaAt }),
  } as const;
  const issued = issueSession(aws, claims, minimumTokenSize);
  return { Credentials: credentialsOf(issued), ...tokenSizes(issued) };
}
