import { ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { signedRequest } from '../support/sign-request.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, fetched } from './ask.ts';
import type { Rule } from './rule.ts';
import { asking, MANAGEMENT, reader, who } from './services-world.ts';

const SECTION = 'services: S3';
const s3 = asking('s3');
const PHOTOS = 'services-photos';

const success = (result: object) => ({ status: 200, code: 'Success', result }) as const;

/** What no client would send. */
async function byHand(sandbox: TestSandboxAws, path: string, query = ''): Promise<Answer> {
  const { url, init } = signedRequest(sandbox.url, {
    credentials: sandbox.keyOf(MANAGEMENT, 'reader'),
    at: sandbox.now(),
    service: 's3',
    method: 'GET',
    path,
    query,
  });
  return fetched(url, init);
}

const list = (input: object = {}) => new ListObjectsV2Command({ Bucket: PHOTOS, ...input });

export const S3_LISTING_RULES: readonly Rule[] = [
  {
    section: SECTION,
    rule: 'ListBuckets is s3:ListAllMyBuckets, which s3:ListBucket is not',
    confidence: 'quoted',
    ask: s3(who('getter'), new ListBucketsCommand({})),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${MANAGEMENT}:user/getter is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    },
  },
  {
    section: SECTION,
    rule: 'ListBuckets gives the buckets of the caller’s account, by prefix and region where asked',
    confidence: 'documented',
    ask: s3(who('lister'), new ListBucketsCommand({ Prefix: 'services-', BucketRegion: 'eu-central-1' })),
    answer: success({
      Buckets: [{ Name: 'services-frankfurt', BucketRegion: 'eu-central-1' }],
      Prefix: 'services-',
    }),
  },
  {
    section: SECTION,
    rule: 'ListBuckets gives pages of MaxBuckets',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const first = await s3(reader, new ListBucketsCommand({ MaxBuckets: 2 }))(sandbox);
      const { ContinuationToken = '' } = first.result as { ContinuationToken?: string };
      return s3(reader, new ListBucketsCommand({ MaxBuckets: 2, ContinuationToken }))(sandbox);
    },
    answer: success({ Buckets: [{ Name: 'services-shared' }] }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 folds what follows a delimiter into common prefixes, which count as keys',
    confidence: 'documented',
    ask: s3(reader, list({ Prefix: 'photos/', Delimiter: '/' })),
    answer: success({
      KeyCount: 2,
      CommonPrefixes: [{ Prefix: 'photos/2025/' }, { Prefix: 'photos/2026/' }],
    }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 goes on from a continuation token, past a whole common prefix',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const input = { Delimiter: '/', Prefix: 'photos/', MaxKeys: 1 };
      const first = await s3(reader, list(input))(sandbox);
      const { NextContinuationToken: ContinuationToken } = first.result as { NextContinuationToken?: string };
      return s3(reader, list({ ...input, ContinuationToken }))(sandbox);
    },
    answer: success({ KeyCount: 1, IsTruncated: false, CommonPrefixes: [{ Prefix: 'photos/2026/' }] }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 starts after a key that need not be there',
    confidence: 'recorded',
    ask: s3(reader, list({ StartAfter: 'photos/2025/aa' })),
    answer: success({
      Contents: [{ Key: 'photos/2025/b.txt' }, { Key: 'photos/2026/c d.txt' }, { Key: 'readme.txt' }],
    }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 encodes keys for whoever asks, a space as a form does',
    confidence: 'recorded',
    ask: s3(reader, list({ Prefix: 'photos/2026', EncodingType: 'url' })),
    answer: success({ EncodingType: 'url', Contents: [{ Key: 'photos/2026/c+d.txt' }] }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 gives a thousand keys at most, whatever is asked for',
    confidence: 'documented',
    ask: s3(reader, list({ MaxKeys: 5000 })),
    answer: success({ MaxKeys: 1000 }),
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 refuses a token that it did not give',
    confidence: 'quoted',
    ask: s3(reader, list({ ContinuationToken: 'made-up' })),
    answer: {
      status: 400,
      code: 'InvalidArgument',
      message: 'The continuation token provided is incorrect',
    },
  },
  {
    section: SECTION,
    rule: 'ListObjectsV2 refuses max-keys that are no number',
    confidence: 'quoted',
    ask: (sandbox) => byHand(sandbox, `/${PHOTOS}`, 'list-type=2&max-keys=many'),
    answer: {
      status: 400,
      code: 'InvalidArgument',
      message: 'Provided max-keys not an integer or within integer range',
    },
  },
  {
    section: SECTION,
    rule: 'the prefix that is asked for is a condition key, s3:prefix',
    confidence: 'documented',
    ask: s3(who('by-prefix'), list({ Prefix: 'photos/' })),
    answer: success({ KeyCount: 3 }),
  },
  {
    section: SECTION,
    rule: 'a listing without a prefix has no s3:prefix',
    confidence: 'known',
    ask: s3(who('by-prefix'), list()),
    answer: { status: 403, code: 'AccessDenied' },
  },
];
