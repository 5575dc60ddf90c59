/** What no honest identity provider sends, and what goes beyond one call: test/conformance/saml has AWS's rules. */
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encryptAssertion } from '../support/encrypt-assertion.ts';
import { signElement } from '../support/fake-assertion.ts';
import type { SamlRecipe } from '../support/fake-federation.ts';
import { type CertifiedKey, createCertifiedKey } from '../support/self-signed-certificate.ts';
import {
  credentialsIn,
  DEVELOPMENT,
  failureOf,
  startSandboxAws,
  type TestSandboxAws,
} from '../support/start-sandbox-aws.ts';

let sandbox: TestSandboxAws;
let providerKey: CertifiedKey;
beforeAll(async () => {
  sandbox = await startSandboxAws();
  providerKey = createCertifiedKey('the provider');
  sandbox.aws.organization.put(DEVELOPMENT, 'samlProviders', {
    name: 'daypass',
    metadataUrl: `${sandbox.federation.url}/aws/saml/metadata`,
    privateKeys: [providerKey.privateKey],
  });
});
afterAll(() => sandbox.close());

const roleArn = `arn:aws:iam::${DEVELOPMENT}:role/ReadOnly`;
const providerArn = `arn:aws:iam::${DEVELOPMENT}:saml-provider/daypass`;

function redeem(assertion: string) {
  const nobody = sandbox.client({ accessKeyId: 'none', secretAccessKey: 'none' });
  const input = { RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion: assertion };
  return nobody.send(new AssumeRoleWithSAMLCommand(input));
}
const response = (recipe: Partial<SamlRecipe> = {}) =>
  sandbox.federation.saml({ roleArn, providerArn, now: sandbox.now(), ...recipe });
const withSaml = (recipe: Partial<SamlRecipe> = {}) => redeem(response(recipe));
const messageOf = async (call: Promise<unknown>) => (await failureOf(call)).message;
const changed = (base64: string, change: (xml: string) => string) =>
  Buffer.from(change(Buffer.from(base64, 'base64').toString())).toString('base64');

const INVALID_SIGNATURE = 'Response signature invalid';
const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s;
const assertionOf = (xml: string) => ASSERTION.exec(xml)?.[0] ?? '';
const unsigned = (assertion: string) => assertion.replace(/<Signature.*<\/Signature>/s, '');

describe('a session by SAML', () => {
  it('carries name, tags, source identity and provider', async () => {
    const answer = await withSaml({
      attributes: {
        'PrincipalTag:Team': ['payments'],
        TransitiveTagKeys: ['Team'],
        SourceIdentity: ['erin'],
      },
    });
    const { accessKeyId, sessionToken } = credentialsIn(answer);
    expect(sandbox.aws.sessions.open(accessKeyId, sessionToken)?.claims).toMatchObject({
      origin: 'saml',
      tags: [{ key: 'Team', value: 'payments' }],
      transitiveTagKeys: ['Team'],
      sourceIdentity: 'erin',
      federatedProvider: providerArn,
    });
  });
});

describe('signature wrapping', () => {
  it.each<[string, (xml: string) => string]>([
    [
      'an unsigned assertion, with the signed one in an extension',
      (xml) => {
        const forged = unsigned(assertionOf(xml))
          .replace('ID="_assertion"', 'ID="_forged"')
          .replace('erin.engel', 'alex.admin');
        return xml.replace(ASSERTION, (signed) => `${forged}<samlp:Extensions>${signed}</samlp:Extensions>`);
      },
    ],
    [
      'the signed assertion inside the signature of an unsigned one',
      (xml) => {
        const signed = assertionOf(xml);
        const signature = /<Signature.*<\/Signature>/s.exec(signed)?.[0] ?? '';
        const holding = signature.replace('</Signature>', `<Object>${unsigned(signed)}</Object></Signature>`);
        return xml.replace(ASSERTION, () =>
          unsigned(signed)
            .replace('ID="_assertion"', 'ID="_forged"')
            .replace('erin.engel', 'alex.admin')
            .replace('</saml:Issuer>', `</saml:Issuer>${holding}`),
        );
      },
    ],
    [
      'an empty assertion before the signed one',
      (xml) =>
        xml.replace(
          '<saml:Assertion ',
          '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_x"/><saml:Assertion ',
        ),
    ],
    [
      'a second assertion after the signed one',
      (xml) =>
        xml.replace(
          ASSERTION,
          (signed) => `${signed}${unsigned(signed).replace('"_assertion"', '"_second"')}`,
        ),
    ],
    [
      'an assertion with the id of the signed one',
      (xml) => xml.replace(ASSERTION, (signed) => `${signed}${unsigned(signed)}`),
    ],
    [
      'an encrypted assertion beside the signed one',
      (xml) =>
        xml.replace(
          ASSERTION,
          (signed) =>
            `${signed}<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>`,
        ),
    ],
  ])('is refused: %s', async (_what, afterSigning) => {
    expect(await messageOf(withSaml({ afterSigning }))).toBe(INVALID_SIGNATURE);
  });

  it('is refused though the response is signed around an assertion whose own signature does not hold', async () => {
    const broken = changed(response(), (xml) =>
      signElement(xml.replace('erin.engel', 'alex.admin'), 'response', { key: sandbox.federation.samlKey() }),
    );
    expect(await messageOf(redeem(broken))).toBe(INVALID_SIGNATURE);
  });

  it('is refused where the signature of the response does not hold, though that of the assertion does', async () => {
    const other = changed(response(), (xml) =>
      signElement(xml, 'response', { key: createCertifiedKey('mallory') }),
    );
    expect(await messageOf(redeem(other))).toBe(INVALID_SIGNATURE);
  });
});

