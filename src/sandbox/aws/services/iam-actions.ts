import { AwsError, validationError } from '../wire/aws-error.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import { iamArn } from '../organization/identifiers.ts';
import type { Role, User } from '../organization/account.ts';
import type { TextRule } from '../sts/parameter-reader.ts';
import { encodeRfc3986 } from '../wire/form-encoding.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import { type IamCall, requireIam } from './iam-call.ts';
import { byBytes, pageOf, pageToken, readPageToken } from './service-call.ts';

/** The sandbox's organization has no history: everything in it was made at once. */
const CREATED = new Date('2026-11-01T00:00:00Z');

const NAME_PATTERN = /^[\w+=,.@-]+$/;
export const ROLE_NAME: TextRule = { min: 1, max: 64, pattern: NAME_PATTERN };
export const USER_NAME: TextRule = { min: 1, max: 128, pattern: NAME_PATTERN };
const PATH_PREFIX: TextRule = {
  min: 1,
  max: 512,
  pattern: /^\/[!-\u007F]*$/,
  patternText: '\\u002F[\\u0021-\\u007F]*',
};
const MARKER: TextRule = { min: 1, pattern: /^[\u0020-\u00FF]+$/, patternText: '[\\u0020-\\u00FF]+' };
const MAX_ITEMS = { min: 1, max: 1000 };
const DEFAULT_ITEMS = 100;

export const IAM_ACTIONS: ReadonlyMap<string, (call: IamCall) => ResultTree> = new Map([
  ['GetRole', getRole],
  ['GetUser', getUser],
  ['ListRoles', listRoles],
  ['ListAccountAliases', listAccountAliases],
]);

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
function getRole(call: IamCall): ResultTree {
  const { read, caller } = call;
  const name = read.requiredText('RoleName', ROLE_NAME);
  call.note({ roleName: name });
  read.finish();
  // IAM's names are the same whatever their case.
  const role = caller.account.roles.find((one) => one.name.toLowerCase() === name.toLowerCase());
  requireIam(call, {
    action: 'iam:GetRole',
    resource: role?.arn ?? iamArn(caller.account.id, `role/${name}`),
    shownResource: `role ${name}`,
    keys: tagKeys(role),
  });
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return { Role: { ...describeRole(role), Tags: describeTags(role) } };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
function listRoles(call: IamCall): ResultTree {
  const { account } = call.caller;
  const prefix = call.read.text('PathPrefix', PATH_PREFIX) ?? '/';
  call.note({ pathPrefix: prefix });
  const page = readPage(call);
  const resource = iamArn(account.id, `role${prefix}`);
  requireIam(call, { action: 'iam:ListRoles', resource, shownResource: resource });
  const roles = account.roles
    .filter(({ path }) => path.startsWith(prefix))
    .sort((a, b) => byBytes(a.name, b.name));
  const { items, next } = pageOf(roles, ({ name }) => name, page);
  return {
    Roles: { member: items.map(describeRole) },
    IsTruncated: next !== undefined,
    Marker: next === undefined ? undefined : pageToken(next),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html */
function listAccountAliases(call: IamCall): ResultTree {
  readPage(call);
  requireIam(call, { action: 'iam:ListAccountAliases', resource: '*', shownResource: '*' });
  const { alias } = call.caller.account;
  // There is one at most.
  return { AccountAliases: alias === undefined ? {} : { member: alias }, IsTruncated: false };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
function getUser(call: IamCall): ResultTree {
  const { read, caller } = call;
  const asked = read.text('UserName', USER_NAME);
  call.note({ userName: asked });
  read.finish();
  if (asked === undefined && caller.kind === 'root') return { User: describeRoot(caller.account.id) };
  if (asked === undefined && caller.kind !== 'user') {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  const name = asked ?? caller.entity?.name ?? '';
  const user = caller.account.users.find((one) => one.name.toLowerCase() === name.toLowerCase());
  requireIam(call, {
    action: 'iam:GetUser',
    resource: user?.arn ?? iamArn(caller.account.id, `user/${name}`),
    shownResource: `user ${name}`,
    keys: tagKeys(user),
  });
  if (user === undefined) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return { User: { ...describeUser(user), Tags: describeTags(user) } };
}

function readPage({ read }: IamCall): { after: string | undefined; size: number } {
  const marker = read.text('Marker', MARKER);
  const size = read.integer('MaxItems', MAX_ITEMS) ?? DEFAULT_ITEMS;
  read.finish();
  const after = marker === undefined ? undefined : readPageToken(marker);
  if (marker !== undefined && after === undefined) throw validationError('Invalid Marker.');
  return { after, size };
}

export function describeRole(role: Role): ResultTree {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: CREATED,
    AssumeRolePolicyDocument: encodeRfc3986(JSON.stringify(role.trustPolicy.document)),
    Description: role.description === '' ? undefined : role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

function describeUser({ path, name, id, arn }: User): ResultTree {
  return { Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: CREATED };
}

function describeRoot(accountId: string): ResultTree {
  return { UserId: accountId, Arn: iamArn(accountId, 'root'), CreateDate: CREATED };
}

function describeTags({ tags }: User | Role): ResultTree | undefined {
  const entries = Object.entries(tags);
  return entries.length === 0 ? undefined : { member: entries.map(([Key, Value]) => ({ Key, Value })) };
}

export function tagKeys(entity: User | Role | undefined): ConditionKeys {
  return new Map(
    Object.entries(entity?.tags ?? {}).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, [value]],
      [`iam:ResourceTag/${key}`, [value]],
    ]),
  );
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}
