import fc from 'fast-check';
import { SEND, type CallerName, type CasePolicies, type DecisionCase } from './cases/decision-case.ts';
import { CALLERS, PRODUCTION, TOOLS, type StatementText } from './support.ts';

/**
 * Any request with any policies, made so that both verdicts and all kinds of policy come about: few names, few
 * values, and patterns that mostly fit.
 */

const { user, plain, federated, service, saml } = CALLERS;
const often = <T>(weight: number, value: T): fc.WeightedArbitrary<T> => ({
  weight,
  arbitrary: fc.constant(value),
});

const QUEUES = `arn:aws:sqs:eu-central-1:*:jobs`;
const action = fc.oneof(
  often(4, '*'),
  often(2, 'sqs:*'),
  often(1, 'sqs:Send*'),
  often(1, 's3:*'),
  often(2, 'sts:*'),
);
const resource = fc.oneof(
  often(5, '*'),
  often(2, 'arn:aws:sqs:*:*:*'),
  often(1, QUEUES),
  often(2, 'arn:aws:iam::*:role/*'),
  often(1, 'arn:aws:iam::*:role/${aws:PrincipalTag/team}*'),
  often(1, 'arn:aws:s3:::*'),
);
const principal: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant('*'),
  fc
    .subarray([TOOLS, PRODUCTION, user.userArn, plain.roleArn, plain.sessionArn, federated.sessionArn], {
      minLength: 1,
    })
    .map((names) => ({ AWS: names })),
  fc.constantFrom({ Service: service.service }, { Federated: saml.provider }),
);

const single = (
  names: readonly string[],
  key: string,
  values: readonly string[],
): fc.Arbitrary<StatementText> =>
  fc
    .tuple(fc.constantFrom(...names), fc.subarray([...values], { minLength: 1 }))
    .map(([name, wanted]) => ({ [name]: { [key]: wanted } }));

const condition: fc.Arbitrary<StatementText> = fc.oneof(
  single(
    [
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIfExists',
      'StringNotEqualsIgnoreCase',
    ],
    'aws:PrincipalTag/team',
    ['ada', 'A*', 'bob', '?ob', '${aws:PrincipalTag/owner}'],
  ),
  single(
    [
      'ForAllValues:StringEquals',
      'ForAnyValue:StringEquals',
      'ForAnyValue:StringNotEquals',
      'ForAllValues:StringNotLike',
    ],
    'aws:TagKeys',
    ['one', 'two', 't*'],
  ),
  single(['NumericLessThan', 'NumericGreaterThanEquals', 'NumericNotEquals'], 'aws:MultiFactorAuthAge', [
    '10',
    '300',
  ]),
  single(['Bool', 'BoolIfExists'], 'aws:MultiFactorAuthPresent', ['true']),
  single(['IpAddress', 'NotIpAddress'], 'aws:SourceIp', ['10.0.0.0/8', '192.0.2.0/24']),
  single(['DateGreaterThan', 'DateLessThanEquals'], 'aws:CurrentTime', ['2026-01-31T00:00:00Z']),
  single(['Null'], 'aws:MultiFactorAuthAge', ['true', 'false']),
);

const context = fc.record(
  {
    'aws:PrincipalTag/team': fc.constantFrom(['ada'], ['Bob'], ['bob']),
    'aws:PrincipalTag/owner': fc.constantFrom(['ada'], ['Ec2Operator']),
    'aws:TagKeys': fc.subarray(['one', 'two', 'three'], { minLength: 1 }),
    'aws:MultiFactorAuthAge': fc.constantFrom(['10'], ['9'], ['900']),
    'aws:MultiFactorAuthPresent': fc.constantFrom(['true'], ['false']),
    'aws:SourceIp': fc.constantFrom(['10.1.2.3'], ['192.0.2.7'], ['8.8.8.8']),
    'aws:CurrentTime': fc.constantFrom(['2026-01-31T00:00:00Z'], ['2026-02-01T00:00:00Z']),
  },
  { requiredKeys: [] },
);

type StatementKind = 'identity' | 'trust' | 'resource' | 'resource-control';

