import type { NamedPolicy } from '../../../iam/authorization.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import type { World } from '../organization/world.ts';

/** What the sandbox knows of a resource that somebody asks about. */
export interface AskedResource {
  /** Nothing where the resource belongs to whoever asks. */
  readonly accountId: string | undefined;
  readonly policy: NamedPolicy | undefined;
  readonly keys: ConditionKeys;
}

export function findResource(world: World, arn: string): AskedResource | 'no-such-role' {
  const [, , service = '', , account = '', ...rest] = arn.split(':');
  const name = rest.join(':');
  const accountId = account === '' ? undefined : account;
  if (service === 'iam' && name.startsWith('role/')) {
    const role = world.findRole(arn);
    if (role === undefined) return 'no-such-role';
    return { accountId: role.accountId, policy: role.trustPolicy, keys: tagKeys(role.tags, 'iam') };
  }
  if (service === 's3') {
    const found = world.findBucket(name.split('/')[0] ?? '');
    const keys: ConditionKeys = new Map();
    return { accountId: found?.account.id, policy: found?.bucket.resourcePolicy, keys };
  }
  if (service === 'ec2' && name.startsWith('instance/') && accountId !== undefined) {
    const id = name.slice('instance/'.length);
    const instance = world.findAccount(accountId)?.instances.find((one) => one.id === id);
    const tags = instance === undefined ? {} : { Name: instance.name, ...instance.tags };
    return { accountId, policy: undefined, keys: tagKeys(tags, 'ec2') };
  }
  return { accountId, policy: undefined, keys: new Map() };
}

function tagKeys(tags: Readonly<Record<string, string>>, service: 'iam' | 'ec2'): ConditionKeys {
  return new Map(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, [value]],
      [`${service}:ResourceTag/${key}`, [value]],
    ]),
  );
}