describe('a signature', () => {
  const sha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
  it('with SHA-1 is refused', async () => {
    expect(await messageOf(withSaml({ signatureAlgorithm: sha1 }))).toBe(INVALID_SIGNATURE);
  });
});

describe('XML that no SAML document needs', () => {
  it.each<[string, (xml: string) => string]>([
    ['a document type', (xml) => `<!DOCTYPE a [<!ENTITY b "c">]>${xml}`],
    ['CDATA', (xml) => xml.replace('erin.engel', '<![CDATA[erin.engel]]>')],
    [
      'a hundred levels',
      (xml) => xml.replace('<samlp:Status>', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}<samlp:Status>`),
    ],
    ['a second root', (xml) => `${xml}<a/>`],
  ])('is refused: %s', async (_what, afterSigning) => {
    expect(await messageOf(withSaml({ afterSigning }))).toMatch(/^Invalid base64 SAMLResponse/);
  });

  it('does not cut a value short at a comment', async () => {
    const beforeSigning = (xml: string) => xml.replace('erin.engel', 'erin<!-- . -->.engel');
    const answer = await withSaml({ beforeSigning });
    expect(answer.AssumedRoleUser?.Arn).toMatch(/\/erin\.engel$/);
  });
});

describe('an encrypted assertion', () => {
  it.each([
    ['http://www.w3.org/2001/04/xmlenc#rsa-1_5', undefined],
    [undefined, 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc'],
  ] as const)('with %s or %s is refused', async (keyEncryptionAlgorithm, encryptionAlgorithm) => {
    const old = await encryptAssertion(response(), providerKey, {
      ...(keyEncryptionAlgorithm === undefined ? {} : { keyEncryptionAlgorithm }),
      ...(encryptionAlgorithm === undefined ? {} : { encryptionAlgorithm }),
    });
    expect(await messageOf(redeem(old))).toBe('SAML assertion cannot be decrypted');
  });

  it('whose ciphertext was changed is refused', async () => {
    const encrypted = await encryptAssertion(response(), providerKey);
    const other = changed(encrypted, (xml) =>
      xml.replace(/(<e:CipherValue>|<xenc:CipherValue>)([^<]{40})[^<]{4}(?=[^<]{400})/, '$1$2AAAA'),
    );
    expect(other).not.toBe(encrypted);
    expect(await messageOf(redeem(other))).toBe('SAML assertion cannot be decrypted');
  });

  it('that holds anything but one assertion is refused', async () => {
    const twice = changed(response(), (xml) => xml.replace(ASSERTION, (one) => `${one}${one}`));
    expect(await messageOf(redeem(await encryptAssertion(twice, providerKey)))).toBe(
      'SAML assertion cannot be decrypted',
    );
  });

  it('may leave names to be declared outside of it', async () => {
    const declaredOutside = changed(response(), (xml) =>
      xml.replace('<samlp:Response ', '<samlp:Response xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '),
    );
    const inner = (xml: string) =>
      xml.replace('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ', '<saml:Assertion ');
    const encrypted = await encryptAssertion(changed(declaredOutside, inner), providerKey);
    await expect(redeem(encrypted)).resolves.toHaveProperty('Credentials');
  });
});
