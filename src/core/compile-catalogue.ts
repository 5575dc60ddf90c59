/**
 * The catalogue made ready for deciding: references resolved, selectors expanded, mappings indexed by who
 * they speak of, so that a decision costs what the principal's groups cost and nothing for the rest.
 */
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
  whoProblemsIn,
  type CatalogueFacts,
  type Problem,
} from './catalogue-problems.ts';
import { knownSecretProblems } from './known-secret-problems.ts';
import { keepsOrder, keptMappings } from './kept-mappings.ts';
import { buildIndex, changeIndex } from './mapping-index.ts';
import type { CredentialSources } from './role-limits.ts';
import { roleSelector, type SelectRoles } from './select-roles.ts';

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

/**
 * @param known compiled of the same facts: what the catalogue has in common with it, the very same entries, is taken
 * over. The outcome is as without.
 */
export function compileCatalogue(
  catalogue: Catalogue,
  facts: CatalogueFacts,
  known?: CompiledCatalogue,
): Compilation {
  const problems: Problem[] = [];
  problems.push(
    ...duplicateIds(catalogue),
    ...connectorProblems(catalogue, facts),
    ...roleProblems(catalogue, facts),
    ...applicationProblems(catalogue, facts),
    ...administratorProblems(catalogue),
    ...knownSecretProblems(catalogue, facts),
  );
  const roles = joinAccounts(catalogue, known?.roles);
  const world: MappingWorld = { roles, select: roleSelector(roles), facts };
  const findWhoProblems = whoProblemsIn(catalogue);
  const keptFor = known === undefined ? undefined : keptMappings(known, roles);
  const compiled = catalogue.mappings.map((mapping, position) => {
    const kept = keptFor?.(mapping);
    const result = kept === undefined ? compileMapping(mapping, world) : { compiled: kept, problems: [] };
    for (const problem of [...findWhoProblems(mapping), ...result.problems])
      problems.push({ ...problem, path: ['mappings', position, ...problem.path] });
    return result.compiled;
  });
  if (problems.length > 0) return { catalogue: undefined, problems };
  return {
    catalogue: {
      roles,
      mappings: new Map(compiled.map((each) => [each.mapping.id, each])),
      applications: new Map(catalogue.applications.map((each) => [each.id, registerApplication(each)])),
      credentialSources: facts.credentialSources,
      index: indexOf(compiled, known),
    },
    problems: [],
  };
}

function joinAccounts(
  catalogue: Catalogue,
  known: CompiledCatalogue['roles'] | undefined,
): Map<string, CatalogueRole> {
  const accounts = new Map(catalogue.accounts.map((account) => [account.id, account]));
  const roles = new Map<string, CatalogueRole>();
  for (const role of catalogue.roles) {
    const account = accounts.get(role.accountId);
    if (account === undefined) continue;
    const kept = known?.get(role.id);
    roles.set(role.id, kept?.role === role && kept.account === account ? kept : { role, account });
  }
  return roles;
}

function indexOf(
  all: readonly CompiledMapping[],
  known: CompiledCatalogue | undefined,
): CompiledCatalogue['index'] {
  if (known === undefined || !keepsOrder(known.mappings, all)) return buildIndex(all);
  const here = new Set(all);
  return changeIndex(known.index, {
    gone: [...known.mappings.values()].filter((each) => !here.has(each)),
    come: all.filter((each) => known.mappings.get(each.mapping.id) !== each),
    all,
  });
}

interface MappingWorld {
  readonly roles: ReadonlyMap<string, CatalogueRole>;
  readonly select: SelectRoles;
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
