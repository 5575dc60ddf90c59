import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { GrantMethod } from '../core/ports/grant-method.ts';
import { grantOf, sessionNameOf } from './grant-of.ts';
import type { StsClients } from './sts-clients.ts';
import { policyParameters, tagParameters, toStsAnswer, transitiveTagKeys } from './sts-request.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function createAssumeRole(clients: StsClients): GrantMethod {
  return {
    name: 'assume-role',
    async issue(permit) {
      const { credentialSource, hubRoleArn, externalId } = grantOf(permit, 'assume-role');
      const command = new AssumeRoleCommand({
        RoleArn: permit.roleArn,
        RoleSessionName: sessionNameOf(permit),
        DurationSeconds: permit.durationSeconds,
        // From the role's entry alone: a caller who could choose it would be the confused deputy.
        ExternalId: externalId,
        SourceIdentity: permit.sourceIdentity,
        ...policyParameters(permit),
        ...tagParameters(permit),
        ...transitiveTagKeys(permit),
      });
      const answer = await clients.signed(permit.account, { credentialSource, hubRoleArn }, (client) =>
        client.send(command),
      );
      return toStsAnswer(answer);
    },
  };
}
