import type { StsAction } from '../sts-call.ts';
import { assumeRoleWithSaml } from './assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { assumeRole } from './assume-role.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getFederationToken } from './get-federation-token.ts';
import { getSessionToken } from './get-session-token.ts';

/** STS as far as the sandbox plays it. */
export const STS_ACTIONS: ReadonlyMap<string, StsAction> = new Map<string, StsAction>([
  ['AssumeRole', { signed: true, run: assumeRole }],
  ['AssumeRoleWithSAML', { signed: false, run: assumeRoleWithSaml }],
  ['AssumeRoleWithWebIdentity', { signed: false, run: assumeRoleWithWebIdentity }],
  ['GetFederationToken', { signed: true, run: getFederationToken }],
  ['GetSessionToken', { signed: true, run: getSessionToken }],
  ['GetCallerIdentity', { signed: true, run: getCallerIdentity }],
  ['DecodeAuthorizationMessage', { signed: true, run: decodeAuthorizationMessage }],
  ['GetAccessKeyInfo', { signed: true, run: getAccessKeyInfo }],
]);
