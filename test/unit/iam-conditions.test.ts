import { describe, expect, it } from 'vitest';
import { failedCondition, type ConditionFailure } from '../../src/iam/conditions.ts';
import { normalizeContext } from '../../src/iam/request-context.ts';
import { allow, CALLERS, decide, policyOf } from './iam-support.ts';

type Values = string | number | boolean | readonly (string | number | boolean)[];
type Row = readonly [operator: string, wanted: Values, actual: readonly string[] | undefined, holds: boolean];

interface Asked {
  readonly operator: string;
  readonly wanted: Values;
  readonly actual: readonly string[] | undefined;
  readonly more?: Readonly<Record<string, readonly string[]>>;
}

/** The failure of one condition on the key aws:x. */
function failure({ operator, wanted, actual, more = {} }: Asked): ConditionFailure | undefined {
  const { policy } = policyOf('identity', [{ ...allow(), Condition: { [operator]: { 'aws:x': wanted } } }]);
  const context = normalizeContext(
    new Map([...Object.entries(more), ...(actual === undefined ? [] : [['AWS:X', actual] as const])]),
  );
  return failedCondition(policy.statements[0]?.conditions ?? [], context);
}

const table = (rows: readonly Row[]): void => {
  it.each(rows)('%s %j with %j: %j', (operator, wanted, actual, holds) => {
    expect(failure({ operator, wanted, actual }) === undefined).toBe(holds);
  });
};

describe('String operators', () => {
  table([
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', 'a', ['A'], false],
    ['StringEquals', 'a', ['a '], false],
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', 'a*', ['ab'], false],
    ['StringEquals', 'a*', ['a*'], true],
    ['StringEquals', '', [''], true],
    ['StringEquals', 12345, ['12345'], true],
    ['StringEquals', true, ['true'], true],
    ['StringNotEquals', 'a', ['b'], true],
    ['StringNotEquals', 'a', ['a'], false],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', ['a', 'b'], ['c'], true],
    ['StringEqualsIgnoreCase', 'Team', ['tEAM'], true],
    ['StringEqualsIgnoreCase', 'Team', ['teams'], false],
    ['StringNotEqualsIgnoreCase', 'Team', ['tEAM'], false],
    ['StringNotEqualsIgnoreCase', 'Team', ['other'], true],
    ['StringLike', 'repo:acme/*:ref', ['repo:acme/x/y:ref'], true],
    ['StringLike', 'repo:acme/*:ref', ['repo:acme-evil/x:ref'], false],
    ['StringLike', 'a?', ['ab'], true],
    ['StringLike', 'a?', ['a'], false],
    ['StringLike', 'A*', ['ab'], false],
    ['StringLike', '*', [''], true],
    ['StringNotLike', 'a*', ['ab'], false],
    ['StringNotLike', ['a*', 'b*'], ['cd'], true],
  ]);
});

describe('Numeric operators', () => {
  table([
    ['NumericEquals', '900', ['900.0'], true],
    ['NumericEquals', 900, ['901'], false],
    ['NumericEquals', '-1', ['-1'], true],
    ['NumericNotEquals', 900, ['901'], true],
    ['NumericNotEquals', [900, 901], ['901'], false],
    ['NumericLessThan', 900, ['899'], true],
    ['NumericLessThan', 900, ['900'], false],
    ['NumericLessThan', 900, ['1e2'], false],
    ['NumericLessThan', 900, ['-'], false],
    ['NumericLessThan', 900, [''], false],
    ['NumericLessThanEquals', 900, ['900'], true],
    ['NumericLessThanEquals', 900, ['901'], false],
    ['NumericGreaterThan', 900, ['900'], false],
    ['NumericGreaterThan', 900, ['10000'], true],
    ['NumericGreaterThanEquals', 900, ['900'], true],
    ['NumericGreaterThanEquals', 900, ['899.99'], false],
  ]);
});