export function statementOf(kind: StatementKind): fc.Arbitrary<StatementText> {
  const actions = kind === 'trust' ? fc.constantFrom('sts:*', 'sts:AssumeRole', 'sts:TagSession') : action;
  return fc
    .record({
      Effect:
        kind === 'resource-control' ? fc.constant('Deny') : fc.oneof(often(7, 'Allow'), often(1, 'Deny')),
      listed: fc.oneof(often(6, 'Action'), often(1, kind === 'resource-control' ? 'Action' : 'NotAction')),
      actions: fc.array(actions, { minLength: 1, maxLength: 2 }),
      applied: fc.oneof(often(6, 'Resource'), often(1, 'NotResource')),
      resources: fc.array(resource, { minLength: 1, maxLength: 2 }),
      Condition: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: condition }),
      named: principal,
    })
    .map(({ Effect, Condition, listed, actions: names, applied, resources, named }) => ({
      Effect,
      [listed]: kind === 'resource-control' ? names.map((name) => (name === '*' ? 'sqs:*' : name)) : names,
      ...(kind === 'trust' ? {} : { [applied]: resources }),
      ...(kind === 'trust' || kind === 'resource' ? { Principal: named } : {}),
      ...(kind === 'resource-control' ? { Principal: '*' } : {}),
      ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
    }));
}

export const statementsOf = (kind: StatementKind): fc.Arbitrary<StatementText[]> =>
  fc.array(statementOf(kind), { minLength: 1, maxLength: 3 });

/** Mostly left out: where many kinds of policy all have to allow, few requests would come through. */
const sometimes = <K extends keyof CasePolicies>(
  kind: K,
  value: fc.Arbitrary<NonNullable<CasePolicies[K]>>,
): fc.Arbitrary<CasePolicies> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 2, arbitrary: value.map((one) => ({ [kind]: one })) },
  );

interface Target extends Pick<DecisionCase, 'action' | 'resource' | 'resourceAccount'> {
  readonly owned: 'trust' | 'resource';
}
const target: fc.Arbitrary<Target> = fc
  .tuple(fc.constantFrom('resource', 'resource', 'trust'), fc.constantFrom(TOOLS, TOOLS, PRODUCTION))
  .map(([owned, account]) => ({
    owned: owned,
    action: owned === 'trust' ? 'sts:AssumeRole' : SEND.action,
    resource:
      owned === 'trust' ? `arn:aws:iam::${account}:role/Ec2Operator` : SEND.resource.replace(TOOLS, account),
    resourceAccount: account,
  }));

const SESSIONS: readonly CallerName[] = ['plain', 'federated'];
const WITHOUT_POLICIES: readonly CallerName[] = ['root', 'service', 'saml'];
const WITHOUT_ACCOUNT: readonly CallerName[] = ['service', 'saml'];

/** @param callers who may ask; those with an account most of the time */
export function situation(
  callers: readonly CallerName[] = ['user', 'user', 'plain', 'plain', 'federated', 'root', 'service', 'saml'],
): fc.Arbitrary<DecisionCase> {
  return fc.tuple(fc.constantFrom(...callers), target).chain(([caller, { owned, ...asked }]) =>
    fc
      .record({
        context,
        identity: statementsOf('identity'),
        owned: statementsOf(owned),
        hasOwned: fc.boolean(),
        session: sometimes('session', fc.array(statementsOf('identity'), { minLength: 1, maxLength: 2 })),
        boundary: sometimes('boundary', statementsOf('identity')),
        serviceControl: sometimes(
          'serviceControl',
          fc.array(statementsOf('identity'), { minLength: 1, maxLength: 2 }),
        ),
        resourceControl: fc.oneof(often(5, {}), {
          weight: 1,
          arbitrary: statementsOf('resource-control').map((statements) => ({ resourceControl: statements })),
        }),
      })
      .map(
        ({
          context: keys,
          identity,
          owned: statements,
          hasOwned,
          session,
          boundary,
          serviceControl,
          resourceControl,
        }) => ({
          ...SEND,
          ...asked,
          says: 'anything',
          caller,
          context: keys,
          policies: {
            ...(WITHOUT_POLICIES.includes(caller) ? {} : { identity }),
            ...(hasOwned || owned === 'trust' ? { [owned]: statements } : {}),
            ...(SESSIONS.includes(caller) ? session : {}),
            ...(WITHOUT_POLICIES.includes(caller) ? {} : boundary),
            ...(WITHOUT_ACCOUNT.includes(caller) ? {} : serviceControl),
            ...resourceControl,
          },
          expected: 'no-allow identity' as const,
        }),
      ),
  );
}
