/**
 * The catalogue made ready for deciding: references resolved, selectors expanded, mappings indexed by who
 * they speak of, so that a decision costs what the principal's groups cost and nothing for the rest.
 */
import { globOf, matchesGlob } from '../iam/wildcard.ts';
import { administratorProblems } from './administrator-problems.ts';
import { applicationProblems } from './application-problems.ts';
import { registerApplication, type RegisteredApplication } from './application-proofs.ts';
import type { Account, Catalogue, Mapping, Role } from './catalogue.ts';
import {
  connectorProblems,
  duplicateIds,
  lackProblems,
  limitProblems,
  policyProblems,
  roleProblems,
  whoProblems,
  type CatalogueFacts,
  type Problem,
} from './catalogue-problems.ts';
import { knownSecretProblems } from './known-secret-problems.ts';
import type { CredentialSources } from './role-limits.ts';

export interface CatalogueRole {
  readonly role: Role;
  readonly account: Account;
}

/** A mapping with all that it says resolved. */
export interface CompiledMapping {
  readonly mapping: Mapping;
  readonly roleIds: ReadonlySet<string>;
  /** The mapping's inline session policy as JSON text. */
  readonly sessionPolicy: string | undefined;
}

export interface CompiledCatalogue {
  readonly roles: ReadonlyMap<string, CatalogueRole>;
  readonly mappings: ReadonlyMap<string, CompiledMapping>;
  readonly applications: ReadonlyMap<string, RegisteredApplication>;
  readonly credentialSources: CredentialSources;
  /** `whoKey()` -> role id -> mappings. */
  readonly index: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledMapping[]>>;
}

export type Compilation =
  | { readonly catalogue: CompiledCatalogue; readonly problems: readonly [] }
  | { readonly catalogue: undefined; readonly problems: readonly Problem[] };

type WhoKind = 'group' | 'user' | 'attribute' | 'application';

/** Their lengths keep the parts apart whatever they hold. */
export function whoKey(kind: WhoKind, ...parts: readonly string[]): string {
  let key: string = kind;
  for (const part of parts) key += ` ${part.length}:${part}`;
  return key;
}

export function compileCatalogue(catalogue: Catalogue, facts: CatalogueFacts): Compilation {
  const problems: Problem[] = [];
  problems.push(
    ...duplicateIds(catalogue),
    ...connectorProblems(catalogue, facts),
    ...roleProblems(catalogue, facts),
    ...applicationProblems(catalogue, facts),
    ...administratorProblems(catalogue),
    ...knownSecretProblems(catalogue, facts),
  );
  const roles = joinAccounts(catalogue);
  const select = roleSelector(roles);
  const compiled = catalogue.mappings.map((mapping, position) => {
    const result = compileMapping(mapping, { roles, select, facts });
    problems.push(
      ...[...whoProblems(mapping, catalogue), ...result.problems].map((problem) => ({
        ...problem,
        path: ['mappings', position, ...problem.path],
      })),
    );
    return result.compiled;
  });
  if (problems.length > 0) return { catalogue: undefined, problems };
  return {
    catalogue: {
      roles,
      mappings: new Map(compiled.map((each) => [each.mapping.id, each])),
      applications: new Map(catalogue.applications.map((each) => [each.id, registerApplication(each)])),
      credentialSources: facts.credentialSources,
      index: buildIndex(compiled),
    },
    problems: [],
  };
}

function joinAccounts(catalogue: Catalogue): Map<string, CatalogueRole> {
  const accounts = new Map(catalogue.accounts.map((account) => [account.id, account]));
  const roles = new Map<string, CatalogueRole>();
  for (const role of catalogue.roles) {
    const account = accounts.get(role.accountId);
    if (account !== undefined) roles.set(role.id, { role, account });
  }
  return roles;
}

interface MappingWorld {
  readonly roles: ReadonlyMap<string, CatalogueRole>;
  readonly select: (mapping: Mapping) => readonly CatalogueRole[];
  readonly facts: CatalogueFacts;
}

