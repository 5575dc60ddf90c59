/** Who a resource's policy names, and what that is worth to them within their own account. */
import { allow, CALLERS, CANONICAL_ID, deny, PRODUCTION, TOOLS, type StatementText } from '../support.ts';
import {
  caseOf,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { user, session, federated, service, saml, rootFederated } = CALLERS;
const SENDS = [allow('sqs:*')];
const READS = [allow('s3:*')];
const names = (principal: unknown, effect: 'Allow' | 'Deny' = 'Allow'): StatementText => ({
  ...allow(),
  Effect: effect,
  Principal: principal,
});
const by = (principal: unknown): Pick<CasePolicies, 'resource'> => ({ resource: [names(principal)] });
const ROOT_ARN = `arn:aws:iam::${TOOLS}:root`;

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const ROWS: readonly Row[] = [
  // A user.
  ['a user whom nothing names has nothing', 'user', {}, 'no-allow identity'],
  ['a user is named by its ARN', 'user', by({ AWS: user.userArn }), 'allowed resource'],
  ['a user is named by its unique id', 'user', by({ AWS: user.uniqueId }), 'allowed resource'],
  ['a user is named among several', 'user', by({ AWS: [PRODUCTION, user.userArn] }), 'allowed resource'],
  ['a user is not named by another user’s ARN', 'user', by({ AWS: federated.userArn }), 'no-allow identity'],
  [
    'a user is not named by its ARN in other letters',
    'user',
    by({ AWS: user.userArn.replace('ada', 'Ada') }),
    'no-allow identity',
  ],
  [
    'a user is not named by its ARN without the path',
    'user',
    by({ AWS: `arn:aws:iam::${TOOLS}:user/ada` }),
    'no-allow identity',
  ],
  [
    'a user is not named by the id of a deleted user of that name',
    'user',
    by({ AWS: 'AIDAEXAMPLEOLD00' }),
    'no-allow identity',
  ],
  ['a user is named by everyone', 'user', by('*'), 'allowed resource'],
  ['a user is named by every AWS principal', 'user', by({ AWS: '*' }), 'allowed resource'],
  ['an account’s id only delegates to its policies', 'user', by({ AWS: TOOLS }), 'no-allow identity'],
  ['an account’s root ARN only delegates as well', 'user', by({ AWS: ROOT_ARN }), 'no-allow identity'],
  [
    'an account’s canonical id only delegates as well',
    'user',
    by({ CanonicalUser: CANONICAL_ID }),
    'no-allow identity',
  ],
  [
    'an identity policy is enough beside a policy that delegates',
    'user',
    { identity: SENDS, ...by({ AWS: TOOLS }) },
    'allowed identity',
  ],
  [
    'an identity policy is enough beside a policy for another',
    'user',
    { identity: SENDS, ...by({ AWS: PRODUCTION }) },
    'allowed identity',
  ],
  ['a user is no service', 'user', by({ Service: service.service }), 'no-allow identity'],
  ['a user is no provider’s', 'user', by({ Federated: saml.provider }), 'no-allow identity'],
  [
    'a user who is named is not held back by another identity policy',
    'user',
    { identity: READS, ...by({ AWS: user.userArn }) },
    'allowed resource',
  ],
  [
    'a user who is named is not held back by a boundary',
    'user',
    { boundary: READS, ...by({ AWS: user.userArn }) },
    'allowed resource',
  ],
  ['everyone, a user with a boundary too', 'user', { boundary: READS, ...by('*') }, 'allowed resource'],
  [
    'a user whose account is named is held back by a boundary',
    'user',
    { identity: SENDS, boundary: READS, ...by({ AWS: TOOLS }) },
    'no-allow boundary',
  ],
  [
    'of two statements the one that names more exactly counts',
    'user',
    { resource: [names({ AWS: TOOLS }), names({ AWS: user.userArn })] },
    'allowed resource',
  ],

  // A role's session.
  ['a session is named by its role’s ARN', 'session', by({ AWS: session.roleArn }), 'allowed resource'],
  [
    'a session is named by its role’s unique id',
    'session',
    by({ AWS: session.uniqueId }),
    'allowed resource',
  ],
  ['a session is named by its own ARN', 'session', by({ AWS: session.sessionArn }), 'allowed resource'],
  [
    'a session is not named by another session’s ARN',
    'session',
    by({ AWS: `arn:aws:sts::${TOOLS}:assumed-role/Hub/bob` }),
    'no-allow identity',
  ],
  [
    'a session is not named by its role’s ARN without the path',
    'session',
    by({ AWS: `arn:aws:iam::${TOOLS}:role/Hub` }),
    'no-allow identity',
  ],
  [
    'a session is not named by the id of a deleted role of that name',
    'session',
    by({ AWS: 'AROAEXAMPLEOLD00' }),
    'no-allow identity',
  ],
  ['a session’s account only delegates', 'session', by({ AWS: TOOLS }), 'no-allow identity'],
  [
    'a session named by its role is held back by its session policy',
    'session',
    { session: [READS], ...by({ AWS: session.roleArn }) },
    'no-allow session',
  ],
  [
    'a session named by its role needs no identity policy where the session policy allows',
    'session',
    { session: [SENDS], ...by({ AWS: session.roleArn }) },
    'allowed resource',
  ],
  [
    'a session named by its role is held back by the role’s boundary',
    'session',
    { boundary: READS, ...by({ AWS: session.uniqueId }) },
    'no-allow boundary',
  ],
  [
    'a session named by its own ARN is not held back by its session policy',
    'session',
    { session: [READS], ...by({ AWS: session.sessionArn }) },
    'allowed resource',
  ],
  [
    'a session named by its own ARN is not held back by the role’s boundary',
    'session',
    { boundary: READS, ...by({ AWS: session.sessionArn }) },
    'allowed resource',
  ],
  [
    'a session that everyone includes is held back by neither',
    'session',
    { session: [READS], boundary: READS, ...by('*') },
    'allowed resource',
  ],
  [
    'a session whose account is named is held back by its session policy',
    'session',
    { identity: SENDS, session: [READS], ...by({ AWS: TOOLS }) },
    'no-allow session',
  ],

  // A federated user.
  [
    'a federated user is named by its session’s ARN',
    'federated',
    by({ AWS: federated.sessionArn }),
    'allowed resource',
  ],
  [
    'a federated user named by its session’s ARN is not held back by its session policy',
    'federated',
    { session: [READS], ...by({ AWS: federated.sessionArn }) },
    'allowed resource',
  ],
  [
    'a federated user is not named by another’s session ARN',
    'federated',
    { session: [SENDS], ...by({ AWS: rootFederated.sessionArn }) },
    'no-allow identity',
  ],
  [
    'a federated user named by its user needs a session policy',
    'federated',
    by({ AWS: federated.userArn }),
    'no-allow session',
  ],
  [
    'a federated user named by its user is allowed what its session policy allows',
    'federated',
    { session: [SENDS], ...by({ AWS: federated.uniqueId }) },
    'allowed resource',
  ],
  [
    'a federated user named by its user is held back by that user’s boundary',
    'federated',
    { session: [SENDS], boundary: READS, ...by({ AWS: federated.userArn }) },
    'no-allow boundary',
  ],

  // The rest.
  ['the root user is named by its account', 'root', by({ AWS: ROOT_ARN }), 'allowed resource'],
  ['a service is named by its name', 'service', by({ Service: service.service }), 'allowed resource'],
  [
    'a service is named among several',
    'service',
    by({ Service: ['edgelambda.amazonaws.com', service.service] }),
    'allowed resource',
  ],
  ['a service is not named by another', 'service', by({ Service: 'ec2.amazonaws.com' }), 'no-allow resource'],
  ['a service is not named by an account', 'service', by({ AWS: TOOLS }), 'no-allow resource'],
  ['a service has no identity policy to go by', 'service', { identity: SENDS }, 'no-allow resource'],
  ['everyone includes services', 'service', by('*'), 'allowed resource'],
  [
    'who signed in elsewhere is named by the provider',
    'saml',
    by({ Federated: saml.provider }),
    'allowed resource',
  ],
  [
    'a statement for others beside a refusal for others decides nothing',
    'user',
    { resource: [names({ AWS: PRODUCTION }), { ...deny(), Principal: { AWS: PRODUCTION } }] },
    'no-allow identity',
  ],
];

export const RESOURCE_POLICY_CASES: readonly DecisionCase[] = ROWS.map(([says, caller, policies, expected]) =>
  caseOf(says, { caller, policies }, expected),
);
