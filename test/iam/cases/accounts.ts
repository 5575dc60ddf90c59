/** What each kind of caller needs within its own account, and what beyond it. */
import { allow, CALLERS, deny, PRODUCTION, TOOLS, type StatementText } from '../support.ts';
import {
  caseOf,
  SEND,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { user, session, federated, rootFederated, service } = CALLERS;
const SENDS = [allow('sqs:*')];
const READS = [allow('s3:*')];
const by = (principal: unknown): Pick<CasePolicies, 'resource'> => ({
  resource: [{ ...allow(), Principal: principal }],
});
const levels = (...statements: StatementText[]): StatementText[][] => statements.map((one) => [one]);

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const OWN_ACCOUNT: readonly Row[] = [
  ['a user’s identity policy is enough', 'user', { identity: SENDS }, 'allowed identity'],
  ['a user’s identity policy for something else is not', 'user', { identity: READS }, 'no-allow identity'],
  ['a boundary alone grants nothing', 'user', { boundary: SENDS }, 'no-allow identity'],
  [
    'a boundary lets an identity policy through',
    'user',
    { identity: SENDS, boundary: SENDS },
    'allowed identity',
  ],
  [
    'a boundary holds an identity policy back',
    'user',
    { identity: SENDS, boundary: READS },
    'no-allow boundary',
  ],
  ['a role’s policy is enough for its session', 'session', { identity: SENDS }, 'allowed identity'],
  [
    'an empty list of session policies is none',
    'session',
    { identity: SENDS, session: [] },
    'allowed identity',
  ],
  [
    'role and session policy both allow',
    'session',
    { identity: SENDS, session: [SENDS] },
    'allowed identity',
  ],
  ['a session policy narrows the role', 'session', { identity: SENDS, session: [READS] }, 'no-allow session'],
  [
    'a session policy does not widen the role',
    'session',
    { identity: READS, session: [SENDS] },
    'no-allow identity',
  ],
  ['a session policy alone grants nothing', 'session', { session: [SENDS] }, 'no-allow identity'],
  [
    'of several session policies one has to allow',
    'session',
    { identity: SENDS, session: [READS, SENDS] },
    'allowed identity',
  ],
  [
    'session policy and boundary are both asked',
    'session',
    { identity: SENDS, session: [SENDS], boundary: READS },
    'no-allow boundary',
  ],
  [
    'what boundary and session policy both let through is allowed',
    'session',
    { identity: [allow()], session: [SENDS], boundary: [allow(['sqs:*', 's3:*'])] },
    'allowed identity',
  ],
  [
    'a federated user without a session policy has nothing',
    'federated',
    { identity: SENDS },
    'no-allow session',
  ],
  [
    'a federated user has what user and session policy share',
    'federated',
    { identity: SENDS, session: [SENDS] },
    'allowed identity',
  ],
  [
    'a federated user’s session policy does not widen the user',
    'federated',
    { identity: READS, session: [SENDS] },
    'no-allow identity',
  ],
  [
    'a federated user is held back by the user’s boundary',
    'federated',
    { identity: SENDS, session: [SENDS], boundary: READS },
    'no-allow boundary',
  ],
  ['the root user needs no policy', 'root', {}, 'allowed account-root'],
  [
    'the root user is held back by a service control policy',
    'root',
    { serviceControl: [READS] },
    'no-allow service-control',
  ],
  [
    'a federated session of the root user has nothing without a session policy',
    'rootFederated',
    {},
    'no-allow session',
  ],
  [
    'a federated session of the root user has what its session policy allows',
    'rootFederated',
    { session: [SENDS] },
    'allowed account-root',
  ],
  [
    'a federated session of the root user has no more than that',
    'rootFederated',
    { session: [READS] },
    'no-allow session',
  ],
  ['a service has nothing of its own', 'service', {}, 'no-allow resource'],
];

const OTHER_ACCOUNT: readonly Row[] = [
  ['an identity policy alone', 'user', { identity: SENDS }, 'no-allow resource'],
  ['a resource policy that names the user alone', 'user', by({ AWS: user.userArn }), 'no-allow identity'],
  ['a resource policy that names everyone alone', 'user', by('*'), 'no-allow identity'],
  [
    'a resource policy that names the role alone',
    'session',
    by({ AWS: session.roleArn }),
    'no-allow identity',
  ],
  [
    'a resource policy that names the session alone',
    'session',
    by({ AWS: session.sessionArn }),
    'no-allow identity',
  ],
  [
    'a resource policy that names the federated user alone',
    'federated',
    by({ AWS: federated.sessionArn }),
    'no-allow identity',
  ],
  ['both sides, by user', 'user', { identity: SENDS, ...by({ AWS: user.userArn }) }, 'allowed identity'],
  ['both sides, by account', 'user', { identity: SENDS, ...by({ AWS: TOOLS }) }, 'allowed identity'],
  ['both sides, by everyone', 'user', { identity: SENDS, ...by('*') }, 'allowed identity'],
  [
    'both sides, by the resource’s own account',
    'user',
    { identity: SENDS, ...by({ AWS: PRODUCTION }) },
    'no-allow resource',
  ],
  [
    'both sides, by role',
    'session',
    { identity: SENDS, ...by({ AWS: session.roleArn }) },
    'allowed identity',
  ],
  [
    'both sides by role, session policy narrower',
    'session',
    { identity: SENDS, session: [READS], ...by({ AWS: session.roleArn }) },
    'no-allow session',
  ],
  [
    'both sides by session, session policy narrower',
    'session',
    { identity: SENDS, session: [READS], ...by({ AWS: session.sessionArn }) },
    'no-allow session',
  ],
  [
    'both sides by user, boundary narrower',
    'user',
    { identity: SENDS, boundary: READS, ...by({ AWS: user.userArn }) },
    'no-allow boundary',
  ],
  [
    'both sides by everyone, boundary narrower',
    'session',
    { identity: SENDS, boundary: READS, ...by('*') },
    'no-allow boundary',
  ],
  [
    'both sides, the caller’s service control narrower',
    'user',
    { identity: SENDS, serviceControl: levels(allow('s3:*')), ...by({ AWS: TOOLS }) },
    'no-allow service-control',
  ],
  [
    'both sides, the resource’s resource control against it',
    'user',
    { identity: SENDS, resourceControl: [{ ...deny('sqs:*'), Principal: '*' }], ...by({ AWS: TOOLS }) },
    'explicit-deny resource-control',
  ],
  ['the root user, by its account', 'root', by({ AWS: TOOLS }), 'allowed account-root'],
  ['the root user, by nobody', 'root', {}, 'no-allow resource'],
  [
    'a federated user with both sides but no session policy',
    'federated',
    { identity: SENDS, ...by({ AWS: TOOLS }) },
    'no-allow session',
  ],
  [
    'a federated session of the root user, both sides',
    'rootFederated',
    { session: [SENDS], ...by({ AWS: rootFederated.sessionArn }) },
    'allowed account-root',
  ],
  ['a service, which has no account', 'service', by({ Service: service.service }), 'allowed resource'],
];

const tell = (where: string, account: string, rows: readonly Row[]): DecisionCase[] =>
  rows.map(([says, caller, policies, expected]) =>
    caseOf(
      `${where}: ${says}`,
      { caller, policies, resourceAccount: account, resource: SEND.resource.replace(TOOLS, account) },
      expected,
    ),
  );

export const ACCOUNT_CASES: readonly DecisionCase[] = [
  ...tell('in the own account', TOOLS, OWN_ACCOUNT),
  ...tell('in another account', PRODUCTION, OTHER_ACCOUNT),
];