function compileMapping(
  mapping: Mapping,
  { roles, select, facts }: MappingWorld,
): { compiled: CompiledMapping; problems: Problem[] } {
  const problems: Problem[] = [];
  mapping.roles.ids.forEach((id, position) => {
    if (!roles.has(id)) {
      problems.push({
        path: ['roles', 'ids', position],
        message: `there is no role "${id}"; add it under roles`,
      });
    }
  });
  const chosen = select(mapping);
  if (chosen.length === 0 && problems.length === 0) {
    problems.push({
      path: ['roles'],
      message: 'selects no role: give ids, accounts, pattern or tags that match one',
    });
  }
  const sessionPolicy =
    mapping.limits.sessionPolicy === undefined ? undefined : JSON.stringify(mapping.limits.sessionPolicy);
  problems.push(...policyProblems(mapping, sessionPolicy), ...limitProblems(mapping));
  for (const { role } of chosen) problems.push(...lackProblems(mapping, role, facts));
  return {
    compiled: { mapping, roleIds: new Set(chosen.map(({ role }) => role.id)), sessionPolicy },
    problems,
  };
}

/** Chooses a mapping's roles, in the catalogue's order; only patterns and tags look at all of them. */
function roleSelector(roles: ReadonlyMap<string, CatalogueRole>): MappingWorld['select'] {
  const all = [...roles.values()];
  const positions = new Map(all.map((entry, position) => [entry.role.id, position]));
  const ofAccount = new Map<string, CatalogueRole[]>();
  for (const entry of all) {
    const { id } = entry.account;
    ofAccount.set(id, ofAccount.get(id) ?? []);
    ofAccount.get(id)?.push(entry);
  }
  // Many mappings say the same pattern: one for each connector, say.
  const fitting = new Map<string, readonly CatalogueRole[]>();
  const thatFit = (pattern: string): readonly CatalogueRole[] => {
    const glob = globOf(pattern);
    const found = fitting.get(pattern) ?? all.filter(({ role }) => matchesGlob(glob, role.id));
    fitting.set(pattern, found);
    return found;
  };
  return ({ roles: { ids, accounts, pattern, tags } }) => {
    const chosen = new Set<CatalogueRole>();
    for (const id of ids) {
      const entry = roles.get(id);
      if (entry !== undefined) chosen.add(entry);
    }
    for (const id of accounts) for (const entry of ofAccount.get(id) ?? []) chosen.add(entry);
    if (pattern !== undefined) for (const entry of thatFit(pattern)) chosen.add(entry);
    if (tags !== undefined) for (const entry of all) if (hasTags(entry.role, tags)) chosen.add(entry);
    const position = ({ role }: CatalogueRole): number => positions.get(role.id) ?? 0;
    return [...chosen].toSorted((a, b) => position(a) - position(b));
  };
}

function hasTags(role: Role, tags: NonNullable<Mapping['roles']['tags']>): boolean {
  return Object.entries(tags).every(([key, value]) => role.tags[key] === value);
}

/** Where decisions find the mappings. */
export function buildIndex(mappings: readonly CompiledMapping[]): CompiledCatalogue['index'] {
  const index = new Map<string, Map<string, CompiledMapping[]>>();
  for (const compiled of mappings) {
    for (const key of whoKeysOf(compiled.mapping)) {
      const byRole = index.get(key) ?? new Map<string, CompiledMapping[]>();
      index.set(key, byRole);
      for (const roleId of compiled.roleIds) {
        const list = byRole.get(roleId);
        if (list === undefined) byRole.set(roleId, [compiled]);
        else list.push(compiled);
      }
    }
  }
  return index;
}

/** Where a decision will look the mapping up. Conditions beside groups and users are checked when it is found. */
export function whoKeysOf(mapping: Mapping): string[] {
  const keys = mapping.applications.map((id) => whoKey('application', id));
  const { connector } = mapping;
  if (connector === undefined) return keys;
  keys.push(
    ...mapping.groups.map((group) => whoKey('group', connector, group)),
    ...mapping.users.map((subject) => whoKey('user', connector, subject)),
  );
  const [first] = Object.entries(mapping.attributes);
  if (mapping.groups.length + mapping.users.length === 0 && first !== undefined) {
    const [name, values] = first;
    keys.push(...values.map((value) => whoKey('attribute', connector, name, value)));
  }
  return [...new Set(keys)];
}
