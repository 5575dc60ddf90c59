/** S3 paths and queries, EC2 and IAM forms, Organizations documents; each properly signed. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { anyChange, fewChanged, formText, hostileText, spoils } from './hostile.ts';
import { canonicalQuery, signedShot } from './signed-shot.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

/** As S3 signs a path: every byte escaped that is not unreserved. */
const s3Path = (text: string): string =>
  `/${text
    .split('/')
    .map((part) =>
      encodeURIComponent(Buffer.from(part).toString('utf8')).replace(
        /[!'()*]/g,
        (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')}`.slice(0, 5_000);

const QUERY = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'encoding-type',
  'continuation-token',
  'start-after',
];
const s3 = fc.record({
  path: fc.oneof(
    fc.constantFrom(
      '/',
      '/example-tools-website',
      '/example-tools-website/',
      '/example-tools-website/index.html',
      '//',
      '/a/../b',
    ),
    hostileText.map(s3Path),
    hostileText.map((text) => s3Path(`example-tools-cost-reports/${text}`)),
    hostileText.map((text) =>
      `/example-tools-website/${text.replace(/[^\u0021-\u007e]|[?#]/g, '')}`.slice(0, 5_000),
    ),
  ),
  query: fc.array(
    fc.tuple(
      fc.constantFrom(
        ...QUERY,
        ...QUERY,
        'acl',
        'policy',
        'versionId',
        'uploads',
        'x-id',
        'marker',
        '__proto__',
      ),
      fc.oneof(fc.constantFrom('2', '0', '1', '1000', '-1', 'url', '/', '2026/', ''), hostileText),
    ),
    { maxLength: 4 },
  ),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'PUT', 'DELETE', 'POST'),
  unsignedPayload: fc.boolean(),
  host: fc.constantFrom(
    '',
    '',
    'example-tools-website.s3.localhost',
    'x'.repeat(300),
    'example-tools-website.s3.us-east-1.amazonaws.com',
  ),
});

const EC2 = { Version: '2016-11-15', 'InstanceId.1': 'i-0a1b2c3d4e5f60718' };
const DESCRIBE_INSTANCES = {
  ...EC2,
  Action: 'DescribeInstances',
  'Filter.1.Name': 'tag:team',
  'Filter.1.Value.1': 'payments',
  'Filter.2.Name': 'instance-state-name',
  'Filter.2.Value.1': 'running',
};
const FORMS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['ec2', DESCRIBE_INSTANCES],
  ['ec2', { Version: '2016-11-15', Action: 'DescribeInstances', MaxResults: '5', NextToken: 'abc' }],
  ['ec2', { ...EC2, Action: 'TerminateInstances', 'InstanceId.2': 'i-0000', DryRun: 'true' }],
  ['iam', { Version: '2010-05-08', Action: 'GetRole', RoleName: 'DaypassHub' }],
  ['iam', { Version: '2010-05-08', Action: 'ListRoles', PathPrefix: '/', MaxItems: '2', Marker: 'abc' }],
  ['iam', { Version: '2010-05-08', Action: 'ListAccountAliases' }],
  ['iam', { Version: '2010-05-08', Action: 'GetUser', UserName: 'reports' }],
];
const form = fc.constantFrom(...FORMS).chain(([service, good]) =>
  fc.record({
    service: fc.constant(service),
    pairs: fewChanged(good, anyChange),
    more: fc.constantFrom(0, 0, 0, 1_500),
    region: fc.constantFrom('us-east-1', 'us-east-1', 'eu-central-1', 'xx-nowhere-1'),
  }),
);

const organizations = fc.record({
  target: fc.oneof(
    fc
      .constantFrom('ListAccounts', 'DescribeOrganization', 'ListRoots')
      .map((name) => `AWSOrganizationsV20161128.${name}`),
    hostileText.map((text) => text.replace(/[^\u0020-\u007e]/g, '?').slice(0, 3_000)),
  ),
  body: fc.oneof(
    fc.constantFrom(
      '{}',
      '{"MaxResults":1}',
      '{"NextToken":"abc"}',
      '{"MaxResults":"1"}',
      '[]',
      'null',
      '{"__proto__":1}',
    ),
    fc.json(),
    spoils.map((change) => change('{"MaxResults":1,"NextToken":"abc"}')),
    fc.constant('['.repeat(50_000)),
  ),
});

const user = fc.constantFrom('reports', 'tools', 'tools-broker', 'example-corp');

type Asked<Input> = [user: string, input: Input extends fc.Arbitrary<infer Drawn> ? Drawn : never];

/** What may be asked, by who may: chance might not draw it. */
const GOOD_S3: Asked<typeof s3> = [
  'reports',
  { path: '/example-tools-website/', query: [], method: 'GET', unsignedPayload: false, host: '' },
];
const GOOD_FORM: Asked<typeof form> = [
  'tools',
  { service: 'ec2', pairs: Object.entries(DESCRIBE_INSTANCES), more: 0, region: 'us-east-1' },
];

describe('whatever a service is asked', () => {
  const s3Asks = { from: fc.tuple(user, s3), runs: 600, first: [GOOD_S3] };
  fuzz('S3 answers any path and query', s3Asks, async ([source, input]) => {
    const shot = signedShot(door, {
      credentials: door.keyOf(source),
      service: 's3',
      method: input.method,
      path: input.path,
      query: canonicalQuery(formText(input.query)),
      headers: {
        ...(input.unsignedPayload ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
        ...(input.host === '' ? {} : { host: input.host }),
      },
    });
    await door.fire(shot);
  });

  const formAsks = { from: fc.tuple(user, form), runs: 600, first: [GOOD_FORM] };
  fuzz('EC2 and IAM answer any form', formAsks, async ([source, input]) => {
    const more = Array.from(
      { length: input.more },
      (_, index) => [`InstanceId.${index + 10}`, 'i-0a1b2c3d'] as const,
    );
    const body = formText([...input.pairs, ...more]);
    const { service, region } = input;
    await door.fire(signedShot(door, { credentials: door.keyOf(source), service, region, body }));
  });

  fuzz(
    'Organizations answers any document',
    { from: fc.tuple(user, organizations), runs: 300 },
    async ([source, input]) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': input.target };
      const { body } = input;
      await door.fire(
        signedShot(door, { credentials: door.keyOf(source), service: 'organizations', headers, body }),
      );
    },
  );

  it('met results and many different refusals on the way', () => {
    expect(door.outcomes.get('200')).toBeGreaterThan(0);
    expect(door.outcomes.size).toBeGreaterThan(7);
  });
});
