/** What an organization's own policies hold back, level by level. */
import { allow, CALLERS, deny, type StatementText } from '../support.ts';
import {
  caseOf,
  type CallerName,
  type CasePolicies,
  type DecisionCase,
  type Verdict,
} from './decision-case.ts';

const { user, session, service } = CALLERS;
const SENDS = [allow('sqs:*')];
const by = (principal: unknown): Pick<CasePolicies, 'resource'> => ({
  resource: [{ ...allow(), Principal: principal }],
});
const levels = (...statements: StatementText[]): StatementText[][] => statements.map((one) => [one]);

const CONTROLLED = { ...deny('sqs:*'), Principal: '*' };
const SPARING = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', NotResource: 'arn:aws:sqs:*:*:jobs' };

type Row = readonly [says: string, caller: CallerName, policies: CasePolicies, expected: Verdict];

const ROWS: readonly Row[] = [
  [
    'every level of service control has to allow',
    'user',
    { identity: SENDS, serviceControl: levels(allow(), allow('sqs:*'), allow()) },
    'allowed identity',
  ],
  [
    'the first level that does not allow decides',
    'user',
    { identity: SENDS, serviceControl: levels(allow('s3:*'), allow()) },
    'no-allow service-control',
  ],
  [
    'the last level that does not allow decides as well',
    'user',
    { identity: SENDS, serviceControl: levels(allow(), allow('s3:*')) },
    'no-allow service-control',
  ],
  [
    'one statement of a level is enough for it',
    'user',
    { identity: SENDS, serviceControl: [[allow('s3:*'), allow('sqs:*')]] },
    'allowed identity',
  ],
  [
    'service control policies grant nothing',
    'user',
    { serviceControl: levels(allow()) },
    'no-allow identity',
  ],
  [
    'who is named by the resource is held back by service control',
    'user',
    { ...by({ AWS: user.userArn }), serviceControl: levels(allow('s3:*')) },
    'no-allow service-control',
  ],
  [
    'a session named by its own ARN is held back by service control',
    'session',
    { ...by({ AWS: session.sessionArn }), serviceControl: levels(allow('s3:*')) },
    'no-allow service-control',
  ],
  [
    'without levels, as for the management account, nothing is held back',
    'user',
    { identity: SENDS, serviceControl: [] },
    'allowed identity',
  ],
  [
    'resource control takes back what the resource’s policy gives',
    'user',
    { ...by({ AWS: user.userArn }), resourceControl: [CONTROLLED] },
    'explicit-deny resource-control',
  ],
  [
    'resource control takes back what a role’s policy gives',
    'session',
    { identity: SENDS, resourceControl: [CONTROLLED] },
    'explicit-deny resource-control',
  ],
  [
    'resource control binds the root user',
    'root',
    { resourceControl: [CONTROLLED] },
    'explicit-deny resource-control',
  ],
  [
    'resource control binds services',
    'service',
    { ...by({ Service: service.service }), resourceControl: [CONTROLLED] },
    'explicit-deny resource-control',
  ],
  [
    'resource control spares whom its condition spares',
    'user',
    {
      identity: SENDS,
      resourceControl: [{ ...CONTROLLED, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    },
    'allowed identity',
  ],
  [
    'resource control spares the resources that it lists',
    'user',
    {
      identity: SENDS,
      resourceControl: [SPARING],
    },
    'allowed identity',
  ],
  [
    'resource control grants nothing',
    'user',
    { resourceControl: [{ ...CONTROLLED, Action: 's3:*' }] },
    'no-allow identity',
  ],
];

export const ORGANIZATION_CASES: readonly DecisionCase[] = ROWS.map(([says, caller, policies, expected]) =>
  caseOf(says, { caller, policies }, expected),
);
