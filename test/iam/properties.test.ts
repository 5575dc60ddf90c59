import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicablePolicies, Decision } from '../../src/iam/authorization.ts';
import type { Caller } from '../../src/iam/principals.ts';
import type { PolicyKind } from '../../src/iam/policy.ts';
import { CALLERS, decide, policyOf, PRODUCTION, ROLE_ARN, TOOLS, type StatementText } from './support.ts';

const { user, session, federated, service, saml } = CALLERS;
const NAMED = [
  '111122223333',
  PRODUCTION,
  user.userArn,
  session.roleArn,
  session.sessionArn,
  federated.sessionArn,
];

const action = fc.constantFrom('*', '*', '*', 'ec2:*', 'ec2:Term*', 's3:*', 'sts:*', 'sts:AssumeRole');
const resource = fc.constantFrom(
  '*',
  '*',
  '*',
  'arn:aws:ec2:*',
  ROLE_ARN,
  'arn:aws:iam::*:role/*',
  'arn:aws:s3:::${aws:x}',
);
const principal = fc.oneof(
  fc.constant('*'),
  fc.subarray(NAMED, { minLength: 1 }).map((names) => ({ AWS: names })),
  fc.constantFrom({ Service: service.service }, { Federated: saml.provider }),
);
const operator = fc.constantFrom(
  ...['StringEquals', 'StringNotEquals', 'StringLikeIfExists', 'ForAllValues:StringLike'],
  ...['ForAnyValue:StringNotEquals', 'StringNotEqualsIgnoreCase'],
);
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc
    .tuple(
      operator,
      fc.constantFrom('aws:x', 'aws:y'),
      fc.subarray(['a', 'b', '*', '${aws:y}'], { minLength: 1 }),
    )
    .map(([name, key, values]) => ({ [name]: { [key]: values } })),
);
const context = fc.record(
  {
    'aws:x': fc.subarray(['a', 'b', 'c']),
    'aws:y': fc.subarray(['a', 'd'], { minLength: 1 }),
  },
  { requiredKeys: [] },
);

function statementFor(kind: PolicyKind): fc.Arbitrary<StatementText> {
  const trusting = kind === 'trust';
  return fc
    .record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      Action: trusting ? fc.constantFrom('sts:*', 'sts:AssumeRole', 'sts:TagSession') : action,
      Condition: condition,
      principal,
      resource,
    })
    .map(({ principal: named, resource: on, ...rest }) => ({
      ...rest,
      ...(trusting || kind === 'resource' ? { Principal: named } : {}),
      ...(trusting ? {} : { Resource: on }),
    }));
}

const statementsFor = (kind: PolicyKind): fc.Arbitrary<StatementText[]> =>
  fc.array(statementFor(kind), { minLength: 1, maxLength: 3 });

interface Situation {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Record<string, string[]>;
  readonly identity: StatementText[];
  readonly onResource:
    { readonly kind: 'trust' | 'resource'; readonly statements: StatementText[] } | undefined;
  readonly session: StatementText[] | undefined;
  readonly boundary: StatementText[] | undefined;
  readonly serviceControl: StatementText[] | undefined;
}

/** Mostly left out: of many layers that all have to allow, few situations would come through. */
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary });

const situation: fc.Arbitrary<Situation> = fc.record({
  caller: fc.constantFrom<Caller>(...Object.values(CALLERS), user, session, session),
  action: fc.constantFrom('ec2:TerminateInstances', 'sts:AssumeRole'),
  resource: fc.constantFrom(`arn:aws:ec2:eu-central-1:${TOOLS}:instance/i-0a`, ROLE_ARN),
  resourceAccount: fc.constantFrom(TOOLS, PRODUCTION),
  context,
  identity: statementsFor('identity'),
  onResource: fc.option(
    fc.oneof(
      statementsFor('trust').map((statements) => ({ kind: 'trust' as const, statements })),
      statementsFor('resource').map((statements) => ({ kind: 'resource' as const, statements })),
    ),
    { nil: undefined },
  ),
  session: optional(statementsFor('session')),
  boundary: optional(statementsFor('boundary')),
  serviceControl: optional(statementsFor('service-control')),
});

function decisionOf({
  identity,
  onResource,
  session: narrowing,
  boundary,
  serviceControl,
  ...rest
}: Situation): Decision {
  const policies: ApplicablePolicies = {
    identity: [policyOf('identity', identity)],
    ...(onResource === undefined ? {} : { resource: policyOf(onResource.kind, onResource.statements) }),
    ...(narrowing === undefined ? {} : { session: [policyOf('session', narrowing)] }),
    ...(boundary === undefined ? {} : { boundary: policyOf('boundary', boundary) }),
    ...(serviceControl === undefined
      ? {}
      : { serviceControl: [[policyOf('service-control', serviceControl)]] }),
  };
  return decide({ ...rest, policies });
}

