/**
 * The five ways to obtain credentials from STS, one file each. A grant method says what its operation takes
 * from a Permit; it decides nothing, checks no answer and records nothing: the decision, the check and the
 * audit record are steps of the pipeline around it.
 */
import type { GrantMethodName } from '../core/grant-methods.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { GrantMethod } from '../core/ports/grant-method.ts';
import type { Signer } from '../core/ports/signer.ts';
import { createAssumeRoleWithSaml } from './assume-role-with-saml.ts';
import { createAssumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { createAssumeRole } from './assume-role.ts';
import { createGetFederationToken } from './get-federation-token.ts';
import { createGetSessionToken } from './get-session-token.ts';
import type { StsClients } from './sts-clients.ts';

interface GrantMethodsOptions {
  readonly clients: StsClients;
  readonly signer: Signer;
  readonly clock: Clock;
}

export function createGrantMethods({
  clients,
  signer,
  clock,
}: GrantMethodsOptions): Readonly<Record<GrantMethodName, GrantMethod>> {
  return {
    'assume-role': createAssumeRole(clients),
    'assume-role-with-saml': createAssumeRoleWithSaml(clients, signer),
    'assume-role-with-web-identity': createAssumeRoleWithWebIdentity({ clients, signer, clock }),
    'get-federation-token': createGetFederationToken(clients),
    'get-session-token': createGetSessionToken(clients),
  };
}
