/** Services and who signed in elsewhere: they belong to no account, so that the trust policy decides alone. */
import { allow, CALLERS, PRODUCTION, TOOLS, type StatementText } from '../support.ts';
import {
  caseOf,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { saml, token } = CALLERS;
const ASSUMES = [allow('sts:*')];
const ROLE = { resource: `arn:aws:iam::${TOOLS}:role/ops/Ec2Operator`, resourceAccount: TOOLS };
const trusts = (principal: unknown, more: StatementText = {}): Pick<CasePolicies, 'trust'> => ({
  trust: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
});

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const OTHERS: readonly Row[] = [
  ['a service by its name', 'service', trusts({ Service: 'lambda.amazonaws.com' }), 'allowed trust'],
  [
    'Lambda at the edge is another service',
    'service',
    trusts({ Service: 'edgelambda.amazonaws.com' }),
    'no-allow trust',
  ],
  [
    'both of them',
    'service',
    trusts({ Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] }),
    'allowed trust',
  ],
  ['a service by an account', 'service', trusts({ AWS: PRODUCTION }), 'no-allow trust'],
  ['a service by a provider', 'service', trusts({ Federated: saml.provider }), 'no-allow trust'],
  ['a SAML provider by its ARN', 'saml', trusts({ Federated: saml.provider }), 'allowed trust'],
  ['a SAML provider by another’s ARN', 'saml', trusts({ Federated: `${saml.provider}2` }), 'no-allow trust'],
  [
    'a SAML provider by the same name in another account',
    'saml',
    trusts({ Federated: saml.provider.replace(TOOLS, PRODUCTION) }),
    'no-allow trust',
  ],
  ['a SAML provider by its account', 'saml', trusts({ AWS: TOOLS }), 'no-allow trust'],
  ['an OpenID provider by its ARN', 'token', trusts({ Federated: token.provider }), 'allowed trust'],
  [
    'an OpenID provider by a shorter path',
    'token',
    trusts({ Federated: token.provider.replace(/\/aws$/, '') }),
    'no-allow trust',
  ],
  [
    'an OpenID provider by the SAML provider',
    'token',
    trusts({ Federated: saml.provider }),
    'no-allow trust',
  ],
  [
    'a built-in provider by its host name',
    'google',
    trusts({ Federated: 'accounts.google.com' }),
    'allowed trust',
  ],
  [
    'a built-in provider by another’s host name',
    'google',
    trusts({ Federated: 'www.amazon.com' }),
    'no-allow trust',
  ],
  [
    'a user by a provider',
    'user',
    { identity: ASSUMES, ...trusts({ Federated: saml.provider }) },
    'no-allow trust',
  ],
];

const FEDERATES = trusts({ Federated: saml.provider }, { Action: 'sts:AssumeRoleWithSAML' });
const federating = (says: string, action: string, expected: Verdict): DecisionCase =>
  caseOf(says, { caller: 'saml', action, policies: FEDERATES, ...ROLE }, expected);

export const FEDERATED_TRUST_CASES: readonly DecisionCase[] = [
  ...OTHERS.map(([says, caller, policies, expected]) =>
    caseOf(`trust in ${says}`, { caller, policies, action: 'sts:AssumeRole', ...ROLE }, expected),
  ),
  federating('the federated action is a name of its own', 'sts:AssumeRoleWithSAML', 'allowed trust'),
  federating('and does not bring AssumeRole', 'sts:AssumeRole', 'no-allow trust'),
  federating('and does not bring tags', 'sts:TagSession', 'no-allow trust'),
  federating('and does not bring a source identity', 'sts:SetSourceIdentity', 'no-allow trust'),
];
