/** AssumeRoleWithWebIdentity as the rules of OpenID ask it: an issuer's token, and a role for the rule. */
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
} from '@aws-sdk/client-sts';
import type { FakeFederation, TokenRecipe } from '../support/fake-federation.ts';
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import { putFederatedRole, roleArn, type TrustedParty } from './federated-role.ts';

const FEDERATED_ACTIONS = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];
/** The second is a client of the issuer too. */
export const SECOND_AUDIENCE = 'second-client';
export const AWS_CLAIM = 'https://aws.amazon.com/';

/** As it stands in ARNs and in condition keys. */
export function issuerOf(sandbox: TestSandboxAws): string {
  return `${new URL(sandbox.federation.url).host}/aws`;
}

export function providerOf(sandbox: TestSandboxAws): string {
  return `arn:aws:iam::${DEVELOPMENT}:oidc-provider/${issuerOf(sandbox)}`;
}

/** Makes a role that trusts an OpenID provider so, and gives its ARN. */
export function trusting(sandbox: TestSandboxAws, name: string, trusted: TrustedParty = {}): string {
  return putFederatedRole(sandbox, name, {
    provider: providerOf(sandbox),
    actions: FEDERATED_ACTIONS,
    ...trusted,
  });
}

/** What the rules find there before they begin: a role that trusts the issuer without a condition. */
export function prepareWebIdentity(sandbox: TestSandboxAws): void {
  sandbox.aws.organization.put(DEVELOPMENT, 'oidcProviders', {
    // As the organization's own file writes it.
    issuer: '${brokerUrl}/aws',
    clientIds: ['sts.amazonaws.com', SECOND_AUDIENCE],
  });
  trusting(sandbox, 'Open', { maxSessionSeconds: 7_200 });
}

export type TokenChange = TokenRecipe & {
  /** Of the finished token. */
  readonly posted?: (token: string) => string;
};

/** Redeems a token for the role `Open`, but for what is changed. */
export async function redeem(
  sandbox: TestSandboxAws,
  { posted = (token) => token, ...recipe }: TokenChange = {},
  input: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
): Promise<Answer> {
  const token = await sandbox.federation.token({ now: sandbox.now(), ...recipe });
  const nobody = sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' });
  const request = {
    RoleArn: roleArn('Open'),
    RoleSessionName: 'erin',
    WebIdentityToken: posted(token),
    ...input,
  };
  return told(nobody.send(new AssumeRoleWithWebIdentityCommand(request)));
}

/** Only a role that these conditions let in; `aud` stands for `{issuer}:aud`. */
export function admittedBy(
  sandbox: TestSandboxAws,
  equal: Record<string, string>,
  claims: Record<string, unknown> = {},
): Promise<Answer> {
  const named = Object.entries(equal).map(([key, value]) => [
    key.includes(':') ? key : `${issuerOf(sandbox)}:${key}`,
    value,
  ]);
  const condition = { 'ForAnyValue:StringEquals': Object.fromEntries(named) as object };
  const name = `Key-${Object.keys(equal).join('-').replaceAll(':', '-')}`;
  return redeem(sandbox, { claims }, { RoleArn: trusting(sandbox, name, { condition }) });
}

/** Lets the issuer serve a document for one call, which the sandbox reads anew because nothing fits before. */
export async function whileServing(
  sandbox: TestSandboxAws,
  served: Parameters<FakeFederation['serve']>[1],
  at: { readonly path: string; readonly issuer: string },
): Promise<Answer> {
  const { federation, aws } = sandbox;
  const issuer = `${federation.url}${at.issuer}`;
  aws.organization.put(DEVELOPMENT, 'oidcProviders', { issuer, clientIds: ['sts.amazonaws.com'] });
  const provider = `arn:aws:iam::${DEVELOPMENT}:oidc-provider/${issuer.replace('http://', '')}`;
  const RoleArn = trusting(sandbox, `At${at.issuer.replaceAll('/', '-')}`, { provider });
  federation.serve(at.path, served);
  try {
    return await redeem(sandbox, { issuer }, { RoleArn });
  } finally {
    federation.serve(at.path, undefined);
  }
}

/** A token of one's own making, signed by nobody or by a secret. */
export function unsignedToken(header: object, signature = ''): (token: string) => string {
  return (token) => {
    const [, payload = ''] = token.split('.');
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
  };
}
