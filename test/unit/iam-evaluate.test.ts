import { describe, expect, it } from 'vitest';
import type { ApplicablePolicies, DecisionReason } from '../../src/iam/authorization.ts';
import type { Caller } from '../../src/iam/principals.ts';
import {
  allow,
  CALLERS,
  decide,
  deny,
  policyOf,
  PRODUCTION,
  ROLE_ARN,
  TOOLS,
  trust,
  type StatementText,
} from './iam-support.ts';

const { user, session, federated, root, service, saml, token } = CALLERS;
type Expected = `${DecisionReason['why']} ${DecisionReason['by']}`;

const identity = (...statements: StatementText[]): Pick<ApplicablePolicies, 'identity'> => ({
  identity: [policyOf('identity', statements)],
});
const sessionPolicy = (...statements: StatementText[]): Pick<ApplicablePolicies, 'session'> => ({
  session: [policyOf('session', statements)],
});
const boundary = (...statements: StatementText[]): Pick<ApplicablePolicies, 'boundary'> => ({
  boundary: policyOf('boundary', statements),
});
const control = (...levels: StatementText[][]): Pick<ApplicablePolicies, 'serviceControl'> => ({
  serviceControl: levels.map((statements) => [policyOf('service-control', statements)]),
});
const resource = (principal: unknown, effect = 'Allow'): Pick<ApplicablePolicies, 'resource'> => ({
  resource: policyOf('resource', [{ ...allow(), Effect: effect, Principal: principal }]),
});

const EC2 = allow('ec2:*');
const S3 = allow('s3:*');

