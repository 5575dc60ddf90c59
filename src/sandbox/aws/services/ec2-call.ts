import { AwsError } from '../wire/aws-error.ts';
import { policiesOf } from '../access/authorize.ts';
import { denialText } from '../access/denial-text.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import type { InstanceData } from '../organization/world-data.ts';
import type { Parameters } from '../wire/query-protocol.ts';
import type { Ec2Instances } from './ec2-instances.ts';
import { ask, keysFor, type ServiceCall } from './service-call.ts';

export interface Ec2Call extends ServiceCall {
  readonly instances: Ec2Instances;
  readonly parameters: Parameters;
}

/**
 * Which kind of policy refused is told; what it says is in the encoded message, for who may decode it. What has no
 * resource, i.e. whatever only describes, is refused without one.
 */
export function requireEc2(call: Ec2Call, action: string, resource: string, keys?: ConditionKeys): void {
  const need = { action, resource, ...(keys === undefined ? {} : { keys }) };
  const decision = ask(call, need);
  if (decision.allowed) return;
  const { aws, caller, request } = call;
  const refusal = (on: string) =>
    `You are not authorized to perform this operation. User: ${caller.arn} is not authorized to perform: ${action}${on} ${denialText(action, decision.reason)}`;
  if (resource === '*') throw new AwsError('UnauthorizedOperation', refusal(''), 403);
  const policies = policiesOf(aws.world, caller);
  const encoded = aws.authorizationMessages.encode(
    { caller, action, resource, keys: keysFor(call, need), policies, decision },
    request.receivedAt,
  );
  throw new AwsError(
    'UnauthorizedOperation',
    `${refusal(` on resource: ${resource}`)}. Encoded authorization failure message: ${encoded}`,
    403,
  );
}

/** Asks only whether it would work: once everything else is known to be right, that is the answer. */
export function checkDryRun({ parameters }: Ec2Call): void {
  const dryRun = parameters.get('DryRun');
  if (dryRun === undefined || dryRun === 'false') return;
  if (dryRun !== 'true') throw invalidParameter(`Invalid value '${dryRun.slice(0, 64)}' for DryRun`);
  throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

export function instanceIds({ parameters }: Ec2Call): readonly string[] {
  return valuesOf(parameters, 'InstanceId');
}

/** `Name.1`, `Name.2`, in the order of their numbers. */
export function valuesOf(parameters: Parameters, name: string): readonly string[] {
  return [...parameters]
    .map(([key, value]) => ({ at: numberAfter(key, `${name}.`), value }))
    .filter(({ at }) => at !== undefined)
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map(({ value }) => value);
}

function numberAfter(key: string, prefix: string): number | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const digits = /^\d{1,6}$/.exec(key.slice(prefix.length))?.[0];
  return digits === undefined ? undefined : Number(digits);
}

export function checkIds(ids: readonly string[]): void {
  const wrong = ids.find((id) => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (wrong !== undefined) {
    throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${wrong.slice(0, 128)}"`);
  }
}

/** All of them, or an error that names those that are missing. Other accounts' and regions' are not there. */
export function existing(call: Ec2Call, ids: readonly string[]): readonly InstanceData[] {
  const there = regional(call);
  const missing = ids.filter((id) => !there.some((instance) => instance.id === id));
  if (missing.length > 0) {
    const text =
      missing.length === 1
        ? `The instance ID '${missing.join('')}' does not exist`
        : `The instance IDs '${missing.join(', ')}' do not exist`;
    throw new AwsError('InvalidInstanceID.NotFound', text);
  }
  return there.filter(({ id }) => ids.includes(id));
}

export function regional({ caller, region }: Ec2Call): readonly InstanceData[] {
  return caller.account.instances.filter((instance) => instance.region === region);
}

export function tagsOf(instance: InstanceData): Readonly<Record<string, string>> {
  return { Name: instance.name, ...instance.tags };
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
