/** Condition keys of who asks, and of the role that is asked for. */
import { assume, caller, mfaCode, user, userSession } from './assume-role-ask.ts';
import { ABROAD, HOME, ORGANIZATION, roleArn, userArn } from './assume-role-world.ts';
import { fromHub, type KeyRow, passing } from './context-key-row.ts';

const ofTheCaller: readonly KeyRow[] = [
  {
    rule: 'aws:PrincipalArn of a user is its ARN with its path',
    confidence: 'documented',
    condition: { ArnEquals: { 'aws:PrincipalArn': userArn('division/caller') } },
  },
  {
    rule: 'aws:PrincipalArn of a role session is the ARN of the role',
    confidence: 'documented',
    condition: { ArnEquals: { 'aws:PrincipalArn': roleArn('Hub') } },
    ask: fromHub,
  },
  {
    rule: 'aws:PrincipalAccount is the account of the caller',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalAccount': ABROAD } },
    ask: (RoleArn) => assume(user('outsider', ABROAD), { RoleArn }),
  },
  {
    rule: 'aws:PrincipalType of a user is User',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalType': 'User' } },
  },
  {
    rule: 'aws:PrincipalType of a role session is AssumedRole',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } },
    ask: fromHub,
  },
  {
    rule: 'aws:userid of a user is its unique id',
    confidence: 'documented',
    condition: { StringLike: { 'aws:userid': 'AIDA?????????????????' } },
  },
  {
    rule: "aws:userid of a role session is the role's unique id and the session's name",
    confidence: 'documented',
    condition: { StringLike: { 'aws:userid': 'AROA?????????????????:erin' } },
    ask: fromHub,
  },
  {
    rule: 'aws:username is the name of a user',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:username': 'caller' } },
  },
  {
    rule: "aws:username is there in a user's own session too",
    confidence: 'documented',
    condition: { StringEquals: { 'aws:username': 'caller' } },
    ask: (RoleArn) => assume(userSession(caller), { RoleArn }),
  },
  {
    rule: 'aws:username is not there for a role session',
    confidence: 'documented',
    condition: { Null: { 'aws:username': 'true' } },
    ask: fromHub,
  },
  {
    rule: 'aws:PrincipalTag has the tags of the user',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalTag/Department': 'engineering' } },
  },
  {
    rule: 'aws:PrincipalOrgID is the organization of the caller',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } },
  },
  {
    rule: 'aws:PrincipalOrgID is not there for who belongs to no organization',
    confidence: 'documented',
    condition: { Null: { 'aws:PrincipalOrgID': 'true' } },
    ask: (RoleArn) => assume(user('outsider', ABROAD), { RoleArn }),
  },
  {
    rule: 'aws:PrincipalOrgPaths begins with the organization and its root',
    confidence: 'documented',
    condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${ORGANIZATION}/r-*/` } },
  },
  {
    rule: 'aws:PrincipalIsAWSService is false for all but services',
    confidence: 'documented',
    condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
  },
];

const ofSessions: readonly KeyRow[] = [
  {
    rule: 'aws:PrincipalTag has the tags of the session',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:PrincipalTag/Team': 'payments' } },
    ask: fromHub,
  },
  {
    rule: 'aws:SourceIdentity is that of the session that calls',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:SourceIdentity': 'erin.engel' } },
    ask: fromHub,
  },
  {
    rule: 'aws:SourceIdentity is not there while it is only being set',
    confidence: 'documented',
    condition: { Null: { 'aws:SourceIdentity': 'true' } },
    ask: passing({ SourceIdentity: 'erin.engel' }),
  },
  {
    rule: 'aws:TokenIssueTime is when the session was made',
    confidence: 'documented',
    condition: { DateGreaterThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } },
    ask: fromHub,
  },
  {
    rule: 'aws:TokenIssueTime is not there for long-term keys',
    confidence: 'documented',
    condition: { Null: { 'aws:TokenIssueTime': 'true' } },
  },
  {
    rule: 'aws:MultiFactorAuthAge is the age of the code in seconds',
    confidence: 'documented',
    condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } },
    ask: (RoleArn) => (sandbox) =>
      assume(user('mfa-age'), { RoleArn, ...mfaCode(sandbox, 'mfa-age') })(sandbox),
  },
];

const ofTheRole: readonly KeyRow[] = [
  {
    rule: 'aws:ResourceTag has the tags of the role',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:ResourceTag/Stage': 'test' } },
    more: { tags: { Stage: 'test' } },
  },
  {
    rule: 'iam:ResourceTag has the tags of the role',
    confidence: 'documented',
    condition: { StringEquals: { 'iam:ResourceTag/Stage': 'test' } },
    more: { tags: { Stage: 'test' } },
  },
  {
    rule: 'aws:ResourceAccount is the account of the role',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:ResourceAccount': HOME } },
    ask: (RoleArn) => assume(user('outsider', ABROAD), { RoleArn }),
  },
];

export const CALLER_KEYS: readonly KeyRow[] = [...ofTheCaller, ...ofSessions, ...ofTheRole];
