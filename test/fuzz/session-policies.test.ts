/** Session policies: random JSON, policies nearly right, deep and huge ones; each that is taken is used as well. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { formText, hostileText, spoils } from './hostile.ts';
import { signedShot } from './signed-shot.ts';

let door: FuzzDoor;
let used = 0;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const word = fc.oneof(
  fc.constantFrom(
    '*',
    's3:*',
    's3:List*',
    's3:ListAllMyBuckets',
    'sts:?etFederationToken',
    'arn:aws:s3:::*',
    'arn:*',
  ),
  fc.constantFrom('${aws:username}', "${aws:PrincipalTag/team, 'x'}", '${', '${}', '${$}', '${*}'),
  fc.constantFrom('2026-11-23T00:00:00Z', '10.0.0.0/8', '::/0', '10.0.0.0/99', '1e400', 'true', 'AQ=='),
  hostileText,
);
const words = fc.oneof(word, fc.array(word, { maxLength: 6 }));
const operator = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:', 'forallvalues:'),
      fc.constantFrom(
        'StringEquals',
        'StringLike',
        'ArnLike',
        'ArnEquals',
        'NumericLessThan',
        'DateGreaterThan',
      ),
      fc.constantFrom('', 'IfExists', 'IfExistsIfExists'),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    'IpAddress',
    'NotIpAddress',
    'Bool',
    'Null',
    'BinaryEquals',
    'StringNotEqualsIgnoreCase',
    '',
  ),
  hostileText,
);
const key = fc.oneof(
  fc.constantFrom(
    'aws:SourceIp',
    'aws:CurrentTime',
    'aws:PrincipalTag/team',
    'aws:TagKeys',
    's3:prefix',
    'AWS:username',
  ),
  hostileText,
);
const condition = fc.dictionary(
  operator,
  fc.dictionary(key, fc.oneof(words, fc.boolean(), fc.double(), fc.jsonValue()), { maxKeys: 3 }),
  { maxKeys: 3 },
);
const statement = fc.record(
  {
    Sid: hostileText,
    Effect: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('Allow', 'Deny') },
      { weight: 1, arbitrary: hostileText },
    ),
    Action: words,
    NotAction: words,
    Resource: words,
    NotResource: words,
    Principal: fc.jsonValue(),
    Condition: fc.oneof(condition, fc.jsonValue()),
  },
  { requiredKeys: ['Effect'] },
);
/** Grammatical, so that most are taken and have to be evaluated. */
const grammatical = fc.record({
  Version: fc.constantFrom('2012-10-17', '2008-10-17'),
  Statement: fc.array(
    fc.record(
      {
        Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
        Action: fc.constantFrom('*', 's3:*', 's3:List*', ['s3:ListAllMyBuckets', 'ec2:*']),
        Resource: fc.constantFrom('*', 'arn:aws:s3:::*', 'arn:aws:s3:::${aws:username}', [
          '*',
          'arn:aws:s3:::x*?y',
        ]),
        Condition: fc.dictionary(
          fc.constantFrom(
            ...['StringEquals', 'StringLikeIfExists', 'ForAllValues:StringLike', 'ForAnyValue:StringEquals'],
            ...['NumericLessThan', 'DateGreaterThan', 'IpAddress', 'Bool', 'Null', 'ArnLike', 'BinaryEquals'],
          ),
          fc.dictionary(
            fc.constantFrom(
              'aws:SourceIp',
              'aws:CurrentTime',
              'aws:userid',
              'aws:TokenIssueTime',
              'aws:EpochTime',
              'x:y',
            ),
            fc.constantFrom(
              '*',
              '10.0.0.0/8',
              'true',
              '2026-01-01T00:00:00Z',
              '${aws:userid}',
              ['*a*a*a*b', '???'],
              '5',
            ),
            { minKeys: 1, maxKeys: 2 },
          ),
          { maxKeys: 2 },
        ),
      },
      { requiredKeys: ['Effect', 'Action', 'Resource'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});
const large = fc
  .tuple(
    fc.constantFrom(
      '[',
      '{"a":',
      '{"Statement":[',
      '"\\u0041',
      ' ',
      '*',
      '1',
      '\\',
      '{"Statement":[{"Action":"',
    ),
    fc.constantFrom(100, 2_000, 30_000, 100_000),
  )
  .map(([text, length]) => text.repeat(length / text.length));

const policy = fc.oneof(
  { weight: 3, arbitrary: grammatical.map((value) => JSON.stringify(value)) },
  {
    weight: 3,
    arbitrary: fc
      .record({ Version: fc.constant('2012-10-17'), Statement: fc.array(statement, { maxLength: 3 }) })
      .map((value) => JSON.stringify(value)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: large },
  { weight: 1, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.tuple(grammatical, spoils).map(([value, change]) => change(JSON.stringify(value))),
  },
);

const call = fc.record({ action: fc.constantFrom('AssumeRole', 'GetFederationToken'), policy });

describe('whatever a session policy says', () => {
  fuzz('it is refused, or narrows the session that carries it', { from: call, runs: 700 }, async (input) => {
    const isRole = input.action === 'AssumeRole';
    const body = formText([
      ['Action', input.action],
      ['Version', '2011-06-15'],
      ...(isRole
        ? ([
            ['RoleArn', 'arn:aws:iam::444455556666:role/Ec2Operator'],
            ['RoleSessionName', 'erin'],
          ] as const)
        : ([['Name', 'billing']] as const)),
      ['Policy', input.policy],
    ]);
    const credentials = door.keyOf(isRole ? 'tools-broker' : 'reports');
    const seen = await door.fire(signedShot(door, { credentials, body }));
    if (seen.status !== 200) return;
    used += 1;
    const member = (name: string): string =>
      new RegExp(`<${name}>(.*?)</${name}>`).exec(seen.text)?.[1] ?? '';
    const session = {
      accessKeyId: member('AccessKeyId'),
      secretAccessKey: member('SecretAccessKey'),
      sessionToken: member('SessionToken'),
    };
    await door.fire(signedShot(door, { credentials: session, service: 's3', method: 'GET' }));
    await door.fire(
      signedShot(door, {
        credentials: session,
        service: 'ec2',
        body: 'Action=DescribeInstances&Version=2016-11-15',
      }),
    );
  });

  it('met policies that it took and many that it refused', () => {
    expect(used).toBeGreaterThan(3);
    expect(door.outcomes.get('400 MalformedPolicyDocument')).toBeGreaterThan(3);
  });
});