describe('Date operators', () => {
  table([
    ['DateEquals', '2026-01-31T00:00:00Z', ['2026-01-31T01:00:00+01:00'], true],
    ['DateEquals', '2026-01-31', ['2026-01-31T00:00:00Z'], true],
    ['DateEquals', '1769817600', ['2026-01-31T00:00:00Z'], true],
    ['DateNotEquals', '2026-01-31', ['2026-01-31T00:00:00.000Z'], false],
    ['DateNotEquals', '2026-01-31', ['2026-02-01'], true],
    ['DateLessThan', '2026-01-31T00:00:00Z', ['2026-01-30T23:59:59Z'], true],
    ['DateLessThan', '2026-01-31T00:00:00Z', ['2026-01-31T00:00:00Z'], false],
    ['DateLessThan', '2026-01-31T00:00:00Z', ['not a date'], false],
    ['DateLessThan', '2026-01-31T00:00:00Z', ['2026-02-30'], false],
    ['DateLessThanEquals', '2026-01-31T00:00:00Z', ['2026-01-31T00:00:00Z'], true],
    ['DateGreaterThan', '2026-01-31T00:00:00Z', ['2026-01-31T00:00:01Z'], true],
    ['DateGreaterThan', '2026-01-31T00:00:00Z', ['2026-01-31T00:00:00Z'], false],
    ['DateGreaterThanEquals', '2026-01-31T00:00:00Z', ['1769817600'], true],
    ['DateGreaterThanEquals', '2026-01-31T00:00:00Z', ['1769817599'], false],
  ]);
});

describe('Bool and BinaryEquals', () => {
  table([
    ['Bool', 'true', ['true'], true],
    ['Bool', true, ['TRUE'], true],
    ['Bool', 'true', ['false'], false],
    ['Bool', 'false', ['1'], false],
    ['Bool', ['true', 'false'], ['false'], true],
    ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], true],
    ['BinaryEquals', 'QQ==', ['QQ'], true],
    ['BinaryEquals', 'QQ==', ['QR=='], false],
  ]);
});

describe('IpAddress and NotIpAddress', () => {
  table([
    ['IpAddress', '203.0.113.0/24', ['203.0.113.255'], true],
    ['IpAddress', '203.0.113.0/24', ['203.0.114.0'], false],
    ['IpAddress', '203.0.113.77/24', ['203.0.113.1'], true],
    ['IpAddress', '203.0.113.7', ['203.0.113.7'], true],
    ['IpAddress', '203.0.113.7', ['203.0.113.8'], false],
    ['IpAddress', '0.0.0.0/0', ['8.8.8.8'], true],
    ['IpAddress', '0.0.0.0/0', ['2001:db8::1'], false],
    ['IpAddress', '::/0', ['8.8.8.8'], false],
    ['IpAddress', '2001:db8::/32', ['2001:0DB8:ffff::1'], true],
    ['IpAddress', '2001:db8::/32', ['2001:db9::1'], false],
    ['IpAddress', '2001:db8::1', ['2001:db8:0:0:0:0:0:1'], true],
    ['IpAddress', '127.0.0.0/8', ['::ffff:127.0.0.1'], true],
    ['IpAddress', '::ffff:127.0.0.0/104', ['127.9.9.9'], true],
    ['IpAddress', '10.0.0.0/8', ['10.0.0.1, 8.8.8.8'], false],
    ['IpAddress', '10.0.0.0/8', ['AWS Internal'], false],
    ['IpAddress', ['10.0.0.0/8', '192.168.0.0/16'], ['192.168.9.9'], true],
    ['NotIpAddress', '10.0.0.0/8', ['11.0.0.1'], true],
    ['NotIpAddress', ['10.0.0.0/8', '11.0.0.0/8'], ['11.0.0.1'], false],
    ['NotIpAddress', '10.0.0.0/8', ['AWS Internal'], true],
  ]);
});

describe('Arn operators', () => {
  const topic = 'arn:aws:sns:eu-central-1:111122223333:topic:sub';
  table([
    ['ArnEquals', topic, [topic], true],
    ['ArnLike', 'arn:aws:sns:*:111122223333:*', [topic], true],
    ['ArnEquals', 'arn:aws:sns:*:111122223333:*', [topic], true],
    ['ArnLike', 'arn:aws:sns:eu-central-1:111122223333:topic:*', [topic], true],
    ['ArnLike', 'arn:aws:sns:eu-central-1:111122223333:topic', [topic], false],
    ['ArnLike', 'arn:*:sub:*:*:*', [topic], false],
    ['ArnLike', 'arn:aws:sns:eu-*-1:1111????3333:t*', [topic], true],
    ['ArnLike', '*', [topic], true],
    ['ArnLike', '*', ['topic'], false],
    ['ArnLike', 'arn:aws:iam::111122223333:role/*', ['arn:aws:iam::111122223333:role/a/b'], true],
    ['ArnLike', 'arn:aws:iam::111122223333:role/*', ['arn:aws:iam::999999999999:role/a'], false],
    ['ArnNotEquals', topic, [topic], false],
    ['ArnNotLike', 'arn:aws:sns:*:111122223333:*', [topic], false],
    ['ArnNotLike', 'arn:aws:sqs:*:111122223333:*', [topic], true],
  ]);

  it('keep a star within its part', () => {
    const spanning = { operator: 'ArnLike', wanted: 'arn:aws:*:111122223333:topic:*', actual: [topic] };
    expect(failure(spanning)?.why).toBe('no-value-fits');
  });
});

