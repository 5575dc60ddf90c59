/** Every STS action with parameters spoiled, doubled, renamed and made up, signed as it should be and not at all. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzDoor, openFuzzDoor } from './door.ts';
import { fuzz } from './fuzz.ts';
import { anyChange, fewChanged, formText, hostileText, type Pair } from './hostile.ts';
import { canonicalQuery, signedShot } from './signed-shot.ts';

let door: FuzzDoor;
beforeAll(async () => {
  door = await openFuzzDoor();
});
afterAll(() => door.close());

const POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
const TAGS = {
  'Tags.member.1.Key': 'team',
  'Tags.member.1.Value': 'payments',
  'Tags.member.2.Key': 'project',
  'Tags.member.2.Value': '',
};
const POLICIES = {
  Policy: POLICY,
  'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  MinimumSessionTokenSize: '100',
};

interface Call {
  readonly source: string;
  readonly good: Readonly<Record<string, string>>;
}

const ASSUME_ROLE: Call = {
  source: 'tools-broker',
  good: {
    Action: 'AssumeRole',
    RoleArn: 'arn:aws:iam::444455556666:role/Ec2Operator',
    RoleSessionName: 'erin.engel',
    DurationSeconds: '3600',
    ExternalId: '12345',
    SerialNumber: 'arn:aws:iam::111122223333:mfa/tools',
    SourceIdentity: 'erin',
    'TransitiveTagKeys.member.1': 'team',
    'ProvidedContexts.member.1.ProviderArn': 'arn:aws:iam::aws:contextProvider/IdentityCenter',
    'ProvidedContexts.member.1.ContextAssertion': 'abcd.efgh.ijkl',
    ...TAGS,
    ...POLICIES,
  },
};
const NO_EXTRAS = /^(ProvidedContexts|SerialNumber)/;

const CALLS: readonly Call[] = [
  ASSUME_ROLE,
  {
    source: 'tools-broker',
    good: Object.fromEntries(Object.entries(ASSUME_ROLE.good).filter(([name]) => !NO_EXTRAS.test(name))),
  },
  {
    source: 'reports',
    good: {
      Action: 'GetFederationToken',
      Name: 'billing',
      DurationSeconds: '129600',
      ...TAGS,
      ...POLICIES,
    },
  },
  {
    source: 'tools',
    good: {
      Action: 'GetSessionToken',
      DurationSeconds: '900',
      SerialNumber: 'arn:aws:iam::111122223333:mfa/tools',
      TokenCode: '123456',
      MinimumSessionTokenSize: '4096',
    },
  },
  { source: 'tools', good: { Action: 'GetSessionToken' } },
  { source: 'reports', good: { Action: 'GetCallerIdentity' } },
  { source: 'reports', good: { Action: 'GetAccessKeyInfo', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
  { source: 'tools', good: { Action: 'DecodeAuthorizationMessage', EncodedMessage: 'abcdefgh' } },
  {
    source: 'none',
    good: {
      Action: 'AssumeRoleWithSAML',
      RoleArn: 'arn:aws:iam::222233334444:role/Developer',
      PrincipalArn: 'arn:aws:iam::222233334444:saml-provider/daypass',
      SAMLAssertion: 'PHg+PC94Pg==',
      ...POLICIES,
    },
  },
  {
    source: 'none',
    good: {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::222233334444:role/DataAnalyst',
      RoleSessionName: 'erin.engel',
      WebIdentityToken: 'a.b.c',
      ProviderId: 'www.amazon.com',
      ...POLICIES,
    },
  },
];

/** Names in other letters, list indexes that are none, parameters twice. */
const extra: fc.Arbitrary<readonly Pair[]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom(
        ...['action', 'Version', 'RoleArn', 'Tags', 'Tags.member', 'Tags.member.0.Key', 'Tags.member.-1.Key'],
        ...[
          'Tags.member.99999.Key',
          'Tags.member.1e3.Value',
          'Tags.member.1.Key.x',
          'PolicyArns.member.2.arn',
        ],
        ...['PolicyArns.member.1.Arn', 'TransitiveTagKeys.member.9', '__proto__', 'constructor', ''],
      ),
      hostileText,
    ),
    fc.tuple(hostileText, hostileText),
  ),
  { maxLength: 3 },
);

const call = fc.constantFrom(...CALLS).chain(({ source, good }) =>
  fc.record({
    source: fc.constant(source),
    pairs: fewChanged(good, anyChange),
    extra: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extra }),
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET'),
    version: fc.constantFrom('2011-06-15', '2011-06-15', '2011-06-15', '2015-12-01', ''),
    accept: fc.constantFrom('*/*', 'application/json', 'text/xml'),
    signed: fc.boolean(),
  }),
);

type AnyCall = typeof call extends fc.Arbitrary<infer Input> ? Input : never;

async function ask(input: AnyCall): Promise<void> {
  const form = formText([...input.pairs, ['Version', input.version], ...input.extra]);
  const headers = { accept: input.accept, 'content-type': 'application/x-www-form-urlencoded' };
  const sent =
    input.method === 'POST' ? { method: 'POST', body: form } : { method: 'GET', query: canonicalQuery(form) };
  if (input.signed && input.source !== 'none') {
    await door.fire(signedShot(door, { credentials: door.keyOf(input.source), headers, ...sent }));
  } else {
    const { query, ...rest } = { query: '', ...sent };
    await door.fire({ path: query === '' ? '/' : `/?${query}`, headers, ...rest });
  }
}

describe('whatever an STS action is asked with', () => {
  fuzz('it answers with a result or a refusal', { from: call, runs: 1_200 }, ask);

  const many = fc.record({
    name: fc.constantFrom(
      'Tags.member.#.Key',
      'PolicyArns.member.#.arn',
      'InstanceId.#',
      'x#',
      'Tags.member.#',
    ),
    count: fc.integer({ min: 100, max: 4_000 }),
    value: fc.constantFrom('', 'k', 'arn:aws:iam::aws:policy/ReadOnlyAccess', 'v'.repeat(100)),
  });
  fuzz('it bears more of them than anybody means', { from: many, runs: 60 }, async (input) => {
    const pairs = Array.from({ length: input.count }, (_, index): Pair => [
      input.name.replace('#', String(index)),
      input.value,
    ]);
    const { good } = ASSUME_ROLE;
    await ask({
      source: 'tools-broker',
      pairs: [...Object.entries(good).filter(([name]) => !name.includes('.')), ...pairs],
      extra: [],
      method: 'POST',
      version: '2011-06-15',
      accept: '*/*',
      signed: true,
    });
  });

  it('met results and many different refusals on the way', () => {
    expect(door.outcomes.get('200')).toBeGreaterThan(0);
    expect(door.outcomes.get('400 ValidationError')).toBeGreaterThan(5);
    expect(door.outcomes.size).toBeGreaterThan(7);
  });
});
