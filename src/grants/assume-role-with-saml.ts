import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import type { GrantMethod } from '../core/ports/grant-method.ts';
import type { Signer } from '../core/ports/signer.ts';
import { samlProviderArn } from '../core/provider-arns.ts';
import { grantOf, sessionNameOf } from './grant-of.ts';
import type { StsClients } from './sts-clients.ts';
import { policyParameters, toStsAnswer } from './sts-request.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
export function createAssumeRoleWithSaml(clients: StsClients, signer: Signer): GrantMethod {
  return {
    name: 'assume-role-with-saml',
    async issue(permit) {
      const { samlProviderName } = grantOf(permit, 'assume-role-with-saml');
      const providerArn = samlProviderArn(permit.account, samlProviderName);
      const roleSessionName = sessionNameOf(permit);
      // Name, tags and source identity travel inside the assertion: the operation has no parameters for them.
      const assertion = await signer.samlAssertion({
        partition: permit.account.partition,
        roleArn: permit.roleArn,
        samlProviderArn: providerArn,
        subject: roleSessionName,
        roleSessionName,
        sessionTags: permit.sessionTags,
        durationSeconds: permit.durationSeconds,
        ...(permit.sourceIdentity === undefined ? {} : { sourceIdentity: permit.sourceIdentity }),
      });
      const command = new AssumeRoleWithSAMLCommand({
        RoleArn: permit.roleArn,
        PrincipalArn: providerArn,
        SAMLAssertion: assertion,
        DurationSeconds: permit.durationSeconds,
        ...policyParameters(permit),
      });
      return toStsAnswer(await clients.unsigned(permit.account, (client) => client.send(command)));
    },
  };
}
