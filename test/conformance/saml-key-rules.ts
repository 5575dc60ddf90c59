import { createHash } from 'node:crypto';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { credentialsIn, DEVELOPMENT, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { roleArn } from './federated-role.ts';
import { redeem, SAML_PROVIDER, type SamlChange, SIGN_IN, trusting } from './saml-ask.ts';

const RESULT = '3.8 Result of AssumeRoleWithSAML';
const KEYS = '3.8 Condition keys of SAML';
const LATER = '3.8 Condition keys of later calls';

const taken = { status: 200, code: 'Success', result: {} } as const;
const SAML_1 = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/** Only a role that this very value of the key lets in. */
function admittedBy(
  sandbox: TestSandboxAws,
  equal: Record<string, string>,
  change: SamlChange = {},
): Promise<Answer> {
  const [key = ''] = Object.keys(equal);
  const name = `Key-${key.replace(/\W/g, '-')}`;
  return redeem(sandbox, {
    roleArn: trusting(sandbox, name, { condition: { StringEquals: equal } }),
    ...change,
  });
}

/** By the key under which an attribute of an assertion is known; it may have several values. */
function admittedByAttribute(sandbox: TestSandboxAws, key: string, attribute: string): Promise<Answer> {
  const condition = { 'ForAnyValue:StringEquals': { [key]: 'second' } };
  const role = trusting(sandbox, `Attribute-${key.replace(/\W/g, '-')}`, { condition });
  return redeem(sandbox, { roleArn: role, otherAttributes: { [attribute]: ['first', 'second'] } });
}

function nameQualifierOf(sandbox: TestSandboxAws): string {
  const issuer = `${sandbox.federation.url}/aws/saml/metadata`;
  return createHash('sha1').update(`${issuer}${DEVELOPMENT}/daypass`).digest('base64');
}

/** Lists buckets with the session of a role that may do so under one condition only. */
async function listingUnder(sandbox: TestSandboxAws, name: string, condition: object): Promise<Answer> {
  const Statement = { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*', Condition: condition };
  const document = { Version: '2012-10-17', Statement };
  const role = trusting(sandbox, name, { policies: [{ name: 'list', document }] });
  const credentials = credentialsIn((await redeem(sandbox, { roleArn: role })).result);
  const s3 = new S3Client({ region: 'us-east-1', endpoint: sandbox.url, forcePathStyle: true, credentials });
  try {
    return await told(s3.send(new ListBucketsCommand({})));
  } finally {
    s3.destroy();
  }
}

export const SAML_RESULT_RULES: readonly Rule[] = [
  {
    section: RESULT,
    rule: 'makes NameQualifier of issuer, account and name of the provider',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const { result, ...answer } = await redeem(sandbox);
      const { NameQualifier } = result as { NameQualifier?: string };
      return { ...answer, result: { isTheHash: NameQualifier === nameQualifierOf(sandbox) } };
    },
    answer: { ...taken, result: { isTheHash: true } },
  },
  {
    section: RESULT,
    rule: 'tells a SAML 2.0 format as SubjectType without its prefix',
    confidence: 'documented',
    ask: (sandbox) =>
      redeem(sandbox, { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }),
    answer: { ...taken, result: { SubjectType: 'transient' } },
  },
  {
    section: RESULT,
    rule: 'tells any other format as it is',
    confidence: 'documented',
    ask: (sandbox) => redeem(sandbox, { nameIdFormat: SAML_1 }),
    answer: { ...taken, result: { SubjectType: SAML_1 } },
  },
  {
    section: RESULT,
    rule: 'gives credentials of the role session',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const credentials = credentialsIn((await redeem(sandbox)).result);
      return told(sandbox.client(credentials).send(new GetCallerIdentityCommand({})));
    },
    answer: {
      ...taken,
      result: { Arn: `arn:aws:sts::${DEVELOPMENT}:assumed-role/Open/erin.engel`, Account: DEVELOPMENT },
    },
  },
];