const runs = { numRuns: 500 };

describe('whatever the policies say', () => {
  it('the situations here are both allowed and refused often enough to mean something', () => {
    const decisions = fc.sample(situation, 1_000).map(decisionOf);
    const allowed = decisions.filter((decision) => decision.allowed).length;
    const denied = decisions.filter((decision) => decision.explicitDeny).length;
    expect(allowed).toBeGreaterThan(80);
    expect(denied).toBeGreaterThan(50);
    expect(allowed + denied).toBeLessThan(900);
  });

  it('an explicit deny that applies always wins, and nothing else is called one', () => {
    fc.assert(
      fc.property(situation, (asked) => {
        const { allowed, explicitDeny, trace } = decisionOf(asked);
        const applies = trace.some((statement) => statement.effect === 'Deny' && statement.applies);
        return explicitDeny === applies && !(applies && allowed);
      }),
      runs,
    );
  });

  it('adding a Deny statement to any policy never allows more', () => {
    const added = fc.tuple(
      fc.constantFrom('identity', 'session', 'boundary', 'serviceControl'),
      statementFor('identity'),
    );
    fc.assert(
      fc.property(situation, added, (asked, [where, statement]) => {
        const before = asked[where as 'identity'] as StatementText[] | undefined;
        if (before === undefined) return true;
        const after = { ...asked, [where]: [...before, { ...statement, Effect: 'Deny' }] };
        return decisionOf(asked).allowed || !decisionOf(after).allowed;
      }),
      runs,
    );
  });

  it('adding a Deny statement to the resource’s policy never allows more', () => {
    fc.assert(
      fc.property(situation, statementFor('trust'), statementFor('resource'), (asked, trusting, other) => {
        const { onResource } = asked;
        if (onResource === undefined) return true;
        const statement = { ...(onResource.kind === 'trust' ? trusting : other), Effect: 'Deny' };
        const statements = [...onResource.statements, statement];
        const after = { ...asked, onResource: { ...onResource, statements } };
        return decisionOf(asked).allowed || !decisionOf(after).allowed;
      }),
      runs,
    );
  });

  it('adding an Allow statement never turns an allowed request into a refused one', () => {
    fc.assert(
      fc.property(situation, statementFor('identity'), (asked, statement) => {
        const after = { ...asked, identity: [...asked.identity, { ...statement, Effect: 'Allow' }] };
        return !decisionOf(asked).allowed || decisionOf(after).allowed;
      }),
      runs,
    );
  });

  it('a session policy never allows more than none, but for federated users, who have nothing without', () => {
    fc.assert(
      fc.property(situation, statementsFor('session'), (asked, statements) => {
        if (asked.caller.kind === 'federated-user') return true;
        const without = decisionOf({ ...asked, session: undefined }).allowed;
        return without || !decisionOf({ ...asked, session: statements }).allowed;
      }),
      runs,
    );
  });

  it('a boundary or a service-control policy never allows more than none', () => {
    fc.assert(
      fc.property(situation, statementsFor('boundary'), (asked, statements) => {
        for (const where of ['boundary', 'serviceControl'] as const) {
          const without = decisionOf({ ...asked, [where]: undefined }).allowed;
          if (!without && decisionOf({ ...asked, [where]: statements }).allowed) return false;
        }
        return true;
      }),
      runs,
    );
  });

  it('removing an Allow statement’s condition never narrows what is allowed', () => {
    fc.assert(
      fc.property(situation, (asked) => {
        const identity = asked.identity.map((statement) =>
          statement['Effect'] === 'Allow' ? { ...statement, Condition: {} } : statement,
        );
        return !decisionOf(asked).allowed || decisionOf({ ...asked, identity }).allowed;
      }),
      runs,
    );
  });

  it('nobody assumes a role that no statement of its trust policy gives them', () => {
    fc.assert(
      fc.property(situation, (asked) => {
        const { allowed, trace } = decisionOf({ ...asked, action: 'sts:AssumeRole', resource: ROLE_ARN });
        const given = trace.some(
          ({ kind, effect, applies }) =>
            (kind === 'trust' || kind === 'resource') && effect === 'Allow' && applies,
        );
        return !allowed || given;
      }),
      runs,
    );
  });

  it('nothing crosses accounts that the caller’s own account does not allow', () => {
    fc.assert(
      fc.property(situation, (asked) => {
        const { allowed, trace } = decisionOf({ ...asked, resourceAccount: PRODUCTION });
        const { kind } = asked.caller;
        if (!allowed || kind === 'service' || kind === 'saml' || kind === 'web-identity' || kind === 'root')
          return true;
        return trace.some((one) => one.kind === 'identity' && one.effect === 'Allow' && one.applies);
      }),
      runs,
    );
  });
});
