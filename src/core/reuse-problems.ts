/** What makes a role's `reuse` a promise that is never kept. */
import type { Mapping, Role } from './catalogue.ts';
import type { Problem } from './catalogue-problems.ts';
import { durationLimits, type CredentialSources } from './role-limits.ts';

/** With a path inside the role. */
export function roleReuseProblems({ reuse, grant }: Role): Problem[] {
  const needsMfa = grant.method === 'get-session-token' && grant.mfaSerialNumber !== undefined;
  if (reuse === undefined || !needsMfa) return [];
  return [{ path: ['reuse'], message: 'what an MFA code was given for is never reused' }];
}

/** With a path inside the mapping. */
export function mappingReuseProblems(mapping: Mapping, role: Role, sources: CredentialSources): Problem[] {
  if (role.reuse === undefined) return [];
  const { minimumLeftSeconds } = role.reuse;
  const { defaultSeconds } = durationLimits(role, mapping, sources);
  if (defaultSeconds > minimumLeftSeconds) return [];
  return [
    {
      path: ['limits'],
      message: `role "${role.id}" reuses credentials that are good for ${minimumLeftSeconds} seconds more; here they last ${defaultSeconds} by default, so none ever would be`,
    },
  ];
}
