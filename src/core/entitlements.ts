import {
  applicableMappings,
  keysOf,
  reasonOf,
  type ApplicableMapping,
  type Reason,
} from './applicable-mappings.ts';
import type { Account, Role } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { hasSessionPolicy } from './narrow-session-policy.ts';
import { isFor, type Principal } from './principal.ts';
import { durationLimits, isChained, type DurationLimits } from './role-limits.ts';

/** One mapping that gives a role, whole: limits of two are never mixed. */
export interface MappingChoice {
  readonly reason: Reason;
  readonly limits: DurationLimits;
  /** It has a session policy of its own, so that a request may only append Deny statements. */
  readonly hasSessionPolicy: boolean;
}

/** A role the principal may use, as pages and lists show it, by the mapping that is used unless a request names another. */
export interface Entitlement extends MappingChoice {
  readonly role: Role;
  readonly account: Account;
  readonly chained: boolean;
  /** Further mappings that give the same role; a request may name one. */
  readonly alternatives: readonly MappingChoice[];
}

/** Every role that some mapping gives the principal, in the catalogue's order within each account. */
export function listEntitlements(catalogue: CompiledCatalogue, principal: Principal): Entitlement[] {
  const keys = keysOf(principal);
  const roleIds = new Set(keys.flatMap(({ key }) => [...(catalogue.index.get(key)?.keys() ?? [])]));
  const entitlements: Entitlement[] = [];
  for (const roleId of roleIds) {
    const entry = catalogue.roles.get(roleId);
    const [first, ...others] = applicableMappings(catalogue, principal, keys, roleId);
    if (entry === undefined || first === undefined || !isFor(principal, roleId)) continue;
    const { role, account } = entry;
    const choice = (found: ApplicableMapping): MappingChoice => ({
      reason: reasonOf(found),
      limits: durationLimits(role, found.compiled.mapping, catalogue.credentialSources),
      hasSessionPolicy: hasSessionPolicy(found.compiled),
    });
    entitlements.push({
      ...choice(first),
      role,
      account,
      chained: isChained(role, catalogue.credentialSources),
      alternatives: others.map(choice),
    });
  }
  return entitlements;
}
