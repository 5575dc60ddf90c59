/** Session tags: who may set them, which win, which go on along a chain, and what is wrong with a set of them. */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { assume, caller, denied, federate, session, SUCCESS, user } from './assume-role-ask.ts';
import { ABROAD, allow, FULL_ASSUMPTION, HOME, inline, role, roleArn, userArn } from './assume-role-world.ts';
import type { Rule } from './rule.ts';

const tag = (Key: string, Value = 'payments') => ({ Key, Value });
const ASSUMES = { policies: inline(allow(FULL_ASSUMPTION)) };
const whoseTeamIs = (team: string) => ({ condition: { StringEquals: { 'aws:PrincipalTag/Team': team } } });

export const TAG_ROLES: readonly RoleData[] = [
  role('First', {}, ASSUMES),
  role('Tagged', {}, { ...ASSUMES, tags: { Team: 'role' } }),
  role('Second', {}, { ...ASSUMES, tags: { Team: 'second' } }),
  role('NoTags', { action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] }),
  role('NoSourceIdentity', { action: ['sts:AssumeRole', 'sts:TagSession'] }),
  role('TagsOfNamed', { principal: { AWS: userArn('powerless') } }),
  role('IfTeamRole', whoseTeamIs('role')),
  role('IfTeamPayments', whoseTeamIs('payments')),
  role('IfNoTeam', { condition: { Null: { 'aws:PrincipalTag/Team': 'true' } } }),
  role(
    'IfOwnTeam',
    { condition: { StringEquals: { 'aws:ResourceTag/Team': 'payments' } } },
    { tags: { Team: 'somebody' } },
  ),
];

const section = '2.5 Session tags';
const TEAM = { Tags: [tag('Team')] };
const TRANSITIVE = { ...TEAM, TransitiveTagKeys: ['Team'] };
const first = session(caller, { RoleArn: roleArn('First'), ...TRANSITIVE });
const second = session(first, { RoleArn: roleArn('Second') });
const CALLER = userArn('division/caller');

const permission: readonly Rule[] = [
  {
    section,
    rule: 'Tags need sts:TagSession in the trust policy',
    confidence: 'quoted',
    ask: assume(caller, { RoleArn: roleArn('NoTags'), ...TEAM }),
    answer: denied(CALLER, 'sts:TagSession', roleArn('NoTags')),
  },
  {
    section,
    rule: 'Tags need sts:TagSession in the policies of a caller of another account',
    confidence: 'documented',
    ask: assume(user('assumer', ABROAD), { RoleArn: roleArn('Lister'), ...TEAM }),
    answer: denied(userArn('assumer', ABROAD), 'sts:TagSession', roleArn('Lister')),
  },
  {
    section,
    rule: 'A user that the trust policy names may tag without a permission of its own',
    confidence: 'documented',
    ask: assume(user('powerless'), { RoleArn: roleArn('TagsOfNamed'), ...TEAM }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'Tags of GetFederationToken need sts:TagSession too',
    confidence: 'documented',
    ask: federate(user('untagging'), TEAM),
    answer: {
      ...denied(userArn('untagging'), 'sts:TagSession', `arn:aws:sts::${HOME}:federated-user/erin`),
      message:
        /^User: \S+ is not authorized to perform: sts:TagSession on resource: \S+:federated-user\/erin/,
    },
  },
  {
    section,
    rule: 'Inherited tags are set again, so that the next role has to allow sts:TagSession',
    confidence: 'quoted',
    ask: assume(first, { RoleArn: roleArn('NoTags') }),
    answer: denied(`arn:aws:sts::${HOME}:assumed-role/First/erin`, 'sts:TagSession', roleArn('NoTags')),
  },
];

const precedence: readonly Rule[] = [
  {
    section,
    rule: "A role's own tags are those of its sessions",
    confidence: 'documented',
    ask: assume(session(caller, { RoleArn: roleArn('Tagged') }), { RoleArn: roleArn('IfTeamRole') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: "A session tag wins over the role's own, keys comparing without case",
    confidence: 'documented',
    ask: assume(session(caller, { RoleArn: roleArn('Tagged'), Tags: [tag('tEAM')] }), {
      RoleArn: roleArn('IfTeamPayments'),
    }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A tag that is not transitive ends with its session',
    confidence: 'documented',
    ask: assume(
      session(session(caller, { RoleArn: roleArn('First'), ...TEAM }), { RoleArn: roleArn('Hub') }),
      { RoleArn: roleArn('IfNoTeam') },
    ),
    answer: SUCCESS,
  },
  {
    section,
    rule: "A transitive tag wins over the next role's own",
    confidence: 'documented',
    ask: assume(second, { RoleArn: roleArn('IfTeamPayments') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: 'A transitive tag stays transitive for the whole chain',
    confidence: 'documented',
    ask: assume(session(second, { RoleArn: roleArn('First') }), { RoleArn: roleArn('IfTeamPayments') }),
    answer: SUCCESS,
  },
  {
    section,
    rule: "A transitive tag stands in for the target's own where its trust policy is asked",
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('IfOwnTeam'), ...TRANSITIVE }),
    answer: SUCCESS,
  },
  {
    section,
    rule: "A tag that is not transitive leaves the target's own as it is",
    confidence: 'documented',
    ask: assume(caller, { RoleArn: roleArn('IfOwnTeam'), ...TEAM }),
    answer: denied(CALLER, 'sts:AssumeRole', roleArn('IfOwnTeam')),
  },
];

const invalid = (message: string) => ({ status: 400, code: 'InvalidParameterValue', message }) as const;

const sets: readonly Rule[] = [
  {
    section,
    rule: 'Fifty tags are allowed',
    confidence: 'documented',
    ask: assume(caller, {
      RoleArn: roleArn('Account'),
      Tags: Array.from({ length: 50 }, (_, index) => tag(`key${index}`, '')),
    }),
    answer: SUCCESS,
  },
  {
    section: '2.8 Tag errors',
    rule: 'Two keys that differ in case alone are one',
    confidence: 'recorded',
    ask: assume(caller, { RoleArn: roleArn('Account'), Tags: [tag('a'), tag('A')] }),
    answer: invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  },
  {
    section: '2.8 Tag errors',
    rule: 'A transitive key has to be among the tags of the call',
    confidence: 'recorded',
    ask: assume(caller, { RoleArn: roleArn('Account'), ...TEAM, TransitiveTagKeys: ['Project'] }),
    answer: invalid('The specified transitive tag key must be included in the requested tags.'),
  },
  {
    section: '2.8 Tag errors',
    rule: 'An inherited transitive tag cannot be set again',
    confidence: 'recorded',
    ask: assume(first, { RoleArn: roleArn('Second'), ...TEAM }),
    answer: invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    ),
  },
  {
    section: '2.8 Tag errors',
    rule: 'An inherited transitive tag cannot be set again under a key of another case',
    confidence: 'recorded',
    ask: assume(first, { RoleArn: roleArn('Second'), Tags: [tag('team')] }),
    answer: invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    ),
  },
  {
    section: '2.8 Tag errors',
    rule: "Keys that begin with aws: are AWS's own",
    confidence: 'known',
    ask: assume(caller, { RoleArn: roleArn('Account'), Tags: [tag('aws:team')] }),
    answer: { status: 400, code: 'InvalidParameterValue' },
  },
];

export const TAG_RULES: readonly Rule[] = [...permission, ...precedence, ...sets];
