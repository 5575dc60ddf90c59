import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { BrokerError } from '../core/errors.ts';
import type { GrantInput, GrantMethod } from '../core/ports/grant-method.ts';
import { grantOf } from './grant-of.ts';
import type { StsClients } from './sts-clients.ts';
import { toStsAnswer } from './sts-request.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export function createGetSessionToken(clients: StsClients): GrantMethod {
  return {
    name: 'get-session-token',
    async issue(permit, input) {
      const { credentialSource, mfaSerialNumber } = grantOf(permit, 'get-session-token');
      const command = new GetSessionTokenCommand({
        DurationSeconds: permit.durationSeconds,
        ...mfaParameters(mfaSerialNumber, input),
      });
      const answer = await clients.signed(permit.account, { credentialSource }, (client) =>
        client.send(command),
      );
      return toStsAnswer(answer);
    },
  };
}

function mfaParameters(serialNumber: string | undefined, { mfaCode }: GrantInput): object {
  if (serialNumber === undefined) return {};
  if (mfaCode === undefined) throw new BrokerError('mfa.required', { detail: `for ${serialNumber}` });
  if (!/^[0-9]{6}$/.test(mfaCode)) {
    throw new BrokerError('mfa.invalid', { detail: 'not six digits', hint: 'The MFA code has six digits.' });
  }
  return { SerialNumber: serialNumber, TokenCode: mfaCode };
}
