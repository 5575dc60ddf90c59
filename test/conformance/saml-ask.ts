/** AssumeRoleWithSAML as the rules of SAML ask it: an identity provider's response, and a role for the rule. */
import { AssumeRoleWithSAMLCommand, type AssumeRoleWithSAMLCommandInput } from '@aws-sdk/client-sts';
import type { SamlRecipe } from '../support/fake-federation.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import { putFederatedRole, roleArn, type TrustedParty } from './federated-role.ts';

export const SAML_PROVIDER = `arn:aws:iam::${DEVELOPMENT}:saml-provider/daypass`;
/** Has two private keys, and takes assertions in the clear too. */
export const DECRYPTING_PROVIDER = `arn:aws:iam::${DEVELOPMENT}:saml-provider/decrypting`;
/** Takes encrypted assertions alone. */
export const STRICT_PROVIDER = `arn:aws:iam::${DEVELOPMENT}:saml-provider/strict`;
export const STRICT_ID = 'SAMLSPSTRICT1234567';
export const SIGN_IN = 'https://signin.aws.amazon.com/saml';
/** Trusts all three without a condition, for at most two hours. */
export const OPEN_ROLE = roleArn('Open');

const FEDERATED_ACTIONS = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'];
export const FIRST_KEY = createCertifiedKey('the provider, first key');
export const SECOND_KEY = createCertifiedKey('the provider, second key');

/** Makes a role that trusts a SAML provider so, and gives its ARN. */
export function trusting(sandbox: TestSandboxAws, name: string, trusted: TrustedParty = {}): string {
  return putFederatedRole(sandbox, name, { provider: SAML_PROVIDER, actions: FEDERATED_ACTIONS, ...trusted });
}

/** What the rules find there before they begin. */
export function prepareSaml(sandbox: TestSandboxAws): void {
  const { organization } = sandbox.aws;
  const metadataUrl = `${sandbox.federation.url}/aws/saml/metadata`;
  const privateKeys = [FIRST_KEY.privateKey, SECOND_KEY.privateKey];
  const add = (provider: object): void => organization.put(DEVELOPMENT, 'samlProviders', provider);
  add({ name: 'decrypting', metadataUrl, privateKeys, encryption: 'Allowed' });
  add({ name: 'strict', metadataUrl, privateKeys, encryption: 'Required', providerId: STRICT_ID });
  const provider = [SAML_PROVIDER, DECRYPTING_PROVIDER, STRICT_PROVIDER];
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: provider }, Action: FEDERATED_ACTIONS }],
  };
  organization.put(DEVELOPMENT, 'roles', { name: 'Open', maxSessionSeconds: 7_200, trustPolicy });
}

export type SamlChange = Partial<SamlRecipe> & {
  /** Of the finished base64. */
  readonly posted?: (response: string) => string | Promise<string>;
};

/** Redeems a response for `OPEN_ROLE` by `SAML_PROVIDER`, but for what is changed. */
export async function redeem(
  sandbox: TestSandboxAws,
  { posted = (response) => response, ...recipe }: SamlChange = {},
  input: Partial<AssumeRoleWithSAMLCommandInput> = {},
): Promise<Answer> {
  const wanted = { roleArn: OPEN_ROLE, providerArn: SAML_PROVIDER, now: sandbox.now(), ...recipe };
  const response = await posted(sandbox.federation.saml(wanted));
  const nobody = sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' });
  return told(
    nobody.send(
      new AssumeRoleWithSAMLCommand({
        RoleArn: wanted.roleArn,
        PrincipalArn: wanted.providerArn,
        SAMLAssertion: response,
        ...input,
      }),
    ),
  );
}

/** With how many minutes the session has. */
export function timed(sandbox: TestSandboxAws, answer: Answer): Answer {
  const { Credentials } = answer.result as { Credentials?: { Expiration?: Date } };
  const left = (Credentials?.Expiration?.getTime() ?? 0) - sandbox.now().getTime();
  return { ...answer, result: { minutes: Math.round(left / 60_000) } };
}

/** Replaces one piece of the response, which has to be there. */
export function replacing(piece: string | RegExp, by: string): (xml: string) => string {
  return (xml) => {
    const changed = xml.replace(piece, () => by);
    if (changed === xml) throw new Error(`the response has no ${String(piece)}`);
    return changed;
  };
}

/** As `redeem`, by a provider of its own that has this very document. */
export function redeemBy(
  sandbox: TestSandboxAws,
  { name, metadata, condition, ...change }: SamlChange & ProviderOfARow,
): Promise<Answer> {
  const provider = `arn:aws:iam::${DEVELOPMENT}:saml-provider/${name}`;
  sandbox.aws.organization.put(DEVELOPMENT, 'samlProviders', { name, metadata });
  const role = trusting(sandbox, `By-${name}`, {
    provider,
    ...(condition === undefined ? {} : { condition }),
  });
  return redeem(sandbox, { providerArn: provider, roleArn: role, ...change });
}

interface ProviderOfARow {
  readonly name: string;
  readonly metadata: string;
  readonly condition?: object;
}
