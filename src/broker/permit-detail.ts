import type { JsonValue } from '../core/audit-event.ts';
import type { Permit } from '../core/decide-access.ts';

/** For the record: why, and everything that is asked of AWS, as far as there is any. */
export function permitDetail(permit: Permit): Record<string, JsonValue> {
  const { sessionName, sourceIdentity, sessionPolicy, managedPolicyArns, sessionTags } = permit;
  return {
    role: permit.role.id,
    roleArn: permit.roleArn,
    grantMethod: permit.role.grant.method,
    mapping: permit.reason.mappingId,
    through: permit.reason.through,
    value: permit.reason.value,
    durationSeconds: permit.durationSeconds,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    ...(managedPolicyArns.length === 0 ? {} : { managedPolicyArns }),
    ...(sessionTags.length === 0 ? {} : { sessionTags: sessionTags.map((tag) => ({ ...tag })) }),
  };
}
