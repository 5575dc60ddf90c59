/** Rows about condition keys: each has a role that wants one, and a call to AssumeRole that should satisfy it. */
import type { RoleData } from '../../src/sandbox/aws/organization/world-data.ts';
import { type Ask, assume, caller, session } from './assume-role-ask.ts';
import { roleArn } from './assume-role-world.ts';
import type { Confidence } from './rule.ts';

export interface KeyRow {
  readonly rule: string;
  readonly confidence: Exclude<Confidence, 'known'>;
  readonly condition: object;
  readonly more?: Partial<RoleData>;
  readonly ask?: (target: string) => Ask;
}

/** Assumes the target as the user `caller`, with something passed. */
export const passing =
  (input: object) =>
  (RoleArn: string): Ask =>
    assume(caller, { RoleArn, ...input });

const hub = session(caller, {
  RoleArn: roleArn('Hub'),
  SourceIdentity: 'erin.engel',
  Tags: [{ Key: 'Team', Value: 'payments' }],
});
export const fromHub = (RoleArn: string): Ask => assume(hub, { RoleArn });
