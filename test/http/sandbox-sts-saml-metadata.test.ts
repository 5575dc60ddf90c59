/** What the sandbox reads of an identity provider, and when. */
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samlMetadata } from '../support/fake-assertion.ts';
import type { SamlRecipe } from '../support/fake-federation.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import {
  DEVELOPMENT,
  failureOf,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

const roleArn = `arn:aws:iam::${DEVELOPMENT}:role/ReadOnly`;
const provider = (name: string) => `arn:aws:iam::${DEVELOPMENT}:saml-provider/${name}`;

function redeem(recipe: Partial<SamlRecipe> = {}) {
  const { providerArn = provider('daypass') } = recipe;
  const SAMLAssertion = sandbox.federation.saml({ roleArn, providerArn, now: sandbox.now(), ...recipe });
  const nobody = sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' });
  const input = { RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion };
  return nobody.send(new AssumeRoleWithSAMLCommand(input));
}
const messageOf = async (call: Promise<unknown>) => (await failureOf(call)).message;

describe("a provider's metadata", () => {
  const key = createCertifiedKey('metadata');
  const entity = 'https://idp.example';
  const padding = `<!--${' '.repeat(1_000)}-->`;

  const put = (entry: object) => sandbox.aws.organization.put(DEVELOPMENT, 'samlProviders', entry);
  /** Of a document at an address of its own, which the sandbox reads when it needs it. */
  async function redeemWith(body: string, name: string) {
    sandbox.federation.serve(`/${name}`, { body });
    put({ name, metadataUrl: `${sandbox.federation.url}/${name}` });
    return messageOf(redeem({ providerArn: provider(name), issuer: entity, key }));
  }

  it.each<[string, () => string]>([
    [
      'under a thousand characters',
      () => `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entity}"/>`,
    ],
    ['with a byte order mark', () => `\uFEFF${samlMetadata({ [entity]: [key] })}`],
    [
      'with a key under 1024 bits',
      () => samlMetadata({ [entity]: [createCertifiedKey('small', 768)] }) + padding,
    ],
    ['with eleven keys', () => samlMetadata({ [entity]: Array.from({ length: 11 }, () => key) })],
    [
      'of eleven identity providers',
      () => samlMetadata(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`${entity}/${n}`, [key]]))),
    ],
    ['without a signing key', () => samlMetadata({ [entity]: [] }) + padding],
    ['that is no metadata', () => `<html>${padding}</html>`],
    ['that is no XML', () => 'metadata '.repeat(200)],
  ])('is not taken, neither with the provider nor at its address: %s', async (what, metadata) => {
    expect(() => put({ name: 'given', metadata: metadata() })).toThrow('Could not parse metadata');
    expect(await redeemWith(metadata(), what.replaceAll(/\W/g, '-'))).toBe('Unable to parse metadata');
  });

  it('is read again when a new key has signed', async () => {
    await redeem();
    await sandbox.federation.rotate();
    sandbox.clockOffsetMs += 5_000;
    await expect(redeem()).resolves.toHaveProperty('Credentials');
  });

  it('is read once for many who come at the same moment', async () => {
    await sandbox.federation.rotate();
    sandbox.clockOffsetMs += 5_000;
    const path = '/aws/saml/metadata';
    const before = sandbox.federation.reads(path);
    await Promise.all(Array.from({ length: 8 }, () => redeem()));
    expect(sandbox.federation.reads(path) - before).toBe(1);
  });
});
