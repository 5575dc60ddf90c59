/** A Deny that applies wins, wherever it stands; and whom a Deny with Principal or NotPrincipal reaches. */
import { allow, CALLERS, CANONICAL_ID, deny, PRODUCTION, TOOLS, type StatementText } from '../support.ts';
import {
  caseOf,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { user, session, federated, service, saml } = CALLERS;
const OPEN: CasePolicies = { resource: [{ ...allow(), Principal: '*' }] };
const HELD: CasePolicies = { ...OPEN, identity: [allow()], boundary: [allow()], serviceControl: [[allow()]] };
const IN_SESSION: CasePolicies = { ...HELD, session: [[allow()]] };

/** Every kind of policy that a caller of the kind can have, each allowing everything. */
const EVERYTHING: Partial<Readonly<Record<CallerName, CasePolicies>>> = {
  user: HELD,
  session: IN_SESSION,
  federated: IN_SESSION,
  root: { ...OPEN, serviceControl: [[allow()]] },
};

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const NO = deny('sqs:*');
const EVERYWHERE: readonly Row[] = [
  ['in a user’s identity policy', 'user', { identity: [allow(), NO] }, 'explicit-deny identity'],
  [
    'in the root user’s service control policy',
    'root',
    { serviceControl: [[allow()], [allow(), NO]] },
    'explicit-deny service-control',
  ],
  ['in a session policy', 'session', { session: [[allow(), NO]] }, 'explicit-deny session'],
  ['in one of several session policies', 'session', { session: [[allow()], [NO]] }, 'explicit-deny session'],
  [
    'in a federated user’s session policy',
    'federated',
    { session: [[allow(), NO]] },
    'explicit-deny session',
  ],
  ['in a boundary', 'session', { boundary: [allow(), NO] }, 'explicit-deny boundary'],
  [
    'in the first level of service control',
    'user',
    { serviceControl: [[allow(), NO], [allow()]] },
    'explicit-deny service-control',
  ],
  [
    'in a resource’s policy',
    'user',
    {
      resource: [
        { ...allow(), Principal: '*' },
        { ...NO, Principal: '*' },
      ],
    },
    'explicit-deny resource',
  ],
  [
    'in a resource control policy',
    'service',
    {
      resourceControl: [{ ...NO, Principal: '*' }],
    },
    'explicit-deny resource-control',
  ],
  ['before the Allow that it takes back', 'user', { identity: [NO, allow()] }, 'explicit-deny identity'],
  [
    'by NotAction',
    'user',
    { identity: [allow(), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }] },
    'explicit-deny identity',
  ],
  [
    'but not by a NotAction that spares it',
    'user',
    { identity: [allow(), { Effect: 'Deny', NotAction: 'sqs:*', Resource: '*' }] },
    'allowed resource',
  ],
  [
    'by NotResource',
    'user',
    { identity: [allow(), { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::*' }] },
    'explicit-deny identity',
  ],
  [
    'but not by a NotResource that spares it',
    'user',
    { identity: [allow(), { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:sqs:*:*:jobs' }] },
    'allowed resource',
  ],
  ['but not for another action', 'user', { identity: [allow(), deny('s3:*')] }, 'allowed resource'],
  [
    'when its condition holds',
    'user',
    { identity: [allow(), { ...NO, Condition: { Null: { 'aws:MultiFactorAuthPresent': 'true' } } }] },
    'explicit-deny identity',
  ],
  [
    'but not when its condition fails',
    'user',
    { identity: [allow(), { ...NO, Condition: { Null: { 'aws:MultiFactorAuthPresent': 'false' } } }] },
    'allowed resource',
  ],
];

const denies = (principal: unknown): CasePolicies => ({
  resource: [
    { ...allow(), Principal: '*' },
    { ...deny(), Principal: principal },
  ],
});
const REACHED: Verdict = 'explicit-deny resource';
const PRINCIPALS: readonly Row[] = [
  ['an account reaches its users', 'user', denies({ AWS: TOOLS }), REACHED],
  ['an account reaches its roles’ sessions', 'session', denies({ AWS: TOOLS }), REACHED],
  ['an account reaches its federated users', 'federated', denies({ AWS: TOOLS }), REACHED],
  ['an account reaches its root user', 'root', denies({ AWS: `arn:aws:iam::${TOOLS}:root` }), REACHED],
  ['a canonical id reaches the account’s users', 'user', denies({ CanonicalUser: CANONICAL_ID }), REACHED],
  ['another canonical id does not', 'user', denies({ CanonicalUser: 'ab'.repeat(32) }), 'allowed resource'],
  ['an account does not reach services', 'service', denies({ AWS: TOOLS }), 'allowed resource'],
  ['an account does not reach its providers’ people', 'saml', denies({ AWS: TOOLS }), 'allowed resource'],
  ['another account reaches nobody here', 'user', denies({ AWS: PRODUCTION }), 'allowed resource'],
  ['a role reaches its sessions', 'session', denies({ AWS: session.roleArn }), REACHED],
  ['a session’s ARN reaches that session', 'session', denies({ AWS: session.sessionArn }), REACHED],
  [
    'another session’s ARN does not',
    'session',
    denies({ AWS: `${session.sessionArn}2` }),
    'allowed resource',
  ],
  ['a user reaches its federated users', 'federated', denies({ AWS: federated.userArn }), REACHED],
  [
    'a federated user’s ARN does not reach the user',
    'user',
    denies({ AWS: federated.sessionArn }),
    'allowed resource',
  ],
  ['a service reaches itself', 'service', denies({ Service: service.service }), REACHED],
  ['a provider reaches its people', 'saml', denies({ Federated: saml.provider }), REACHED],
  ['everyone reaches services', 'service', denies('*'), REACHED],
];

const spares = (listed: unknown): CasePolicies => ({
  resource: [
    { ...allow(), Principal: '*' },
    { ...deny(), NotPrincipal: listed },
  ],
});
const NOT_PRINCIPALS: readonly Row[] = [
  [
    'a user and its account spare the user',
    'user',
    spares({ AWS: [user.userArn, TOOLS] }),
    'allowed resource',
  ],
  ['a user alone does not', 'user', spares({ AWS: user.userArn }), REACHED],
  ['the account alone does not', 'user', spares({ AWS: TOOLS }), REACHED],
  ['another user and the account do not', 'user', spares({ AWS: [federated.userArn, TOOLS] }), REACHED],
  [
    'session, role and account spare the session',
    'session',
    spares({ AWS: [session.sessionArn, session.roleArn, TOOLS] }),
    'allowed resource',
  ],
  ['role and account do not', 'session', spares({ AWS: [session.roleArn, TOOLS] }), REACHED],
  ['session and account do not', 'session', spares({ AWS: [session.sessionArn, TOOLS] }), REACHED],
  [
    'federated user, user and account spare the federated user',
    'federated',
    spares({ AWS: [federated.sessionArn, federated.uniqueId, TOOLS] }),
    'allowed resource',
  ],
  ['the account spares its root user', 'root', spares({ AWS: TOOLS }), 'allowed resource'],
  ['an account does not spare services', 'service', spares({ AWS: TOOLS }), REACHED],
  ['a service spares itself', 'service', spares({ Service: service.service }), 'allowed resource'],
  ['a provider spares its people', 'saml', spares({ Federated: saml.provider }), 'allowed resource'],
  ['everyone spares everyone', 'user', spares('*'), 'allowed resource'],
];

const tell = (about: string, rows: readonly Row[]): DecisionCase[] =>
  rows.map(([says, caller, policies, expected]) =>
    caseOf(
      `${about} ${says}`,
      { caller, policies: { ...(EVERYTHING[caller] ?? OPEN), ...policies } },
      expected,
    ),
  );

const TRUSTED: readonly StatementText[] = [{ Effect: 'Allow', Principal: '*', Action: 'sts:*' }];

export const DENY_CASES: readonly DecisionCase[] = [
  ...tell('a Deny wins', EVERYWHERE),
  ...tell('a Deny with Principal:', PRINCIPALS),
  ...tell('a Deny with NotPrincipal:', NOT_PRINCIPALS),
  ...(['user', 'saml', 'root'] as const).map((caller) =>
    caseOf(
      `a Deny wins in a role’s trust policy over trust in ${caller}`,
      {
        caller,
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${TOOLS}:role/ops/Ec2Operator`,
        policies: {
          identity: [allow()],
          trust: [...TRUSTED, { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
        },
      },
      'explicit-deny trust',
    ),
  ),
  caseOf(
    'of two denies the first kind in the order of asking is named',
    { policies: { identity: [NO], resource: [{ ...NO, Principal: '*' }] } },
    'explicit-deny identity',
  ),
];
