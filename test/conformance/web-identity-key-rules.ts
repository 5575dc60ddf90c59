import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { credentialsIn, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { admittedBy, issuerOf, providerOf, redeem, SECOND_AUDIENCE, trusting } from './web-identity-ask.ts';

const KEYS = '4.4 Condition keys of a token';

const taken = { status: 200, code: 'Success', result: {} } as const;

/** Lists buckets with the session of a role that may do so under one condition only. */
async function listingUnder(sandbox: TestSandboxAws, name: string, condition: object): Promise<Answer> {
  const Statement = { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*', Condition: condition };
  const document = { Version: '2012-10-17', Statement };
  const RoleArn = trusting(sandbox, name, { policies: [{ name: 'list', document }] });
  const session = await redeem(sandbox, { claims: { amr: ['pwd', 'otp'] } }, { RoleArn });
  const credentials = credentialsIn(session.result);
  const s3 = new S3Client({ region: 'us-east-1', endpoint: sandbox.url, forcePathStyle: true, credentials });
  try {
    return await told(s3.send(new ListBucketsCommand({})));
  } finally {
    s3.destroy();
  }
}

export const WEB_IDENTITY_KEY_RULES: readonly Rule[] = [
  {
    section: KEYS,
    rule: '{issuer}:aud is the audience; the issuer has its path and no scheme',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { aud: 'sts.amazonaws.com' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:sub is the subject',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { sub: 'alex' }, { sub: 'alex' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:amr has every method',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { amr: 'otp' }, { amr: ['pwd', 'otp'] }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:aud is the authorized party where the token names one, and {issuer}:oaud the audience',
    confidence: 'known',
    ask: (sandbox: TestSandboxAws): Promise<Answer> => {
      const claims = { aud: 'sts.amazonaws.com', azp: SECOND_AUDIENCE };
      return admittedBy(sandbox, { aud: SECOND_AUDIENCE, oaud: 'sts.amazonaws.com' }, claims);
    },
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'aws:FederatedProvider is the provider',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'aws:FederatedProvider': providerOf(sandbox) }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'sts:RoleSessionName is that of the request',
    confidence: 'documented',
    ask: (sandbox) => admittedBy(sandbox, { 'sts:RoleSessionName': 'erin' }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:sub goes with the session',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterSubject', { StringEquals: { [`${issuerOf(sandbox)}:sub`]: 'erin' } }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:aud goes with the session',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterAudience', {
        StringEquals: { [`${issuerOf(sandbox)}:aud`]: 'sts.amazonaws.com' },
      }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: '{issuer}:amr goes with the session, every method of it',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterMethods', {
        'ForAllValues:StringEquals': { [`${issuerOf(sandbox)}:amr`]: ['pwd', 'otp'] },
        Null: { [`${issuerOf(sandbox)}:amr`]: 'false' },
      }),
    answer: taken,
  },
  {
    section: KEYS,
    rule: 'aws:FederatedProvider goes with the session',
    confidence: 'documented',
    ask: (sandbox) =>
      listingUnder(sandbox, 'LaterProvider', {
        StringEquals: { 'aws:FederatedProvider': providerOf(sandbox) },
      }),
    answer: taken,
  },
];
