import { describe, expect, it } from 'vitest';
import type { ApplicablePolicies } from '../../src/iam/authorization.ts';
import {
  allow,
  CALLERS,
  decide,
  policyOf,
  PRODUCTION,
  ROLE_ARN,
  TOOLS,
  trust,
  type StatementText,
} from './support.ts';

const { user, session } = CALLERS;
const EC2 = allow('ec2:*');
const S3 = allow('s3:*');

const identity = (...statements: StatementText[]): Pick<ApplicablePolicies, 'identity'> => ({
  identity: [policyOf('identity', statements)],
});
const resource = (principal: unknown): Pick<ApplicablePolicies, 'resource'> => ({
  resource: policyOf('resource', [{ ...allow(), Principal: principal }]),
});

describe('a role for a third party', () => {
  it('holds a third party to its external ID', () => {
    const policies = {
      ...identity(allow('sts:AssumeRole')),
      resource: trust(
        { AWS: TOOLS },
        { Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': '12345' } } },
      ),
    };
    const ask = (context: Record<string, string[]>): boolean =>
      decide({
        caller: user,
        action: 'sts:AssumeRole',
        resource: ROLE_ARN,
        resourceAccount: PRODUCTION,
        policies,
        context,
      }).allowed;
    expect(ask({ 'sts:ExternalId': ['12345'] })).toBe(true);
    expect(ask({ 'sts:ExternalId': ['54321'] })).toBe(false);
    expect(ask({ 'sts:ExternalId': ['12345', '54321'] })).toBe(false);
    expect(ask({})).toBe(false);
  });
});

describe('names that JavaScript has a meaning for', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'A06: are not fooled by a context key, a tag or a value called %s',
    (name) => {
      const condition = { StringEquals: { [`aws:PrincipalTag/${name}`]: name } };
      const tagged = { identity: [policyOf('identity', [{ ...allow(), Condition: condition }])] };
      const ask = (context: Record<string, string[]>): boolean =>
        decide({ caller: user, policies: tagged, context }).allowed;
      expect(ask({})).toBe(false);
      expect(ask(Object.fromEntries([[name, [name]]]))).toBe(false);
      expect(ask({ [`aws:PrincipalTag/${name}`]: [name] })).toBe(true);
      const variable = { StringLike: { 'aws:x': `*\${${name}}*` } };
      const policies = identity({ ...allow(), Condition: variable });
      expect(decide({ caller: user, policies, context: { 'aws:x': ['[object Object]'] } }).allowed).toBe(
        false,
      );
    },
  );
});

describe('the trace', () => {
  it('tells of every statement of every policy what became of it', () => {
    const { trace } = decide({
      caller: session,
      policies: {
        ...identity({ ...S3, Sid: 'Buckets' }, allow('ec2:*', 'arn:aws:ec2:*:*:vpc/*'), EC2),
        session: [
          { name: 'inline', policy: policyOf('session', [EC2]).policy },
          { name: 'arn:aws:iam::aws:policy/ReadOnlyAccess', policy: policyOf('identity', [S3]).policy },
        ],
        ...resource({ AWS: user.userArn }),
      },
    });
    expect(
      trace.map(({ kind, policy, statement, sid, applies, because }) => [
        kind,
        policy,
        statement,
        sid,
        applies ? 'applies' : because?.element,
      ]),
    ).toEqual([
      ['identity', 'identity policy', 0, 'Buckets', 'action'],
      ['identity', 'identity policy', 1, undefined, 'resource'],
      ['identity', 'identity policy', 2, undefined, 'applies'],
      ['resource', 'resource policy', 0, undefined, 'principal'],
      ['session', 'inline', 0, undefined, 'applies'],
      ['session', 'arn:aws:iam::aws:policy/ReadOnlyAccess', 0, undefined, 'action'],
    ]);
  });

  it('tells how exactly a resource’s policy names the caller', () => {
    const namingBy = (principal: unknown): unknown =>
      decide({ caller: session, policies: resource(principal) }).trace[0]?.naming;
    expect(namingBy({ AWS: TOOLS })).toBe('account');
    expect(namingBy({ AWS: session.roleArn })).toBe('source');
    expect(namingBy({ AWS: [TOOLS, session.roleArn] })).toBe('source');
    expect(namingBy({ AWS: [TOOLS, session.sessionArn, session.roleArn] })).toBe('itself');
    expect(namingBy('*')).toBe('itself');
    expect(namingBy({ AWS: PRODUCTION })).toBeUndefined();
  });

  it('names the condition, what it expects and what came', () => {
    const condition = { StringLike: { 'aws:PrincipalTag/team': ['pay*', 'risk'] } };
    const ask = (context: Record<string, string[]>): unknown =>
      decide({ caller: user, context, policies: identity({ ...EC2, Condition: condition }) }).trace[0]
        ?.because;
    const expected = { operator: 'StringLike', key: 'aws:PrincipalTag/team', expected: ['pay*', 'risk'] };
    expect(ask({})).toEqual({
      element: 'condition',
      condition: { ...expected, actual: [], why: 'missing-key' },
    });
    expect(ask({ 'AWS:principaltag/Team': ['ops'] })).toEqual({
      element: 'condition',
      condition: { ...expected, actual: ['ops'], why: 'no-value-fits' },
    });
  });

  it('says when a variable of the resource has no value', () => {
    const { trace } = decide({
      caller: user,
      policies: identity(allow('ec2:*', 'arn:aws:ec2:*:*:instance/${aws:missing}')),
    });
    expect(trace[0]?.because).toEqual({ element: 'variable' });
  });

  it('says when a variable of a condition has no value', () => {
    const condition = { StringNotEquals: { 'aws:x': '${aws:missing}' } };
    const policies = identity({ ...EC2, Condition: condition });
    expect(decide({ caller: user, context: { 'aws:x': ['x'] }, policies }).trace[0]?.because).toEqual({
      element: 'condition',
      condition: {
        operator: 'StringNotEquals',
        key: 'aws:x',
        expected: ['${aws:missing}'],
        actual: ['x'],
        why: 'unresolved-variable',
      },
    });
  });

  it('says when a key has more values than its operator can compare', () => {
    const policies = identity({ ...EC2, Condition: { StringEquals: { 'aws:x': 'a' } } });
    const { trace } = decide({ caller: user, context: { 'aws:x': ['a', 'b'] }, policies });
    expect(trace[0]?.because).toMatchObject({ element: 'condition', condition: { why: 'several-values' } });
  });

  it('tells what Null expects', () => {
    const policies = identity({ ...EC2, Condition: { Null: { 'aws:x': 'true' } } });
    expect(decide({ caller: user, context: { 'aws:x': ['a'] }, policies }).trace[0]?.because).toEqual({
      element: 'condition',
      condition: { operator: 'Null', key: 'aws:x', expected: ['true'], actual: ['a'], why: 'no-value-fits' },
    });
  });
});
