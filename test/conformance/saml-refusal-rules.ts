import { expect } from 'vitest';
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { roleArn } from './federated-role.ts';
import { OPEN_ROLE, redeem, SAML_PROVIDER, trusting } from './saml-ask.ts';

const TEXTS = '3.7 SAML error texts';
const TAGS = '2.5 Session tags from an assertion';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const invalidParameter = { status: 400, code: 'InvalidParameterValue' } as const;
const denied = {
  status: 403,
  code: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithSAML',
} as const;
const FROM_INSIDE = '\\(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ';
const REST = '; Request ID: [0-9a-f-]{36}; Proxy: null\\)$';
const ONLY_ASSUME = ['sts:AssumeRoleWithSAML'];

/** What is refused, and in which words. */
export const SAML_REFUSAL_RULES: readonly Rule[] = [
  {
    section: TEXTS,
    rule: 'wants RoleSessionName',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { sessionName: undefined }),
    answer: { ...invalid, message: 'RoleSessionName is required in AuthnResponse' },
  },
  {
    section: TEXTS,
    rule: 'wants a RoleSessionName of its characters',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { sessionName: 'erin engel' }),
    answer: { ...invalid, message: 'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}' },
  },
  {
    section: TEXTS,
    rule: 'wants a source identity of its characters',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { attributes: { SourceIdentity: ['erin/engel'] } }),
    answer: {
      ...invalid,
      message: 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    },
  },
  {
    section: TEXTS,
    rule: 'tells an issuer that is not in the metadata of the provider',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { issuer: 'https://mallory.example' }),
    answer: {
      ...invalid,
      message: new RegExp(
        `^Issuer not present in specified provider ${FROM_INSIDE}AuthSamlInvalidSamlResponseException${REST}`,
      ),
    },
  },
  {
    section: TEXTS,
    rule: 'tells what is not base64',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { posted: () => '<samlp:Response/>' }),
    answer: {
      ...invalid,
      message: new RegExp(
        `^Invalid base64 SAMLResponse ${FROM_INSIDE}AuthSamlInvalidSamlResponseException${REST}`,
      ),
    },
  },
  {
    section: TEXTS,
    rule: 'tells a provider that does not exist',
    confidence: 'quoted',
    ask: (sandbox) => redeem(sandbox, { providerArn: `arn:aws:iam::${DEVELOPMENT}:saml-provider/nobody` }),
    answer: {
      ...invalid,
      message: new RegExp(
        `^Specified provider doesn't exist ${FROM_INSIDE}AuthSamlManifestNotFoundException${REST}`,
      ),
    },
  },
  {
    section: TEXTS,
    rule: 'refuses XML that is no response',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        signs: 'none',
        beforeSigning: (xml) => xml.replaceAll('samlp:Response', 'samlp:Answer'),
      }),
    answer: invalid,
  },
  {
    section: TEXTS,
    rule: 'rejects the claim of an identity provider that reports a failure',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
    answer: { status: 403, code: 'IDPRejectedClaim' },
  },
  {
    section: TEXTS,
    rule: 'does not tell a role that is not there from one that is denied',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { roleArn: roleArn('Nobody') }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses a role whose trust policy does not have the action',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { roleArn: trusting(sandbox, 'OtherAction', { actions: ['sts:AssumeRole'] }) }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses a role that trusts another provider',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const provider = `arn:aws:iam::${DEVELOPMENT}:saml-provider/strict`;
      return redeem(sandbox, { roleArn: trusting(sandbox, 'OtherProvider', { provider }) });
    },
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses where a condition of the trust policy does not hold',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = { StringEquals: { 'saml:sub': 'alex' } };
      return redeem(sandbox, { roleArn: trusting(sandbox, 'OtherSubject', { condition }) });
    },
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses tags where the trust policy does not have sts:TagSession',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, {
        roleArn: trusting(sandbox, 'NoTags', { actions: ONLY_ASSUME }),
        attributes: { 'PrincipalTag:Team': ['payments'] },
      }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'refuses a source identity where the trust policy does not have sts:SetSourceIdentity',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, {
        roleArn: trusting(sandbox, 'NoSourceIdentity', { actions: ONLY_ASSUME }),
        attributes: { SourceIdentity: ['erin'] },
      }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'keeps the roles of IAM Identity Center for that alone',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { roleArn: trusting(sandbox, 'AWSReservedSSO_Reader_0123456789abcdef') }),
    answer: denied,
  },
  {
    section: TEXTS,
    rule: 'does not look at a signature of the request itself',
    confidence: 'known',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const wrongKey = sandbox.client({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' });
      const SAMLAssertion = sandbox.federation.saml({ roleArn: OPEN_ROLE, providerArn: SAML_PROVIDER });
      const input = { RoleArn: OPEN_ROLE, PrincipalArn: SAML_PROVIDER, SAMLAssertion };
      return told(wrongKey.send(new AssumeRoleWithSAMLCommand(input)));
    },
    answer: taken,
  },
];

export const SAML_TAG_RULES: readonly Rule[] = [
  {
    section: TAGS,
    rule: 'reads a tag for each PrincipalTag attribute, and which of them are transitive',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const condition = {
        StringEquals: { 'aws:RequestTag/Team': 'payments', 'aws:RequestTag/Stage': 'test' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team', 'Stage'], 'sts:TransitiveTagKeys': ['Team'] },
      };
      return redeem(sandbox, {
        roleArn: trusting(sandbox, 'Tagged', { condition }),
        attributes: {
          'PrincipalTag:Team': ['payments'],
          'PrincipalTag:Stage': ['test'],
          TransitiveTagKeys: ['Team'],
        },
      });
    },
    answer: { ...taken, result: { PackedPolicySize: expect.any(Number) as number } },
  },
  {
    section: TAGS,
    rule: 'wants exactly one value of a tag',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { attributes: { 'PrincipalTag:Team': ['payments', 'search'] } }),
    answer: invalid,
  },
  {
    section: TAGS,
    rule: 'refuses keys that differ in case only',
    confidence: 'recorded',
    ask: (sandbox) =>
      redeem(sandbox, { attributes: { 'PrincipalTag:Team': ['payments'], 'PrincipalTag:team': ['search'] } }),
    answer: {
      ...invalidParameter,
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    },
  },
  {
    section: TAGS,
    rule: 'refuses a transitive key that is no tag',
    confidence: 'recorded',
    ask: (sandbox) =>
      redeem(sandbox, { attributes: { 'PrincipalTag:Team': ['payments'], TransitiveTagKeys: ['Stage'] } }),
    answer: {
      ...invalidParameter,
      message: 'The specified transitive tag key must be included in the requested tags.',
    },
  },
];
