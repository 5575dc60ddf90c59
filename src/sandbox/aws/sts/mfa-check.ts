import { accessDenied } from '../wire/aws-error.ts';
import type { AwsCaller } from '../access/caller.ts';
import { epochSeconds } from '../access/request-context.ts';
import type { SignedStsCall } from './sts-call.ts';
import type { User } from '../organization/world.ts';

/** Epoch seconds of a good code; undefined where none was passed. A code is spent by being shown. */
export function checkMfa(
  call: SignedStsCall,
  serialNumber: string | undefined,
  tokenCode: string | undefined,
): number | undefined {
  if (serialNumber === undefined && tokenCode === undefined) return undefined;
  if (serialNumber === undefined || tokenCode === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    );
  }
  const device = deviceOf(call.caller);
  if (device?.serialNumber !== serialNumber) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  if (!call.aws.mfaDevices.verify(device, tokenCode, call.request.receivedAt)) {
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
  }
  return epochSeconds(call.request.receivedAt);
}

function deviceOf({ kind, entity }: AwsCaller): User['mfaDevice'] {
  return kind === 'user' && entity !== undefined && 'mfaDevice' in entity ? entity.mfaDevice : undefined;
}
