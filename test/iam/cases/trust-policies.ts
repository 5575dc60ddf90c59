/** Who may assume a role: the trust policy always has a say, and in another account both sides have. */
import { allow, CALLERS, deny, PRODUCTION, TOOLS, type StatementText } from '../support.ts';
import {
  caseOf,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { user, session, federated, service } = CALLERS;
const ASSUMES = [allow('sts:AssumeRole', 'arn:aws:iam::*:role/ops/*')];
const ELSE = [allow('s3:*')];
const trusts = (principal: unknown, more: StatementText = {}): Pick<CasePolicies, 'trust'> => ({
  trust: [
    {
      Effect: 'Allow',
      Principal: principal,
      ...('NotAction' in more ? {} : { Action: 'sts:AssumeRole' }),
      ...more,
    },
  ],
});

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const OWN_ACCOUNT: readonly Row[] = [
  ['an identity policy is never enough', 'user', { identity: ASSUMES }, 'no-allow trust'],
  ['nor is one that allows everything', 'session', { identity: [allow()] }, 'no-allow trust'],
  [
    'nor beside trust in another',
    'user',
    { identity: ASSUMES, ...trusts({ AWS: PRODUCTION }) },
    'no-allow trust',
  ],
  [
    'nor beside trust in a service',
    'user',
    { identity: ASSUMES, ...trusts({ Service: service.service }) },
    'no-allow trust',
  ],
  ['trust in the user is enough', 'user', trusts({ AWS: user.userArn }), 'allowed trust'],
  ['trust in the user’s unique id is enough', 'user', trusts({ AWS: user.uniqueId }), 'allowed trust'],
  ['trust in everyone is enough', 'user', trusts('*'), 'allowed trust'],
  [
    'trust in the account leaves it to the identity policy',
    'user',
    trusts({ AWS: TOOLS }),
    'no-allow identity',
  ],
  [
    'trust in the account’s root leaves it there as well',
    'session',
    trusts({ AWS: `arn:aws:iam::${TOOLS}:root` }),
    'no-allow identity',
  ],
  [
    'trust in the account and the identity policy',
    'user',
    { identity: ASSUMES, ...trusts({ AWS: TOOLS }) },
    'allowed identity',
  ],
  [
    'trust in the account and an identity policy for another role',
    'user',
    { identity: [allow('sts:AssumeRole', 'arn:aws:iam::*:role/dev/*')], ...trusts({ AWS: TOOLS }) },
    'no-allow identity',
  ],
  [
    'trust in the role is enough for its sessions',
    'session',
    trusts({ AWS: session.roleArn }),
    'allowed trust',
  ],
  [
    'but for what their session policies leave out',
    'session',
    { session: [ELSE], ...trusts({ AWS: session.roleArn }) },
    'no-allow session',
  ],
  [
    'and for what the role’s boundary leaves out',
    'session',
    { boundary: ELSE, ...trusts({ AWS: session.roleArn }) },
    'no-allow boundary',
  ],
  [
    'trust in the session goes past its session policy',
    'session',
    { session: [ELSE], ...trusts({ AWS: session.sessionArn }) },
    'allowed trust',
  ],
  [
    'trust in a role of the same name and another path',
    'session',
    trusts({ AWS: `arn:aws:iam::${TOOLS}:role/Hub` }),
    'no-allow trust',
  ],
  [
    'trust in another session of the role',
    'session',
    trusts({ AWS: session.sessionArn.replace('ada', 'bob') }),
    'no-allow trust',
  ],
  [
    'trust in the user goes past its boundary',
    'user',
    { boundary: ELSE, ...trusts({ AWS: user.userArn }) },
    'allowed trust',
  ],
  [
    'a boundary holds back who is trusted by account',
    'user',
    { identity: ASSUMES, boundary: ELSE, ...trusts({ AWS: TOOLS }) },
    'no-allow boundary',
  ],
  [
    'a session policy holds back who is trusted by account',
    'session',
    { identity: ASSUMES, session: [ELSE], ...trusts({ AWS: TOOLS }) },
    'no-allow session',
  ],
  [
    'service control holds back who is trusted',
    'user',
    { serviceControl: [ELSE], ...trusts({ AWS: user.userArn }) },
    'no-allow service-control',
  ],
  [
    'the root user assumes no role, however it is trusted',
    'root',
    trusts({ AWS: TOOLS }),
    'root-cannot-assume-role account-root',
  ],
  ['nor where everyone is trusted', 'root', trusts('*'), 'root-cannot-assume-role account-root'],
  [
    'trust for another action is none',
    'user',
    trusts({ AWS: user.userArn }, { Action: 'sts:TagSession' }),
    'no-allow trust',
  ],
  [
    'trust for every action of STS',
    'user',
    trusts({ AWS: user.userArn }, { Action: 'sts:*' }),
    'allowed trust',
  ],
  [
    'trust for all actions but one',
    'user',
    trusts({ AWS: user.userArn }, { NotAction: 'sts:TagSession' }),
    'allowed trust',
  ],
  [
    'trust for all actions but this one',
    'user',
    trusts({ AWS: user.userArn }, { NotAction: 'sts:AssumeRole' }),
    'no-allow trust',
  ],
];

const OTHER_ACCOUNT: readonly Row[] = [
  ['trust in the user alone', 'user', trusts({ AWS: user.userArn }), 'no-allow identity'],
  ['trust in everyone alone', 'user', trusts('*'), 'no-allow identity'],
  ['trust in the session alone', 'session', trusts({ AWS: session.sessionArn }), 'no-allow identity'],
  ['an identity policy alone', 'user', { identity: ASSUMES }, 'no-allow trust'],
  [
    'an identity policy and trust in the user',
    'user',
    { identity: ASSUMES, ...trusts({ AWS: user.userArn }) },
    'allowed identity',
  ],
  [
    'an identity policy and trust in the account',
    'session',
    { identity: ASSUMES, ...trusts({ AWS: TOOLS }) },
    'allowed identity',
  ],
  [
    'an identity policy and trust in the role’s own account',
    'user',
    { identity: ASSUMES, ...trusts({ AWS: PRODUCTION }) },
    'no-allow trust',
  ],
  [
    'a session policy holds back who is trusted by session',
    'session',
    { identity: ASSUMES, session: [ELSE], ...trusts({ AWS: session.sessionArn }) },
    'no-allow session',
  ],
  [
    'a boundary holds back who is trusted by user',
    'user',
    { identity: ASSUMES, boundary: ELSE, ...trusts({ AWS: user.userArn }) },
    'no-allow boundary',
  ],
  [
    'resource control of the role’s account holds back who is trusted',
    'user',
    {
      identity: ASSUMES,
      resourceControl: [{ ...deny('sts:*'), Principal: '*' }],
      ...trusts({ AWS: user.userArn }),
    },
    'explicit-deny resource-control',
  ],
  [
    'the root user assumes no role there either',
    'root',
    trusts({ AWS: TOOLS }),
    'root-cannot-assume-role account-root',
  ],
  [
    'a federated user has no such permission without a session policy',
    'federated',
    { identity: ASSUMES, ...trusts({ AWS: federated.sessionArn }) },
    'no-allow session',
  ],
];

const role = (account: string): { resource: string; resourceAccount: string } => ({
  resource: `arn:aws:iam::${account}:role/ops/Ec2Operator`,
  resourceAccount: account,
});
const tell = (where: string, account: string, rows: readonly Row[]): DecisionCase[] =>
  rows.map(([says, caller, policies, expected]) =>
    caseOf(`${where}: ${says}`, { caller, policies, action: 'sts:AssumeRole', ...role(account) }, expected),
  );

export const TRUST_CASES: readonly DecisionCase[] = [
  ...tell('a role of the own account', TOOLS, OWN_ACCOUNT),
  ...tell('a role of another account', PRODUCTION, OTHER_ACCOUNT),
  caseOf(
    'an action of STS without a role is the identity policies’',
    {
      action: 'sts:GetFederationToken',
      resource: `arn:aws:sts::${TOOLS}:federated-user/ada`,
      policies: { identity: [allow('sts:GetFederationToken', `arn:aws:sts::${TOOLS}:federated-user/a*`)] },
    },
    'allowed identity',
  ),
];
