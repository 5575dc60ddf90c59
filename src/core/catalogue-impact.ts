/**
 * Whom a change of the catalogue reaches: who gains or loses which role, and for whom a kept role's terms change.
 * Only those are looked at of whom a changed entry speaks; people whom the mappings of the roles in question cannot
 * tell apart are worked out once. Names are kept up to a number, counts are exact.
 */
import {
  applicableMappings,
  keysOf,
  type ApplicableMapping,
  type PrincipalKey,
} from './applicable-mappings.ts';
import { affectedBy, type Affected, type Comparison } from './affected-keys.ts';
import type { CatalogueRole } from './compile-catalogue.ts';
import { principalId, principalLabel, type Who } from './principal.ts';
import { termsChanged, type Term } from './role-terms.ts';

export interface ReachedPrincipal {
  readonly kind: Who['kind'];
  /** `principalId()` */
  readonly id: string;
  readonly label: string;
}

export interface Reached {
  readonly count: number;
  /** The first of them. */
  readonly who: readonly ReachedPrincipal[];
}

export interface RoleImpact {
  readonly roleId: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly gains: Reached;
  readonly loses: Reached;
  /** Who keeps the role on other terms, and which. */
  readonly changes: Reached & { readonly terms: readonly Term[] };
}

export interface CatalogueImpact {
  /** How many are reached in any way. */
  readonly people: number;
  readonly applications: number;
  /** In the new catalogue's order; roles that are gone come last. */
  readonly roles: readonly RoleImpact[];
}

/** Principals of whom every mapping of those roles says the same. */
interface Class {
  readonly principal: Who;
  readonly keys: readonly PrincipalKey[];
  count: number;
  readonly who: ReachedPrincipal[];
}

const NAMES = 20;

export class ImpactCount {
  readonly #comparison: Comparison;
  readonly #names: number;
  readonly #affected: Affected;
  readonly #classes = new Map<string, Class>();

  constructor(comparison: Comparison, { names = NAMES }: { readonly names?: number } = {}) {
    this.#comparison = comparison;
    this.#names = names;
    this.#affected = affectedBy(comparison);
  }

  add(principal: Who): void {
    const all = keysOf(principal);
    if (!all.some(({ key }) => this.#affected.roles.has(key))) return;
    const keys = all.filter(({ key }) => this.#affected.deciding.has(key));
    const signature = this.#signatureOf(principal, keys);
    const known = this.#classes.get(signature) ?? { principal, keys, count: 0, who: [] };
    this.#classes.set(signature, known);
    known.count += 1;
    if (known.who.length < this.#names) {
      known.who.push({ kind: principal.kind, id: principalId(principal), label: principalLabel(principal) });
    }
  }

  /** Yields between pieces of work, so that whoever counts for long can let others have a turn. */
  *count(): Generator<undefined, CatalogueImpact> {
    const roles = new Map<string, RoleCount>();
    const totals = { user: 0, application: 0 };
    for (const each of this.#classes.values()) {
      if (this.#countClass(each, roles)) totals[each.principal.kind] += each.count;
      yield;
    }
    const { before, after } = this.#comparison;
    const order = new Map(
      [...after.roles.keys(), ...before.roles.keys()].toReversed().map((id, at) => [id, -at]),
    );
    const sorted = [...roles].toSorted(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    return {
      people: totals.user,
      applications: totals.application,
      roles: sorted.map(([roleId, count]) =>
        count.impact(roleId, after.roles.get(roleId) ?? before.roles.get(roleId)),
      ),
    };
  }

  #countClass(each: Class, roles: Map<string, RoleCount>): boolean {
    const { before, after } = this.#comparison;
    let isReached = false;
    for (const roleId of this.#rolesFor(each.keys)) {
      const had = applicableMappings(before, each.principal, each.keys, roleId);
      const has = applicableMappings(after, each.principal, each.keys, roleId);
      const effect = this.#effectOf(roleId, had, has);
      if (effect === undefined) continue;
      isReached = true;
      const count = roles.get(roleId) ?? new RoleCount(this.#names);
      roles.set(roleId, count);
      count.add(each, effect);
    }
    return isReached;
  }

  #rolesFor(keys: readonly PrincipalKey[]): ReadonlySet<string> {
    return new Set(keys.flatMap(({ key }) => this.#affected.roles.get(key) ?? []).flatMap((ids) => [...ids]));
  }

  #effectOf(
    roleId: string,
    had: readonly ApplicableMapping[],
    has: readonly ApplicableMapping[],
  ): Effect | undefined {
    if (had.length === 0 || has.length === 0) {
      if (had.length === has.length) return undefined;
      return had.length === 0 ? 'gains' : 'loses';
    }
    const { before, after } = this.#comparison;
    const terms = termsChanged(
      { catalogue: before, roleId, mappings: had },
      { catalogue: after, roleId, mappings: has },
    );
    return terms.length === 0 ? undefined : terms;
  }

  #signatureOf(principal: Who, keys: readonly PrincipalKey[]): string {
    const attributes =
      principal.kind === 'application'
        ? []
        : this.#affected.attributes.map((name) => principal.identity.attributes.get(name) ?? []);
    return JSON.stringify([keys.map(({ key }) => key).toSorted(), attributes]);
  }
}

type Effect = 'gains' | 'loses' | readonly Term[];

/** What becomes of one role. */
class RoleCount {
  readonly #names: number;
  readonly #reached = { gains: emptyReach(), loses: emptyReach(), changes: emptyReach() };
  readonly #terms = new Set<Term>();

  constructor(names: number) {
    this.#names = names;
  }

  add({ count, who }: Class, effect: Effect): void {
    const reached = this.#reached[typeof effect === 'string' ? effect : 'changes'];
    reached.count += count;
    reached.who.push(...who.slice(0, this.#names - reached.who.length));
    if (typeof effect !== 'string') for (const term of effect) this.#terms.add(term);
  }

  impact(roleId: string, entry: CatalogueRole | undefined): RoleImpact {
    const { gains, loses, changes } = this.#reached;
    return {
      roleId,
      accountId: entry?.account.id ?? '',
      accountName: entry?.account.name ?? '',
      gains,
      loses,
      changes: { ...changes, terms: [...this.#terms] },
    };
  }
}

function emptyReach(): { count: number; who: ReachedPrincipal[] } {
  return { count: 0, who: [] };
}
