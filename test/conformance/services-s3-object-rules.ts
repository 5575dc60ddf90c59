import {
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import type { Answer } from './ask.ts';
import type { Rule } from './rule.ts';
import { asking, MANAGEMENT, MEMBER, nobody, reader, STRANGER, who } from './services-world.ts';

const SECTION = 'services: S3 objects and buckets';
const s3 = asking('s3');
const PHOTOS = 'services-photos';

const success = (result: object) => ({ status: 200, code: 'Success', result }) as const;
const list = (input: object = {}) => new ListObjectsV2Command({ Bucket: PHOTOS, ...input });
const get = (Bucket: string, Key: string) => new GetObjectCommand({ Bucket, Key });

/** What a client makes of the answer, the stream left out. */
const reading =
  (name: string, command: GetObjectCommand, account = MANAGEMENT) =>
  async (sandbox: TestSandboxAws): Promise<Answer> => {
    const answer = await s3(who(name, account), command)(sandbox);
    const { ETag, ContentLength, ContentType } = answer.result as Record<string, unknown>;
    return { ...answer, result: { ETag, ContentLength, ContentType } };
  };

export const S3_OBJECT_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'GetObject tells length and ETag, which is the MD5 of the content',
    confidence: 'documented',
    ask: reading('getter', get(PHOTOS, 'readme.txt')),
    answer: success({ ETag: '"b1946ac92492d2347c6235b4d2611184"', ContentLength: 6 }),
  },
  {
    section: SECTION,
    rule: 'a missing key is known to whoever may list the bucket',
    confidence: 'documented',
    ask: s3(reader, get(PHOTOS, 'missing.txt')),
    answer: { status: 404, code: 'NoSuchKey', message: 'The specified key does not exist.' },
  },
  {
    section: SECTION,
    rule: 'a missing key is refused to whoever may only read objects',
    confidence: 'quoted',
    ask: s3(who('getter'), get(PHOTOS, 'missing.txt')),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${MANAGEMENT}:user/getter is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::${PHOTOS}" because no identity-based policy allows the s3:ListBucket action`,
    },
  },
  {
    section: SECTION,
    rule: 'a bucket that is not there is told to everybody',
    confidence: 'quoted',
    ask: s3(nobody, list({ Bucket: 'services-nowhere' })),
    answer: { status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' },
  },
  {
    section: SECTION,
    rule: 'a bucket of another region is told by its region',
    confidence: 'quoted',
    ask: s3(reader, list({ Bucket: 'services-frankfurt' })),
    answer: {
      status: 400,
      code: 'AuthorizationHeaderMalformed',
      message:
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
    },
  },
  {
    section: SECTION,
    rule: 'HeadBucket tells the region to whoever may list the bucket',
    confidence: 'documented',
    ask: asking('s3', { region: 'eu-central-1' })(
      reader,
      new HeadBucketCommand({ Bucket: 'services-frankfurt' }),
    ),
    answer: success({ BucketRegion: 'eu-central-1' }),
  },
  {
    section: SECTION,
    rule: 'HeadBucket refuses without a body, by its status alone',
    // `Unknown` is the client's own word: nothing in the answer has a name.
    confidence: 'known',
    ask: s3(nobody, new HeadBucketCommand({ Bucket: PHOTOS })),
    answer: { status: 403, code: 'Unknown' },
  },
  {
    section: SECTION,
    rule: 'a bucket policy alone lets in a user of its own account',
    confidence: 'documented',
    ask: reading('nobody', get('services-shared', 'shared.txt')),
    answer: success({ ContentLength: 7 }),
  },
  {
    section: SECTION,
    rule: 'a bucket policy lets in another account’s user whose own policies agree',
    confidence: 'documented',
    ask: reading('getter', get('services-shared', 'shared.txt'), STRANGER),
    answer: success({ ContentLength: 7 }),
  },
  {
    section: SECTION,
    rule: 'another account’s user needs a policy of its own beside the bucket’s, and strangers are told nothing',
    confidence: 'documented',
    ask: s3(who('lister', STRANGER), get('services-shared', 'shared.txt')),
    answer: { status: 403, code: 'AccessDenied', message: 'Access Denied' },
  },
  {
    section: SECTION,
    rule: 'an account of the same organization is told which kind of policy refused',
    confidence: 'documented',
    ask: s3(who('reader', MEMBER), get('services-shared', 'shared.txt')),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${MEMBER}:user/reader is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::services-shared/shared.txt" because no resource-based policy allows the s3:GetObject action`,
    },
  },
  {
    section: SECTION,
    rule: 'a Deny of the bucket policy binds the account’s own administrator',
    confidence: 'documented',
    ask: s3(reader, get('services-shared', 'secret.txt')),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: /with an explicit deny in a resource-based policy$/,
    },
  },
  {
    section: SECTION,
    rule: 'a wrong secret is told in S3’s own words',
    confidence: 'quoted',
    ask: s3(
      (sandbox) => ({ ...sandbox.keyOf(MANAGEMENT, 'reader'), secretAccessKey: 'wrong' }),
      new ListBucketsCommand({}),
    ),
    answer: {
      status: 403,
      code: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    },
  },
  {
    section: SECTION,
    rule: 'an unknown key is told in S3’s own words',
    confidence: 'quoted',
    ask: s3(
      () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' }),
      new ListBucketsCommand({}),
    ),
    answer: {
      status: 403,
      code: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    },
  },
];
