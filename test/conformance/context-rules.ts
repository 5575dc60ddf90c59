/**
 * What a trust policy sees of a call to AssumeRole: for each condition key a role that wants it to have one value
 * and no other. Keys of which the value differs each time are asked by a pattern.
 */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { SUCCESS } from './assume-role-ask.ts';
import { ABROAD, allow, FULL_ASSUMPTION, HOME, inline, role, roleArn } from './assume-role-world.ts';
import { CALLER_KEYS } from './context-caller-keys.ts';
import { fromHub, type KeyRow, passing } from './context-key-row.ts';
import type { Rule } from './rule.ts';

const TAGS = {
  Tags: [
    { Key: 'Team', Value: 'payments' },
    { Key: 'Project', Value: 'daypass' },
  ],
};

const ofTheCall: readonly KeyRow[] = [
  {
    rule: 'sts:ExternalId is what was passed',
    confidence: 'documented',
    condition: { StringEquals: { 'sts:ExternalId': 'Example987' } },
    ask: passing({ ExternalId: 'Example987' }),
  },
  {
    rule: 'sts:ExternalId is not there where nothing was passed',
    confidence: 'documented',
    condition: { Null: { 'sts:ExternalId': 'true' } },
  },
  {
    rule: 'sts:RoleSessionName is the name of the session to be',
    confidence: 'documented',
    condition: { StringEquals: { 'sts:RoleSessionName': 'erin' } },
  },
  {
    rule: 'sts:RoleSessionName can be held to the name of the user',
    confidence: 'documented',
    condition: { StringLike: { 'sts:RoleSessionName': '${aws:username}' } },
    ask: passing({ RoleSessionName: 'caller' }),
  },
  {
    rule: 'sts:SourceIdentity is what was passed',
    confidence: 'documented',
    condition: { StringEquals: { 'sts:SourceIdentity': 'erin.engel' } },
    ask: passing({ SourceIdentity: 'erin.engel' }),
  },
  {
    rule: 'sts:SourceIdentity is what is inherited, too',
    confidence: 'documented',
    condition: { StringEquals: { 'sts:SourceIdentity': 'erin.engel' } },
    ask: fromHub,
  },
  {
    rule: 'sts:TransitiveTagKeys has the transitive keys',
    confidence: 'documented',
    condition: {
      'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Team'] },
      Null: { 'sts:TransitiveTagKeys': 'false' },
    },
    ask: passing({ ...TAGS, TransitiveTagKeys: ['Team'] }),
  },
  {
    rule: 'sts:TransitiveTagKeys is not there where no tag is transitive',
    confidence: 'documented',
    condition: { Null: { 'sts:TransitiveTagKeys': 'true' } },
    ask: passing(TAGS),
  },
  {
    rule: 'aws:RequestTag has the value of a tag, its key comparing without case',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:RequestTag/TEAM': 'payments' } },
    ask: passing(TAGS),
  },
  {
    rule: 'aws:TagKeys has the keys of all tags',
    confidence: 'documented',
    condition: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team', 'Project'] },
      'ForAnyValue:StringEquals': { 'aws:TagKeys': 'Project' },
    },
    ask: passing(TAGS),
  },
  {
    rule: 'aws:RequestedRegion is the region that the call is signed for',
    confidence: 'documented',
    condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
  },
  {
    rule: 'aws:SourceIp is where the call comes from',
    confidence: 'documented',
    condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
  },
  {
    rule: 'aws:UserAgent is what the client says of itself',
    confidence: 'documented',
    condition: { StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' } },
  },
  {
    rule: 'aws:ViaAWSService is false where the caller asks itself',
    confidence: 'documented',
    condition: { Bool: { 'aws:ViaAWSService': 'false' } },
  },
  {
    rule: 'aws:SecureTransport is true',
    confidence: 'documented',
    condition: { Bool: { 'aws:SecureTransport': 'true' } },
  },
  {
    rule: 'aws:CurrentTime is a date',
    confidence: 'documented',
    condition: {
      DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
      DateLessThan: { 'aws:CurrentTime': '2200-01-01T00:00:00Z' },
    },
  },
  {
    rule: 'aws:EpochTime is a number of seconds',
    confidence: 'documented',
    condition: {
      NumericGreaterThan: { 'aws:EpochTime': '1767225600' },
      NumericLessThan: { 'aws:EpochTime': '7258118400' },
    },
  },
];

const KEY_ROWS = [...ofTheCall, ...CALLER_KEYS];
const nameOf = (index: number): string => `Wants${index}`;

export const CONTEXT_ROLES: readonly RoleData[] = [
  role('Hub', {}, { policies: inline(allow(FULL_ASSUMPTION)) }),
  ...KEY_ROWS.map(({ condition, more = {} }, index) =>
    role(nameOf(index), { principal: { AWS: [HOME, ABROAD] }, condition }, more),
  ),
];

export const CONTEXT_RULES: readonly Rule[] = KEY_ROWS.map(
  ({ rule, confidence, ask = passing({}) }, index) => ({
    section: '6.4 Condition keys',
    rule,
    confidence,
    ask: ask(roleArn(nameOf(index))),
    answer: SUCCESS,
  }),
);