export const SAML_KEY_RULES: readonly Rule[] = [
  {
    section: KEYS,
    rule: 'saml:aud is the Recipient and not the Audience, and keys are found in any case',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'SAML:aud': SIGN_IN }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'saml:iss is the issuer',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'saml:iss': `${sandbox.federation.url}/aws/saml/metadata` }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'saml:sub is the NameID',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'saml:sub': 'alex' }, { nameId: 'alex' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'saml:sub_type is the type of the subject',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'saml:sub_type': 'persistent' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'saml:namequalifier is what the result tells',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'saml:namequalifier': nameQualifierOf(sandbox) }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'aws:FederatedProvider is the provider',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'aws:FederatedProvider': SAML_PROVIDER }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'sts:RoleSessionName is that of the assertion',
    confidence: 'documented',
    ask: (sandbox) =>
      admittedBy(sandbox, { 'sts:RoleSessionName': 'alex.admin' }, { sessionName: 'alex.admin' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'sts:SourceIdentity is that of the assertion',
    confidence: 'documented',
    ask: (sandbox) =>
      admittedBy(sandbox, { 'sts:SourceIdentity': 'alex' }, { attributes: { SourceIdentity: ['alex'] } }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'aws:PrincipalArn is absent, for no identity of AWS asks',
    confidence: 'documented',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const role = trusting(sandbox, 'NoPrincipal', { condition: { Null: { 'aws:PrincipalArn': 'true' } } });
      return redeem(sandbox, { roleArn: role });
    },
    answer: taken,
  },
  ...(
    [
      ['saml:edupersonaffiliation', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'],
      ['saml:edupersonassurance', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.11'],
      ['saml:eduorghomepageuri', 'urn:oid:1.3.6.1.4.1.5923.1.2.1.2'],
      ['saml:eduorgwhitepagesuri', 'urn:oid:1.3.6.1.4.1.5923.1.2.1.6'],
      ['saml:cn', 'urn:oid:2.5.4.3'],
      ['saml:mail', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'],
      ['saml:uid', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid'],
      ['saml:commonName', 'http://schemas.xmlsoap.org/claims/CommonName'],
      ['saml:x500UniqueIdentifier', '2.5.4.45'],
      ['saml:organizationStatus', '0.9.2342.19200300.100.1.45'],
    ] as const
  ).map(([key, attribute]): Rule => ({
    section: KEYS,
    rule: `${key} has the values of ${attribute}`,
    confidence: 'documented',
    ask: (sandbox) => admittedByAttribute(sandbox, key, attribute),
    answer: taken,
  })),
];

export const SAML_LATER_RULES: readonly Rule[] = [
  {
    section: LATER,
    rule: 'saml:sub goes with the session',
    confidence: 'documented',
    ask: (sandbox) => listingUnder(sandbox, 'LaterSubject', { StringEquals: { 'saml:sub': 'erin' } }),
    answer: taken,
  },
  {
    section: LATER,
    rule: 'saml:iss does not',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterIssuer', { Null: { 'saml:iss': 'true', 'saml:aud': 'true' } }),
    answer: taken,
  },
  {
    section: LATER,
    rule: 'aws:FederatedProvider goes with the session',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterProvider', { StringEquals: { 'aws:FederatedProvider': SAML_PROVIDER } }),
    answer: taken,
  },
  {
    section: LATER,
    rule: 'aws:MultiFactorAuthPresent is false, whatever the identity provider asked for',
    confidence: 'documented',
    ask: (sandbox) => listingUnder(sandbox, 'LaterMfa', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
    answer: taken,
  },
  {
    section: LATER,
    rule: 'aws:PrincipalArn is the role',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterPrincipal', {
        ArnEquals: { 'aws:PrincipalArn': roleArn('LaterPrincipal') },
      }),
    answer: taken,
  },
];
