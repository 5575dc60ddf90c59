import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsIn,
  DEVELOPMENT,
  failureOf,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';

let sandbox: TestSandboxAws;
beforeAll(async () => {
  sandbox = await startSandboxAws();
});
afterAll(() => sandbox.close());

const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
function samlRole(name = 'ReadOnly') {
  return {
    roleArn: role(DEVELOPMENT, name),
    providerArn: `arn:aws:iam::${DEVELOPMENT}:saml-provider/daypass`,
  };
}

describe('AssumeRoleWithSAML', () => {
  function withSaml(recipe: Partial<Parameters<typeof sandbox.federation.saml>[0]> = {}, seconds?: number) {
    const { roleArn, providerArn } = samlRole();
    return sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' }).send(
      new AssumeRoleWithSAMLCommand({
        RoleArn: roleArn,
        PrincipalArn: providerArn,
        SAMLAssertion: sandbox.federation.saml({ roleArn, providerArn, now: sandbox.now(), ...recipe }),
        ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
      }),
    );
  }

  it('takes name, tags and source identity from the assertion', async () => {
    const answer = await withSaml({
      attributes: {
        'PrincipalTag:Team': ['payments'],
        TransitiveTagKeys: ['Team'],
        SourceIdentity: ['erin'],
      },
    });
    expect(answer).toMatchObject({
      Audience: 'https://signin.aws.amazon.com/saml',
      Subject: 'erin',
      SubjectType: 'persistent',
      SourceIdentity: 'erin',
      AssumedRoleUser: { Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/ReadOnly/erin.engel` },
    });
    const { accessKeyId, sessionToken } = credentialsIn(answer);
    expect(sandbox.aws.sessions.open(accessKeyId, sessionToken)?.claims).toMatchObject({
      origin: 'saml',
      tags: [{ key: 'Team', value: 'payments' }],
      transitiveTagKeys: ['Team'],
      federatedProvider: samlRole().providerArn,
    });
  });

  it('takes a signed response as well as a signed assertion', async () => {
    await expect(withSaml({ signs: 'response' })).resolves.toHaveProperty('Credentials');
  });

  it('lets the assertion shorten the session and not lengthen it', async () => {
    const seconds = async (answer: ReturnType<typeof withSaml>) =>
      Math.round((((await answer).Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000);
    expect(await seconds(withSaml({ attributes: { SessionDuration: ['900'] } }, 43_200))).toBeCloseTo(
      900,
      -1,
    );
    expect(await seconds(withSaml({ attributes: { SessionDuration: ['43200'] } }))).toBeCloseTo(3600, -1);
    const sessionNotOnOrAfter = new Date(Date.now() + 1_200_000);
    expect(await seconds(withSaml({ sessionNotOnOrAfter }, 43_200))).toBeCloseTo(1200, -1);
  });

  it.each<[string, Partial<Parameters<typeof withSaml>[0]>, string, string]>([
    [
      'an audience that is not AWS',
      { audience: 'https://daypass.example' },
      'InvalidIdentityToken',
      'Response does not contain the required audience.',
    ],
    [
      'another issuer',
      { issuer: 'https://mallory.example' },
      'InvalidIdentityToken',
      expect.stringMatching(
        /^Issuer not present in specified provider \(Service: AWSOpenIdDiscoveryService; /,
      ),
    ],
    [
      'no session name',
      { sessionName: undefined },
      'InvalidIdentityToken',
      'RoleSessionName is required in AuthnResponse',
    ],
    [
      'an illegal session name',
      { sessionName: 'a b' },
      'InvalidIdentityToken',
      'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}',
    ],
    [
      'an illegal source identity',
      { attributes: { SourceIdentity: ['aws:x'] } },
      'InvalidIdentityToken',
      'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    ],
    ['no NameID', { nameId: undefined }, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML'],
    ['no signature', { signs: 'none' }, 'InvalidIdentityToken', 'Response signature invalid'],
    [
      'a SHA-1 signature',
      { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
      'InvalidIdentityToken',
      'Response signature invalid',
    ],
    [
      'a changed value',
      { afterSigning: (xml: string) => xml.replace('erin.engel', 'alex.admin') },
      'InvalidIdentityToken',
      'Response signature invalid',
    ],
    [
      'a failed status',
      { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' },
      'IDPRejectedClaim',
      'The identity provider reported that authentication failed.',
    ],
    [
      'a document type',
      { afterSigning: (xml: string) => `<!DOCTYPE a [<!ENTITY b "c">]>${xml}` },
      'InvalidIdentityToken',
      expect.stringMatching(/^Invalid base64 SAMLResponse \(Service: AWSOpenIdDiscoveryService; /),
    ],
  ])('refuses %s', async (_what, recipe, code, message) => {
    const failure = await failureOf(withSaml(recipe));
    expect({ ...failure, code: failure.code.replace('Exception', '') }).toMatchObject({ code, message });
  });

  it('refuses an assertion five minutes after its issue', async () => {
    const now = new Date(Date.now() - 301_000);
    expect(await failureOf(withSaml({ now }))).toMatchObject({
      code: 'ExpiredTokenException',
      message: 'Token must be redeemed within 5 minutes of issuance',
      status: 400,
    });
  });

  it('refuses an assertion by a key that the provider does not publish', async () => {
    const failure = await failureOf(withSaml({ key: createCertifiedKey('mallory') }));
    expect(failure.message).toBe('Response signature invalid');
  });

  it('refuses a role and a provider that the assertion does not pair', async () => {
    const failure = await failureOf(withSaml({ roleArn: role(DEVELOPMENT, 'Developer') }));
    expect(failure).toMatchObject({
      code: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithSAML',
    });
  });

  it('does not look at an unsigned assertion that is wrapped around the signed one', async () => {
    const wrap = (xml: string): string => {
      const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
      const forged = assertion
        .replace(/<Signature.*<\/Signature>/s, '')
        .replace('ID="_assertion"', 'ID="_forged"')
        .replace('erin.engel', 'alex.admin');
      return xml.replace(assertion, `${forged}<samlp:Extensions>${assertion}</samlp:Extensions>`);
    };
    expect((await failureOf(withSaml({ afterSigning: wrap }))).message).toBe('Response signature invalid');
    const beside = (xml: string) =>
      xml.replace(
        '<saml:Assertion ',
        '<saml:Assertion ID="_x" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/><saml:Assertion ',
      );
    expect((await failureOf(withSaml({ afterSigning: beside }))).code).toMatch(/^InvalidIdentityToken/);
  });

  it('refuses a second assertion after the signed one', async () => {
    const after = (xml: string): string => {
      const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
      const second = assertion.replace(/<Signature.*<\/Signature>/s, '').replace('"_assertion"', '"_second"');
      return xml.replace(assertion, `${assertion}${second}`);
    };
    expect((await failureOf(withSaml({ afterSigning: after }))).message).toBe('Response signature invalid');
  });

  it('reads the metadata again when a new key has signed', async () => {
    await withSaml();
    await sandbox.federation.rotate();
    sandbox.clockOffsetMs += 5_000;
    await expect(withSaml()).resolves.toHaveProperty('Credentials');
  });
});