describe('actions and resources', () => {
  const instance = `arn:aws:ec2:eu-central-1:${TOOLS}:instance/i-0a`;
  it.each<[StatementText, boolean]>([
    [allow('ec2:TerminateInstances', instance), true],
    [allow('EC2:terminateinstances', instance), true],
    [allow('ec2:Term*', '*'), true],
    [allow('ec2:Terminate?nstances', '*'), true],
    [allow('ec2:Describe*', '*'), false],
    [allow(['ec2:Describe*', 'ec2:Terminate*'], ['arn:aws:s3:::x', instance]), true],
    [allow('ec2:*', `arn:aws:ec2:*:${TOOLS}:instance/*`), true],
    [allow('ec2:*', 'arn:aws:ec2:*'), true],
    [allow('ec2:*', `arn:aws:ec2:*:${PRODUCTION}:instance/*`), false],
    [allow('ec2:*', instance.toUpperCase().replace('ARN:', 'arn:')), false],
    [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, true],
    [{ Effect: 'Allow', NotAction: ['s3:*', 'ec2:*'], Resource: '*' }, false],
    [{ Effect: 'Allow', Action: '*', NotResource: instance }, false],
    [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::*' }, true],
    [allow('ec2:*', 'arn:aws:ec2:*:*:instance/${aws:PrincipalTag/instance}'), true],
    [allow('ec2:*', 'arn:aws:ec2:*:*:instance/${aws:PrincipalTag/none}'), false],
    [
      { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:ec2:*:*:instance/${aws:PrincipalTag/none}' },
      false,
    ],
  ])('%j allows the termination of an instance: %j', (statement, allowed) => {
    const context = { 'aws:PrincipalTag/instance': ['i-0a'] };
    expect(decide({ caller: user, context, policies: identity(statement) }).allowed).toBe(allowed);
  });

  it('of an action that has no resource are met by a star alone', () => {
    const question = { caller: user, action: 'ec2:DescribeInstances', resource: '*' };
    expect(decide({ ...question, policies: identity(allow('ec2:*', '*')) }).allowed).toBe(true);
    expect(decide({ ...question, policies: identity(allow('ec2:*', 'arn:aws:ec2:*')) }).allowed).toBe(false);
  });
});

describe('a resource of the same account', () => {
  it.each<[string, Caller, Partial<ApplicablePolicies>, Expected]>([
    ['nothing', user, {}, 'no-allow identity'],
    ['an identity policy', user, identity(EC2), 'allowed identity'],
    ['another identity policy', user, identity(S3), 'no-allow identity'],
    ['a resource policy that names the user', user, resource({ AWS: user.userArn }), 'allowed resource'],
    [
      'a resource policy that names the user by id',
      user,
      resource({ AWS: user.uniqueId }),
      'allowed resource',
    ],
    [
      'a resource policy that names another user',
      user,
      resource({ AWS: federated.userArn }),
      'no-allow identity',
    ],
    ['a resource policy that names the account', user, resource({ AWS: TOOLS }), 'no-allow identity'],
    ['a resource policy that names everyone', user, resource('*'), 'allowed resource'],
    ['an identity policy and a boundary', user, { ...identity(EC2), ...boundary(EC2) }, 'allowed identity'],
    [
      'an identity policy and a narrower boundary',
      user,
      { ...identity(EC2), ...boundary(S3) },
      'no-allow boundary',
    ],
    ['a boundary alone', user, boundary(EC2), 'no-allow identity'],
    [
      'a resource policy that names the user, and a narrower boundary',
      user,
      { ...resource({ AWS: user.userArn }), ...boundary(S3) },
      'allowed resource',
    ],
    [
      'identity and service control',
      user,
      { ...identity(EC2), ...control([EC2], [allow()]) },
      'allowed identity',
    ],
    [
      'one level without an allow',
      user,
      { ...identity(EC2), ...control([allow()], [S3]) },
      'no-allow service-control',
    ],
    [
      'a level without policies',
      user,
      { ...identity(EC2), serviceControl: [[]] },
      'no-allow service-control',
    ],
    [
      'service control against a resource policy',
      user,
      { ...resource({ AWS: user.userArn }), ...control([S3]) },
      'no-allow service-control',
    ],

    ['a role policy', session, identity(EC2), 'allowed identity'],
    ['role ∩ session', session, { ...identity(EC2), ...sessionPolicy(allow()) }, 'allowed identity'],
    ['role without session', session, { ...identity(EC2), ...sessionPolicy(S3) }, 'no-allow session'],
    ['session without role', session, { ...identity(S3), ...sessionPolicy(EC2) }, 'no-allow identity'],
    [
      'one of several session policies',
      session,
      { ...identity(EC2), session: [policyOf('session', [S3]), policyOf('identity', [EC2])] },
      'allowed identity',
    ],
    ['role ∩ boundary', session, { ...identity(EC2), ...boundary(S3) }, 'no-allow boundary'],
    ['the role’s ARN', session, resource({ AWS: session.roleArn }), 'allowed resource'],
    ['the role’s id', session, resource({ AWS: session.uniqueId }), 'allowed resource'],
    [
      'the role’s ARN, session narrower',
      session,
      { ...resource({ AWS: session.roleArn }), ...sessionPolicy(S3) },
      'no-allow session',
    ],
    [
      'the role’s ARN, session wide',
      session,
      { ...resource({ AWS: session.roleArn }), ...sessionPolicy(EC2) },
      'allowed resource',
    ],
    [
      'the role’s ARN, boundary narrower',
      session,
      { ...resource({ AWS: session.roleArn }), ...boundary(S3) },
      'no-allow boundary',
    ],
    [
      'the session’s ARN, session and boundary narrower',
      session,
      { ...resource({ AWS: session.sessionArn }), ...sessionPolicy(S3), ...boundary(S3) },
      'allowed resource',
    ],
    ['everyone, session narrower', session, { ...resource('*'), ...sessionPolicy(S3) }, 'allowed resource'],
    [
      'the account, session narrower',
      session,
      { ...identity(EC2), ...resource({ AWS: TOOLS }), ...sessionPolicy(S3) },
      'no-allow session',
    ],
    [
      'another session’s ARN',
      session,
      resource({ AWS: `arn:aws:sts::${TOOLS}:assumed-role/Hub/bob` }),
      'no-allow identity',
    ],
    ['no session policies in the list', session, { ...identity(EC2), session: [] }, 'allowed identity'],

    ['user without session policy', federated, identity(EC2), 'no-allow session'],
    ['user ∩ session', federated, { ...identity(EC2), ...sessionPolicy(EC2) }, 'allowed identity'],
    [
      'session wider than the user',
      federated,
      { ...identity(S3), ...sessionPolicy(EC2) },
      'no-allow identity',
    ],
    ['the federated user’s ARN', federated, resource({ AWS: federated.sessionArn }), 'allowed resource'],
    ['the user’s ARN', federated, resource({ AWS: federated.userArn }), 'no-allow session'],
    [
      'the user’s ARN and a session policy',
      federated,
      { ...resource({ AWS: federated.userArn }), ...sessionPolicy(EC2) },
      'allowed resource',
    ],

    ['no policy at all', root, {}, 'allowed account-root'],
    ['a narrower service control', root, control([S3]), 'no-allow service-control'],
    ['a resource policy of the account', root, resource({ AWS: TOOLS }), 'allowed resource'],

    ['nothing for a service', service, {}, 'no-allow resource'],
    ['identity for a service', service, identity(EC2), 'no-allow resource'],
    ['the service', service, resource({ Service: service.service }), 'allowed resource'],
    ['everyone, for a service', service, resource('*'), 'allowed resource'],
    ['another service', service, resource({ Service: 'ec2.amazonaws.com' }), 'no-allow resource'],
  ])('%s: %#', (_name, caller, policies, expected) => {
    const { allowed, reason } = decide({ caller, policies });
    expect(`${reason.why} ${reason.by}`).toBe(expected);
    expect(allowed).toBe(reason.why === 'allowed');
  });
});

describe('a resource of another account', () => {
  it.each<[string, Caller, Partial<ApplicablePolicies>, Expected]>([
    ['identity alone', user, identity(allow()), 'no-allow resource'],
    ['resource alone', user, resource({ AWS: user.userArn }), 'no-allow identity'],
    ['everyone alone', user, resource('*'), 'no-allow identity'],
    ['the role’s ARN alone', session, resource({ AWS: session.roleArn }), 'no-allow identity'],
    ['the session’s ARN alone', session, resource({ AWS: session.sessionArn }), 'no-allow identity'],
    ['both', user, { ...identity(EC2), ...resource({ AWS: user.userArn }) }, 'allowed identity'],
    ['both by account', user, { ...identity(EC2), ...resource({ AWS: TOOLS }) }, 'allowed identity'],
    [
      'both by the wrong account',
      user,
      { ...identity(EC2), ...resource({ AWS: PRODUCTION }) },
      'no-allow resource',
    ],
    [
      'the session’s ARN, session narrower',
      session,
      { ...identity(EC2), ...resource({ AWS: session.sessionArn }), ...sessionPolicy(S3) },
      'no-allow session',
    ],
    [
      'both, boundary narrower',
      user,
      { ...identity(EC2), ...resource({ AWS: user.userArn }), ...boundary(S3) },
      'no-allow boundary',
    ],
    ['root by account', root, resource({ AWS: TOOLS }), 'allowed account-root'],
    ['root without the resource', root, {}, 'no-allow resource'],
    ['a federated user', federated, { ...identity(EC2), ...resource({ AWS: TOOLS }) }, 'no-allow session'],
  ])('%s', (_name, caller, policies, expected) => {
    const { reason } = decide({ caller, policies, resourceAccount: PRODUCTION });
    expect(`${reason.why} ${reason.by}`).toBe(expected);
  });
});

describe('assuming a role', () => {
  const mayAssume = identity(allow('sts:AssumeRole', `arn:aws:iam::*:role/*`));
  const assume = (
    caller: Caller,
    resourceAccount: string,
    policies: Partial<ApplicablePolicies>,
  ): Expected => {
    const { reason } = decide({
      caller,
      action: 'sts:AssumeRole',
      resource: ROLE_ARN.replace(PRODUCTION, resourceAccount),
      resourceAccount,
      policies,
    });
    return `${reason.why} ${reason.by}`;
  };

  it.each<[string, Caller, Partial<ApplicablePolicies>, Expected]>([
    ['identity alone, no trust policy', user, mayAssume, 'no-allow trust'],
    [
      'identity, trust for another',
      user,
      { ...mayAssume, resource: trust({ AWS: PRODUCTION }) },
      'no-allow trust',
    ],
    ['trust names the user', user, { resource: trust({ AWS: user.userArn }) }, 'allowed trust'],
    ['trust names everyone', user, { resource: trust('*') }, 'allowed trust'],
    ['trust names the account', user, { resource: trust({ AWS: TOOLS }) }, 'no-allow identity'],
    [
      'trust names the root',
      user,
      { resource: trust({ AWS: `arn:aws:iam::${TOOLS}:root` }) },
      'no-allow identity',
    ],
    [
      'trust names the account, identity allows',
      user,
      { ...mayAssume, resource: trust({ AWS: TOOLS }) },
      'allowed identity',
    ],
    ['trust names the role', session, { resource: trust({ AWS: session.roleArn }) }, 'allowed trust'],
    [
      'trust names the role, session policy narrower',
      session,
      { ...mayAssume, ...sessionPolicy(S3), resource: trust({ AWS: session.roleArn }) },
      'no-allow session',
    ],
    [
      'trust names the session, session policy narrower',
      session,
      { ...sessionPolicy(S3), resource: trust({ AWS: session.sessionArn }) },
      'allowed trust',
    ],
    [
      'trust names the role by name without its path',
      session,
      { resource: trust({ AWS: `arn:aws:iam::${TOOLS}:role/Hub` }) },
      'no-allow trust',
    ],
    [
      'trust names a service',
      user,
      { ...mayAssume, resource: trust({ Service: service.service }) },
      'no-allow trust',
    ],
    ['root', root, { resource: trust({ AWS: TOOLS }) }, 'root-cannot-assume-role account-root'],
    [
      'trust names the user, service control does not',
      user,
      { ...control([S3]), resource: trust({ AWS: user.userArn }) },
      'no-allow service-control',
    ],
  ])('of the same account: %s', (_name, caller, policies, expected) => {
    expect(assume(caller, TOOLS, policies)).toBe(expected);
  });

  it.each<[string, Caller, Partial<ApplicablePolicies>, Expected]>([
    ['trust names the user alone', user, { resource: trust({ AWS: user.userArn }) }, 'no-allow identity'],
    ['trust names everyone alone', user, { resource: trust('*') }, 'no-allow identity'],
    ['identity alone', user, mayAssume, 'no-allow trust'],
    ['both', user, { ...mayAssume, resource: trust({ AWS: user.userArn }) }, 'allowed identity'],
    ['both by account', session, { ...mayAssume, resource: trust({ AWS: TOOLS }) }, 'allowed identity'],
    [
      'both by role, session policy narrower',
      session,
      { ...mayAssume, ...sessionPolicy(S3), resource: trust({ AWS: session.roleArn }) },
      'no-allow session',
    ],
    ['root', root, { resource: trust({ AWS: TOOLS }) }, 'root-cannot-assume-role account-root'],
  ])('of another account: %s', (_name, caller, policies, expected) => {
    expect(assume(caller, PRODUCTION, policies)).toBe(expected);
  });

  it('without its trust policy at hand is refused whatever else allows it', () => {
    const everything = { ...identity(allow()), ...control([allow()]), ...boundary(allow()) };
    for (const caller of [user, session, service, saml, token])
      expect(assume(caller, TOOLS, everything)).toBe('no-allow trust');
  });

  it.each<[string, Caller, unknown, boolean]>([
    ['a service by its name', service, { Service: 'lambda.amazonaws.com' }, true],
    [
      'a service among several',
      service,
      { Service: ['edgelambda.amazonaws.com', 'lambda.amazonaws.com'] },
      true,
    ],
    ['a service by another’s name', service, { Service: 'edgelambda.amazonaws.com' }, false],
    ['a service by the account', service, { AWS: TOOLS }, false],
    ['a SAML caller by its provider', saml, { Federated: saml.provider }, true],
    ['a SAML caller by another provider', saml, { Federated: `${saml.provider}-2` }, false],
    ['a SAML caller by its account', saml, { AWS: TOOLS }, false],
    ['a token’s holder by its provider', token, { Federated: token.provider }, true],
    ['a token’s holder by the SAML provider', token, { Federated: saml.provider }, false],
    ['a user by a provider', user, { Federated: saml.provider }, false],
  ])('asks the trust policy alone for %s', (_name, caller, principal, allowed) => {
    const expected = allowed ? 'allowed trust' : 'no-allow trust';
    expect(assume(caller, TOOLS, { resource: trust(principal) })).toBe(expected);
  });

  it('does so for each action by itself, so that tags need their own statement', () => {
    const policies = {
      resource: policyOf('trust', [
        { Effect: 'Allow', Principal: { Federated: saml.provider }, Action: 'sts:AssumeRoleWithSAML' },
      ]),
    };
    const ask = (action: string): boolean =>
      decide({ caller: saml, action, resource: ROLE_ARN, resourceAccount: PRODUCTION, policies }).allowed;
    expect(ask('sts:AssumeRoleWithSAML')).toBe(true);
    expect(ask('sts:AssumeRole')).toBe(false);
    expect(ask('sts:TagSession')).toBe(false);
    expect(ask('sts:SetSourceIdentity')).toBe(false);
  });

  it('holds a third party to its external ID', () => {
    const policies = {
      ...mayAssume,
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

  it('leaves STS’s other actions to identity policies', () => {
    const name = `arn:aws:sts::${TOOLS}:federated-user/ada`;
    const ask = (...statements: StatementText[]): boolean =>
      decide({
        caller: user,
        action: 'sts:GetFederationToken',
        resource: name,
        policies: identity(...statements),
      }).allowed;
    expect(ask(allow('sts:GetFederationToken', name))).toBe(true);
    expect(ask(allow('sts:AssumeRole'))).toBe(false);
  });
});

describe('an explicit deny', () => {
  const everything: Partial<ApplicablePolicies> = {
    ...identity(allow()),
    ...resource('*'),
    ...sessionPolicy(allow()),
    ...boundary(allow()),
    ...control([allow()]),
  };
  it.each<[DecisionReason['by'], Partial<ApplicablePolicies>]>([
    ['identity', identity(allow(), deny('ec2:*'))],
    ['session', sessionPolicy(allow(), deny('ec2:*'))],
    ['boundary', boundary(allow(), deny('ec2:*'))],
    ['service-control', control([allow()], [allow(), deny('ec2:Term*')])],
    ['resource', { resource: policyOf('resource', [{ ...deny(), Principal: '*' }]) }],
  ])('in the %s policy wins over every allow', (by, more) => {
    for (const caller of Object.values(CALLERS)) {
      expect(decide({ caller, policies: everything }).allowed).toBe(true);
      const decision = decide({ caller, policies: { ...everything, ...more } });
      expect(decision).toMatchObject({
        allowed: false,
        explicitDeny: true,
        reason: { why: 'explicit-deny', by },
      });
    }
  });

  it('is none when its statement does not apply', () => {
    const policies = { ...everything, ...identity(allow(), deny('s3:*')) };
    expect(decide({ caller: user, policies })).toMatchObject({ allowed: true, explicitDeny: false });
  });

  it('in a trust policy turns away the account’s principals, sessions and roots, and nobody else’s', () => {
    const denied = policyOf('trust', [
      { Effect: 'Allow', Principal: '*', Action: 'sts:*' },
      { Effect: 'Deny', Principal: { AWS: TOOLS }, Action: 'sts:*' },
    ]);
    const ask = (caller: Caller): boolean =>
      decide({ caller, action: 'sts:AssumeRole', resource: ROLE_ARN, policies: { resource: denied } })
        .explicitDeny;
    expect([user, session, federated, root].map(ask)).toEqual([true, true, true, true]);
    expect([service, saml, token].map(ask)).toEqual([false, false, false]);
  });

  it.each<[string, unknown, Caller, boolean]>([
    ['the session, its role and its account', [session.sessionArn, session.roleArn, TOOLS], session, false],
    ['the role and its account only', [session.roleArn, TOOLS], session, true],
    ['the session only', [session.sessionArn], session, true],
    ['the user and its account', [user.userArn, TOOLS], user, false],
    ['the user only', [user.userArn], user, true],
    ['another user and the account', [federated.userArn, TOOLS], user, true],
    ['everyone', '*', user, false],
    ['the account', [TOOLS], root, false],
    ['an account', [TOOLS], service, true],
  ])('with NotPrincipal spares only who is listed whole: %s', (_name, listed, caller, denied) => {
    const policies = {
      ...identity(allow()),
      resource: policyOf('resource', [
        { ...allow(), Principal: '*' },
        { ...deny(), NotPrincipal: { AWS: listed } },
      ]),
    };
    expect(decide({ caller, policies }).explicitDeny).toBe(denied);
  });
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
});
