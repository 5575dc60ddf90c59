import { expect } from 'vitest';
import { DEVELOPMENT, PRODUCTION } from '../support/start-sandbox-aws.ts';
import type { Rule } from './rule.ts';
import { roleArn } from './federated-role.ts';
import {
  DECRYPTING_PROVIDER,
  OPEN_ROLE,
  redeem,
  replacing,
  SAML_PROVIDER,
  SIGN_IN,
  STRICT_ID,
} from './saml-ask.ts';

const RESPONSE = '3.1 SAML response';

const taken = { status: 200, code: 'Success', result: {} } as const;
const invalid = { status: 400, code: 'InvalidIdentityToken' } as const;
const denied = { status: 403, code: 'AccessDenied' } as const;
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithSAML';

/** Who the response is for, about whom, and which roles it offers. */
export const SAML_RESPONSE_RULES: readonly Rule[] = [
  {
    section: RESPONSE,
    rule: "takes the sign-in endpoint's own address as audience",
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { audience: SIGN_IN }),
    answer: taken,
  },
  {
    section: RESPONSE,
    rule: 'refuses an audience that is not AWS',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { audience: 'https://daypass.example' }),
    answer: { ...invalid, message: 'Response does not contain the required audience.' },
  },
  {
    section: RESPONSE,
    rule: 'refuses a response without audience',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, ''),
      }),
    answer: { ...invalid, message: 'Response does not contain the required audience.' },
  },
  {
    section: RESPONSE,
    rule: 'takes the sign-in endpoint of a region as Recipient, and tells it as Audience',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { recipient: 'https://eu-central-1.signin.aws.amazon.com/saml' }),
    answer: { ...taken, result: { Audience: 'https://eu-central-1.signin.aws.amazon.com/saml' } },
  },
  {
    section: RESPONSE,
    rule: "refuses another provider's own endpoint as Recipient",
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { recipient: `${SIGN_IN}/acs/${STRICT_ID}` }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'refuses a Recipient that is not a sign-in endpoint of AWS',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { recipient: 'https://signin.aws.amazon.com.example/saml' }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'wants a Recipient',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { beforeSigning: replacing(/ Recipient="[^"]*"/, '') }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'wants NotOnOrAfter of the subject confirmation',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(/ConfirmationData NotOnOrAfter="[^"]*"/, 'ConfirmationData'),
      }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'wants the bearer method of confirmation',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { beforeSigning: replacing('cm:bearer', 'cm:sender-vouches') }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'wants exactly one subject confirmation',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(
          '</saml:Subject>',
          '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/></saml:Subject>',
        ),
      }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'refuses a response without NameID',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { nameId: undefined }),
    answer: { ...denied, message: NOT_AUTHORIZED },
  },
  {
    section: RESPONSE,
    rule: 'refuses a NameID format that is not in the list',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted' }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: 'takes a pair that names the provider first',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { attributes: { Role: [`${SAML_PROVIDER}, ${OPEN_ROLE}`] } }),
    answer: taken,
  },
  {
    section: RESPONSE,
    rule: 'takes any one of several pairs',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, {
        attributes: { Role: [`${roleArn('ReadOnly')},${SAML_PROVIDER}`, `${OPEN_ROLE},${SAML_PROVIDER}`] },
      }),
    answer: {
      ...taken,
      result: { AssumedRoleUser: { Arn: expect.stringMatching(/assumed-role\/Open\//) as string } },
    },
  },
  {
    section: RESPONSE,
    rule: 'refuses a role that no pair names',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, {}, { RoleArn: roleArn('ReadOnly') }),
    answer: { ...denied, message: NOT_AUTHORIZED },
  },
  {
    section: RESPONSE,
    rule: 'refuses a role that is paired with another provider only',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { attributes: { Role: [`${OPEN_ROLE},${DECRYPTING_PROVIDER}`] } }),
    answer: { ...denied, message: NOT_AUTHORIZED },
  },
  {
    section: RESPONSE,
    rule: 'knows attributes by their exact names only',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing('SAML/Attributes/RoleSessionName', 'saml/attributes/RoleSessionName'),
      }),
    answer: { ...invalid, message: 'RoleSessionName is required in AuthnResponse' },
  },
  {
    section: RESPONSE,
    rule: 'does not look at NameFormat',
    confidence: 'known',
    ask: (sandbox) =>
      redeem(sandbox, {
        beforeSigning: replacing(
          '<saml:Attribute ',
          '<saml:Attribute NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" ',
        ),
      }),
    answer: taken,
  },
  {
    section: RESPONSE,
    rule: 'wants one RoleSessionName only',
    confidence: 'known',
    ask: (sandbox) => redeem(sandbox, { attributes: { RoleSessionName: ['erin.engel', 'alex.admin'] } }),
    answer: invalid,
  },
  {
    section: RESPONSE,
    rule: "refuses a role of another account than the provider's",
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { roleArn: `arn:aws:iam::${PRODUCTION}:role/ReadOnly` }),
    answer: { ...denied, message: NOT_AUTHORIZED },
  },
  {
    section: RESPONSE,
    rule: 'tells who became what',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { attributes: { SourceIdentity: ['erin'] } }),
    answer: {
      ...taken,
      result: {
        Subject: 'erin',
        SourceIdentity: 'erin',
        Issuer: expect.stringMatching(/\/aws\/saml\/metadata$/) as string,
        AssumedRoleUser: {
          Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/Open/erin.engel`,
          AssumedRoleId: expect.stringMatching(/^AROA[A-Z0-9]{16,}:erin\.engel$/) as string,
        },
      },
    },
  },
];
