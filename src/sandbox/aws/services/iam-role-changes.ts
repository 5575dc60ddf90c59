import { iamArn } from '../organization/identifiers.ts';
import type { Role } from '../organization/account.ts';
import type { EntityOf } from '../organization/organization.ts';
import type { TextRule } from '../sts/parameter-reader.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import { describeRole, noSuchEntity, ROLE_NAME, tagKeys, USER_NAME } from './iam-actions.ts';
import { requireIam } from './iam-call.ts';
import { changed, entityOf, exists, type IamChange, put } from './iam-change.ts';

export const IAM_ROLE_CHANGES: ReadonlyMap<string, (call: IamChange) => ResultTree> = new Map([
  ['CreateRole', createRole],
  ['UpdateAssumeRolePolicy', updateAssumeRolePolicy],
  ['UpdateRole', updateRole],
  ['DeleteRole', deleteRole],
  ['PutRolePolicy', (call: IamChange) => putPolicy(call, 'roles')],
  ['PutUserPolicy', (call: IamChange) => putPolicy(call, 'users')],
]);

const PATH: TextRule = {
  min: 1,
  max: 512,
  pattern: /^(?:\/|\/[!-\u007F]+\/)$/,
  patternText: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
};
const DOCUMENT: TextRule = { min: 1, max: 131_072 };
const DESCRIPTION: TextRule = { max: 1000 };
const POLICY_NAME: TextRule = { min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ };
const SESSION_SECONDS = { min: 3600, max: 43_200 };

function createRole(call: IamChange): ResultTree {
  const { read } = call;
  const name = read.requiredText('RoleName', ROLE_NAME);
  const path = read.text('Path', PATH) ?? '/';
  const document = read.requiredText('AssumeRolePolicyDocument', DOCUMENT);
  const description = read.text('Description', DESCRIPTION);
  const maxSessionSeconds = read.integer('MaxSessionDuration', SESSION_SECONDS);
  const tags = read.tags('Tags');
  read.finish();
  call.note({ roleName: name });
  const arn = iamArn(call.caller.account.id, `role${path}${name}`);
  requireIam(call, { action: 'iam:CreateRole', resource: arn, shownResource: arn });
  if (roleNamed(call, name) !== undefined) throw exists(`Role with name ${name} already exists.`);
  put(call, 'roles', {
    name,
    ...(path === '/' ? {} : { path }),
    ...(description === undefined ? {} : { description }),
    ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    trustPolicy: policyIn(document),
  });
  return { Role: describeRole(found(call, name)) };
}

function updateAssumeRolePolicy(call: IamChange): ResultTree {
  const { read } = call;
  const name = read.requiredText('RoleName', ROLE_NAME);
  const document = read.requiredText('PolicyDocument', DOCUMENT);
  read.finish();
  const role = changeableRole(call, name, 'iam:UpdateAssumeRolePolicy');
  put(call, 'roles', { ...role, trustPolicy: policyIn(document) });
  return {};
}

function updateRole(call: IamChange): ResultTree {
  const { read } = call;
  const name = read.requiredText('RoleName', ROLE_NAME);
  const description = read.text('Description', DESCRIPTION);
  const maxSessionSeconds = read.integer('MaxSessionDuration', SESSION_SECONDS);
  read.finish();
  const role = changeableRole(call, name, 'iam:UpdateRole');
  put(call, 'roles', {
    ...role,
    ...(description === undefined ? {} : { description }),
    ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }),
  });
  return {};
}

function deleteRole(call: IamChange): ResultTree {
  const name = call.read.requiredText('RoleName', ROLE_NAME);
  call.read.finish();
  const role = changeableRole(call, name, 'iam:DeleteRole');
  if ((role.policies ?? []).length > 0) {
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
  }
  changed(() => call.organization.remove(call.caller.account.id, 'roles', role.name));
  return {};
}

/** Inline: of the same name it takes the old one's place. */
function putPolicy(call: IamChange, list: 'roles' | 'users'): ResultTree {
  const { read } = call;
  const isRole = list === 'roles';
  const name = isRole ? read.requiredText('RoleName', ROLE_NAME) : read.requiredText('UserName', USER_NAME);
  const policyName = read.requiredText('PolicyName', POLICY_NAME);
  const document = read.requiredText('PolicyDocument', DOCUMENT);
  read.finish();
  const entity = isRole
    ? changeableRole(call, name, 'iam:PutRolePolicy')
    : changeableUser(call, name, 'iam:PutUserPolicy');
  const others = (entity.policies ?? []).filter((policy) => policy.name !== policyName);
  put(call, list, { ...entity, policies: [...others, { name: policyName, document: policyIn(document) }] });
  return {};
}

function changeableRole(call: IamChange, name: string, action: string): EntityOf<'roles'> {
  const role = roleNamed(call, name);
  call.note({ roleName: name });
  requireIam(call, {
    action,
    resource: role?.arn ?? iamArn(call.caller.account.id, `role/${name}`),
    shownResource: `role ${name}`,
    keys: tagKeys(role),
  });
  const entity = role === undefined ? undefined : entityOf(call, 'roles', role.name);
  if (entity === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return entity;
}

function changeableUser(call: IamChange, name: string, action: string): EntityOf<'users'> {
  const user = call.caller.account.users.find((one) => one.name.toLowerCase() === name.toLowerCase());
  requireIam(call, {
    action,
    resource: user?.arn ?? iamArn(call.caller.account.id, `user/${name}`),
    shownResource: `user ${name}`,
    keys: tagKeys(user),
  });
  const entity = user === undefined ? undefined : entityOf(call, 'users', user.name);
  if (entity === undefined) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return entity;
}

function roleNamed({ caller, aws }: IamChange, name: string): Role | undefined {
  const account = aws.world.findAccount(caller.account.id);
  return account?.roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
}

function found(call: IamChange, name: string): Role {
  const role = roleNamed(call, name);
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

function policyIn(text: string): object {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document;
  } catch {
    // Said below, as of any text that is no object.
  }
  throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
}
