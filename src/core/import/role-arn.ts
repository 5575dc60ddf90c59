import { PARTITIONS, type Partition } from '../catalogue.ts';

/** In which account, and its path and name. */
export interface NamedRole {
  readonly partition: Partition;
  readonly accountId: string;
  readonly roleName: string;
}

const ROLE = /^arn:([a-z-]{1,20}):iam::([0-9]{12}):role\/([\w+=,.@/-]{1,575})$/;

/** Whose role an ARN names; undefined for whatever else it is. */
export function readRoleArn(arn: string): NamedRole | undefined {
  const [, partition, accountId = '', roleName = ''] = ROLE.exec(arn) ?? [];
  return partition === undefined ? undefined : { partition: partitionNamed(partition), accountId, roleName };
}

export function partitionNamed(name: string | undefined): Partition {
  return PARTITIONS.find((each) => each === name) ?? 'aws';
}
