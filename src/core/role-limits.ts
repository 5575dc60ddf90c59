import type { Mapping, Role } from './catalogue.ts';
import { CHAINED_MAXIMUM_SECONDS, GRANT_SUPPORT, type GrantSupport } from './grant-methods.ts';

/** A CredentialSource of the configuration, as far as decisions need it. */
export interface CredentialSourceFacts {
  /** An IAM user's key; false for a session, whose role sessions are chained. */
  readonly longTerm: boolean;
}

export type CredentialSources = ReadonlyMap<string, CredentialSourceFacts>;

/** What the role's grant method supports, given how the role uses it. */
export function supportOf(role: Role): GrantSupport {
  const support = GRANT_SUPPORT[role.grant.method];
  // Tags and source identity travel inside the token, and the person's own is not ours to write.
  const passesThrough = role.grant.method === 'assume-role-with-web-identity' && role.grant.token === 'user';
  return passesThrough ? { ...support, sessionTags: false, sourceIdentity: false } : support;
}

/** Whether the session is got with another session's credentials ("role chaining"). */
export function isChained(role: Role, sources: CredentialSources): boolean {
  if (role.grant.method !== 'assume-role') return false;
  return role.grant.hubRoleArn !== undefined || sources.get(role.grant.credentialSource)?.longTerm !== true;
}

export interface DurationLimits {
  readonly minimumSeconds: number;
  readonly maximumSeconds: number;
  readonly defaultSeconds: number;
  /** Says which limit is the tightest, for pages and refusals. */
  readonly because: 'operation' | 'chaining' | 'role' | 'mapping';
}

/** The tightest of what the operation, chaining, the role and the mapping allow. */
export function durationLimits(
  role: Role,
  mapping: Pick<Mapping, 'limits'>,
  sources: CredentialSources,
): DurationLimits {
  const support = supportOf(role);
  const isRoleSession = support.console === 'session-duration';
  // A role without a stated maximum has AWS's own default for MaxSessionDuration: one hour.
  const ofRole = role.maximumDurationSeconds ?? (isRoleSession ? 3_600 : support.maximumSeconds);
  const ceilings = [
    ['operation', support.maximumSeconds],
    ['chaining', isChained(role, sources) ? CHAINED_MAXIMUM_SECONDS : Number.POSITIVE_INFINITY],
    ['role', ofRole],
    ['mapping', mapping.limits.maximumDurationSeconds ?? Number.POSITIVE_INFINITY],
  ] as const;
  const [because, maximumSeconds] = ceilings.reduce((tightest, next) =>
    next[1] < tightest[1] ? next : tightest,
  );
  const wanted = mapping.limits.defaultDurationSeconds ?? support.defaultSeconds;
  return {
    minimumSeconds: support.minimumSeconds,
    maximumSeconds,
    defaultSeconds: Math.min(wanted, maximumSeconds),
    because,
  };
}