describe('a missing key', () => {
  table([
    ['StringEquals', 'a', undefined, false],
    ['StringLike', '*', undefined, false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringNotLike', '*', undefined, true],
    ['NumericNotEquals', 1, undefined, true],
    ['NumericLessThan', 1, undefined, false],
    ['DateNotEquals', '2026-01-31', undefined, true],
    ['NotIpAddress', '0.0.0.0/0', undefined, true],
    ['ArnNotLike', '*', undefined, true],
    ['Bool', 'false', undefined, false],
    ['BoolIfExists', 'true', undefined, true],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', ['b'], false],
    ['StringEqualsIfExists', 'a', ['a'], true],
    ['StringNotEqualsIfExists', 'a', ['a'], false],
    ['IpAddressIfExists', '10.0.0.0/8', undefined, true],
    ['Null', 'true', undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', true, ['a'], false],
    ['Null', false, ['a'], true],
    ['Null', 'false', [''], true],
    ['Null', 'true', [], true],
    ['Null', ['true', 'false'], ['a'], true],
    ['StringEquals', 'a', [], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringEquals', 'a', [], true],
    ['ForAllValues:StringNotEquals', 'a', undefined, true],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'a', undefined, false],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
  ]);
});

describe('several values', () => {
  table([
    ['ForAllValues:StringEquals', ['a', 'b'], ['b', 'a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], [''], true],
    ['ForAllValues:StringLike', 'team-*', ['team-a', 'team-b'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['ForAnyValue:IpAddress', '10.0.0.0/8', ['8.8.8.8', '10.1.1.1'], true],
    ['ForAllValues:NumericLessThan', 10, ['1', '11'], false],
  ]);

  it('never hold for an operator without a set, in either direction', () => {
    for (const operator of ['StringEquals', 'StringNotEquals', 'StringEqualsIfExists'])
      expect(failure({ operator, wanted: 'a', actual: ['a', 'b'] })?.why).toBe('several-values');
  });
});

describe('policy variables', () => {
  const ada = { 'aws:username': ['ada'], 'aws:PrincipalTag/team': ['a*'], 'aws:TagKeys': ['p', 'q'] };
  it.each([
    ['StringEquals', '${aws:username}', 'ada', true],
    ['StringEquals', '${AWS:UserName}', 'ada', true],
    ['StringEquals', 'x-${aws:username}-${aws:username}', 'x-ada-ada', true],
    ['StringEqualsIgnoreCase', '${aws:username}', 'ADA', true],
    ['StringLike', '${aws:username}/*', 'ada/home', true],
    ['StringLike', '${aws:PrincipalTag/team}', 'abc', false],
    ['StringLike', '${aws:PrincipalTag/team}', 'a*', true],
    ['StringLike', '${*}', 'x', false],
    ['StringLike', '${*}${?}${$}', '*?$', true],
    ['StringEquals', '${*}', '*', true],
    ['StringLike', "${aws:missing, 'all*'}", 'all*', true],
    ['StringLike', "${aws:missing, 'all*'}", 'all-of-it', false],
    ['StringEquals', "${aws:missing, 'a}b'}", 'a}b', true],
    ['StringEquals', "${aws:username,'nobody'}", 'ada', true],
    ['StringEquals', '${aws:missing}', '${aws:missing}', false],
    ['StringNotEquals', '${aws:missing}', 'x', false],
    ['StringNotEquals', '${aws:TagKeys}', 'x', false],
    ['StringEquals', '$aws:username', '$aws:username', true],
    ['ArnLike', 'arn:aws:iam::111122223333:user/${aws:username}', 'arn:aws:iam::111122223333:user/ada', true],
    [
      'ArnLike',
      'arn:aws:iam::111122223333:user/${aws:username}',
      'arn:aws:iam::111122223333:user/bob',
      false,
    ],
    ['ArnLike', 'arn:aws:${aws:username}', 'arn:aws:ada:x:y:z', false],
    ['ArnLike', '${aws:username}', 'arn:aws:iam::111122223333:user/ada', false],
  ])('%s %j with %j: %j', (operator, wanted, actual, holds) => {
    expect(failure({ operator, wanted, actual: [actual], more: ada }) === undefined).toBe(holds);
  });

  it('without a value keep the statement from applying, and the trace says so', () => {
    expect(failure({ operator: 'StringNotEquals', wanted: '${aws:missing}', actual: ['x'] })).toEqual({
      operator: 'StringNotEquals',
      key: 'aws:x',
      expected: ['${aws:missing}'],
      actual: ['x'],
      why: 'unresolved-variable',
    });
  });

  it('are plain text before 2012-10-17', () => {
    const statement = { ...allow('s3:GetObject', 'arn:aws:s3:::b/${aws:username}') };
    const question = { caller: CALLERS.user, action: 's3:GetObject', context: ada };
    const answer = (version: string, resource: string): boolean =>
      decide({
        ...question,
        resource,
        policies: { identity: [policyOf('identity', [statement], version)] },
      }).allowed;
    expect(answer('2012-10-17', 'arn:aws:s3:::b/ada')).toBe(true);
    expect(answer('2008-10-17', 'arn:aws:s3:::b/ada')).toBe(false);
    expect(answer('2008-10-17', 'arn:aws:s3:::b/${aws:username}')).toBe(true);
  });
});

describe('conditions together', () => {
  const statement = {
    ...allow(),
    Condition: {
      StringEquals: { 'aws:PrincipalTag/team': ['payments', 'risk'], 'aws:RequestedRegion': 'eu-central-1' },
      Bool: { 'aws:SecureTransport': 'true' },
    },
  };
  const policies = { identity: [policyOf('identity', [statement])] };
  const good = {
    'aws:principaltag/TEAM': ['risk'],
    'aws:RequestedRegion': ['eu-central-1'],
    'aws:SecureTransport': ['true'],
  };

  it('hold when every operator and every key holds', () => {
    expect(decide({ caller: CALLERS.user, policies, context: good }).allowed).toBe(true);
  });

  it.each(Object.keys(good))('fail when %s alone is wrong, and the trace names it', (key) => {
    const decision = decide({ caller: CALLERS.user, policies, context: { ...good, [key]: ['wrong'] } });
    expect(decision.allowed).toBe(false);
    const because = decision.trace[0]?.because;
    expect(because).toMatchObject({ element: 'condition', condition: { actual: ['wrong'] } });
    if (because?.element !== 'condition') throw new Error('no condition in the trace');
    expect(because.condition.key.toLowerCase()).toBe(key.toLowerCase());
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'A06: are not fooled by a context key, a tag or a value called %s',
    (name) => {
      const condition = { StringEquals: { [`aws:PrincipalTag/${name}`]: name } };
      const tagged = { identity: [policyOf('identity', [{ ...allow(), Condition: condition }])] };
      const ask = (context: Record<string, string[]>): boolean =>
        decide({ caller: CALLERS.user, policies: tagged, context }).allowed;
      expect(ask({})).toBe(false);
      expect(ask(Object.fromEntries([[name, [name]]]))).toBe(false);
      expect(ask({ [`aws:PrincipalTag/${name}`]: [name] })).toBe(true);
      expect(
        failure({ operator: 'StringEquals', wanted: `\${${name}}`, actual: ['[object Object]'] })?.why,
      ).toBe('unresolved-variable');
    },
  );

  it('read a key that arrives twice in different case as one with two values', () => {
    const condition = { 'ForAllValues:StringEquals': { 'AWS:RequestTag/a': ['1'] } };
    const policies = { identity: [policyOf('identity', [{ ...allow(), Condition: condition }])] };
    const ask = (first: string, second: string): boolean =>
      decide({
        caller: CALLERS.user,
        policies,
        context: { 'aws:RequestTag/a': [first], 'aws:requesttag/A': [second] },
      }).allowed;
    expect([ask('1', '1'), ask('1', '2'), ask('2', '1')]).toEqual([true, false, false]);
  });
});
