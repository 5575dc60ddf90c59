import { GetFederationTokenCommand } from '@aws-sdk/client-sts';
import { BrokerError } from '../core/errors.ts';
import type { GrantMethod } from '../core/ports/grant-method.ts';
import { grantOf, sessionNameOf } from './grant-of.ts';
import type { StsClients } from './sts-clients.ts';
import { policyParameters, tagParameters, toStsAnswer } from './sts-request.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export function createGetFederationToken(clients: StsClients): GrantMethod {
  return {
    name: 'get-federation-token',
    async issue(permit) {
      const { credentialSource } = grantOf(permit, 'get-federation-token');
      const policies = policyParameters(permit);
      // The decision refuses this already. Here it would mean a session bounded by resource policies alone.
      if (policies.Policy === undefined && policies.PolicyArns === undefined) {
        throw new BrokerError('session_policy.required', { detail: 'the permit has no session policy' });
      }
      const command = new GetFederationTokenCommand({
        Name: sessionNameOf(permit),
        DurationSeconds: permit.durationSeconds,
        ...policies,
        ...tagParameters(permit),
      });
      const answer = await clients.signed(permit.account, { credentialSource }, (client) =>
        client.send(command),
      );
      return toStsAnswer(answer);
    },
  };
}
