/**
 * An organization in which every rule about sessions has somebody to be asked of: callers with much, with little and
 * with nothing, and roles whose trust policies each want one thing. Rows add roles of their own.
 */
import { createHash } from 'node:crypto';
import { accessKeyIdFor } from '../../src/sandbox/aws/organization/identifiers.ts';
import type {
  AccountData,
  PolicyData,
  RoleData,
  UserData,
  WorldData,
} from '../../src/sandbox/aws/organization/world-data.ts';

/** Of an organization. */
export const HOME = '111122223333';
/** Of none; STS is not activated in two of its regions. */
export const ABROAD = '999900001111';
/** Of the organization, under a service control policy. */
export const GUARDED = '333344445555';

export const ORGANIZATION = 'o-conformance';
export const BUCKET = 'conformance-bucket';

export const FULL_ASSUMPTION = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
export const TWELVE_HOURS = 43_200;

export const roleArn = (name: string, account = HOME): string => `arn:aws:iam::${account}:role/${name}`;
export const userArn = (name: string, account = HOME): string => `arn:aws:iam::${account}:user/${name}`;

/** Users with an MFA device each, since a code is good for one row alone. */
export const MFA_USERS = [
  'mfa-role',
  'mfa-reuse',
  'mfa-early',
  'mfa-late',
  'mfa-session',
  'mfa-wrong',
  'mfa-age',
  'mfa-fresh',
  'mfa-after',
] as const;

export function document(...statements: readonly object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(
  action: string | readonly string[],
  resource: string | readonly string[] = '*',
): object {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

export function deny(action: string | readonly string[], resource = '*'): object {
  return { Effect: 'Deny', Action: action, Resource: resource };
}

export function inline(...statements: readonly object[]): readonly PolicyData[] {
  return [{ name: 'inline', document: document(...statements) }];
}

export interface Trust {
  readonly principal?: unknown;
  readonly action?: string | readonly string[];
  readonly condition?: object;
}

/** Whatever is left out is generous: the account as the principal, all three actions, no condition. */
function trust({ principal = { AWS: HOME }, action = FULL_ASSUMPTION, condition }: Trust = {}): object {
  const statement = { Effect: 'Allow', Principal: principal, Action: action };
  return document(condition === undefined ? statement : { ...statement, Condition: condition });
}

export function role(name: string, from: Trust = {}, more: Partial<RoleData> = {}): RoleData {
  return { name, trustPolicy: trust(from), ...more };
}

function accessKey(account: string, name: string): { id: string; secret: string } {
  const digest = createHash('sha256').update(`${account}/${name}`).digest();
  return { id: accessKeyIdFor('AKIA', account, digest), secret: digest.toString('base64').slice(0, 40) };
}

export const ROOT_KEY = accessKey(HOME, 'root');

function user(account: string, name: string, more: Partial<UserData> = {}): UserData {
  return { name, accessKeys: [accessKey(account, name)], ...more };
}

const everythingOfSts = inline(allow('sts:*'));

function homeUsers(): readonly UserData[] {
  const mfaUsers = MFA_USERS.map((name) =>
    user(HOME, name, { policies: everythingOfSts, mfaSeed: createHash('sha256').update(name).digest() }),
  );
  return [
    user(HOME, 'caller', {
      path: '/division/',
      policies: inline(allow(['sts:*', 's3:ListAllMyBuckets', 's3:ListBucket'])),
      tags: { Department: 'engineering' },
    }),
    user(HOME, 'powerless'),
    user(HOME, 'denied', { policies: inline(allow('sts:*'), deny('sts:*')) }),
    user(HOME, 'untagging', { policies: inline(allow('sts:*'), deny('sts:TagSession')) }),
    user(HOME, 'bounded', {
      policies: everythingOfSts,
      boundary: { name: 'boundary', document: document(allow('s3:*')) },
    }),
    ...mfaUsers,
  ];
}

const MANAGED: readonly PolicyData[] = [
  { name: 'ListBuckets', document: document(allow('s3:ListAllMyBuckets')) },
  { name: 'ListObjects', document: document(allow('s3:ListBucket')) },
];

function home(roles: readonly RoleData[], bucketPolicy: object): AccountData {
  return {
    id: HOME,
    name: 'Home',
    organizationId: ORGANIZATION,
    rootAccessKeys: [ROOT_KEY],
    users: homeUsers(),
    roles,
    managedPolicies: MANAGED,
    instances: [
      { id: 'i-0123456789abcdef0', region: 'us-east-1', type: 't3.micro', name: 'one', tags: { team: 'a' } },
    ],
    buckets: [{ name: BUCKET, region: 'us-east-1', objects: { 'a.txt': 'a' }, policy: bucketPolicy }],
  };
}

function abroad(roles: readonly RoleData[]): AccountData {
  return {
    id: ABROAD,
    name: 'Abroad',
    disabledRegions: ['eu-south-1'],
    users: [
      user(ABROAD, 'outsider', { policies: inline(allow('sts:*'), allow('s3:*')) }),
      user(ABROAD, 'assumer', { policies: inline(allow('sts:AssumeRole')) }),
      user(ABROAD, 'powerless'),
    ],
    roles,
    managedPolicies: MANAGED,
  };
}

function guarded(): AccountData {
  return {
    id: GUARDED,
    name: 'Guarded',
    organizationId: ORGANIZATION,
    users: [user(GUARDED, 'guarded', { policies: everythingOfSts })],
    roles: [role('Forbidden', { principal: { AWS: GUARDED } })],
    serviceControlPolicies: [
      {
        name: 'guard',
        document: document(allow('*'), deny('sts:AssumeRole', roleArn('Forbidden', GUARDED))),
      },
    ],
  };
}

export interface Places {
  readonly home?: readonly RoleData[];
  readonly abroad?: readonly RoleData[];
  readonly bucketPolicy?: object;
}

const NO_POLICY = document({
  Sid: 'Nobody',
  Effect: 'Allow',
  Principal: { AWS: GUARDED },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/never`,
});

export function assumeRoleWorld({
  home: ours = [],
  abroad: theirs = [],
  bucketPolicy = NO_POLICY,
}: Places): WorldData {
  return {
    awsManagedPolicies: [...MANAGED, { name: 'Everything', document: document(allow('*')) }],
    accounts: [home(ours, bucketPolicy), abroad(theirs), guarded()],
  };
}
