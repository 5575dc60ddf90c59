import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { BrokerError } from '../core/errors.ts';
import type { SourcePrincipals } from '../core/ports/source-principals.ts';
import type { StsClients } from './sts-clients.ts';

/** Asked each time: whoever rotates a key file may give another user's. */
export function createSourcePrincipals(clients: StsClients): SourcePrincipals {
  return {
    async arnOf(credentialSource, account) {
      const { Arn: arn } = await clients.signed(account, { credentialSource }, (client) =>
        client.send(new GetCallerIdentityCommand({})),
      );
      if (arn === undefined) throw new BrokerError('sts.bad_response', { detail: 'no ARN of the caller' });
      return arn;
    },
  };
}
