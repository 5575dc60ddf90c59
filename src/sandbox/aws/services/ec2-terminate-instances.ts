import { AwsError } from '../wire/aws-error.ts';
import type { ConditionKeys } from '../access/request-context.ts';
import type { InstanceData } from '../organization/world-data.ts';
import type { ResultTree } from '../wire/query-protocol.ts';
import {
  checkDryRun,
  checkIds,
  type Ec2Call,
  existing,
  instanceIds,
  regional,
  requireEc2,
  tagsOf,
} from './ec2-call.ts';
import { TERMINATED } from './ec2-instances.ts';

/**
 * All or nothing: an instance that may not be terminated saves the others.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
 */
export function terminateInstances(call: Ec2Call): ResultTree {
  const ids = [...new Set(instanceIds(call))];
  if (ids.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceId');
  }
  checkIds(ids);
  const there = regional(call);
  for (const id of ids) {
    const arn = `arn:aws:ec2:${call.region}:${call.caller.account.id}:instance/${id}`;
    const instance = there.find((one) => one.id === id);
    requireEc2(call, 'ec2:TerminateInstances', arn, instance && instanceKeys(call, instance, arn));
  }
  const found = existing(call, ids);
  checkDryRun(call);
  return {
    instancesSet: {
      item: found.map(({ id }) => {
        const previousState = { ...call.instances.stateOf(id) };
        call.instances.terminate(id);
        return { instanceId: id, currentState: { ...TERMINATED }, previousState };
      }),
    },
  };
}

function instanceKeys({ region }: Ec2Call, instance: InstanceData, arn: string): ConditionKeys {
  return new Map([
    ['ec2:Region', [region]],
    ['ec2:AvailabilityZone', [`${region}a`]],
    ['ec2:InstanceType', [instance.type]],
    ['ec2:InstanceID', [arn.split('/').at(-1) ?? '']],
    ['ec2:Tenancy', ['default']],
    ...Object.entries(tagsOf(instance)).flatMap(
      ([key, value]) =>
        [
          [`aws:ResourceTag/${key}`, [value]],
          [`ec2:ResourceTag/${key}`, [value]],
        ] as const,
    ),
  ]);
}
