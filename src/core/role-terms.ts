/** On what terms somebody has a role, as far as a change of the catalogue can make them other ones. */
import type { ApplicableMapping } from './applicable-mappings.ts';
import type { CatalogueRole, CompiledCatalogue, CompiledMapping } from './compile-catalogue.ts';
import { durationLimits } from './role-limits.ts';

export const TERMS = [
  'mappings',
  'duration',
  'session policy',
  'session tags',
  'source identity',
  'sign-in',
  'grant',
  'reuse',
  'reserved for services',
] as const;
export type Term = (typeof TERMS)[number];

/** One principal's mappings for one role, best first. */
export interface RoleTerms {
  readonly catalogue: CompiledCatalogue;
  readonly roleId: string;
  readonly mappings: readonly ApplicableMapping[];
}

export function termsChanged(before: RoleTerms, after: RoleTerms): Term[] {
  const [old, now] = [termsOf(before), termsOf(after)];
  const terms = new Set<Term>();
  for (const [name, value] of old) {
    // A mapping that is there on one side alone shows in `mappings`.
    if (now.has(name) && now.get(name) !== value) terms.add(name.slice(name.indexOf(' ') + 1) as Term);
  }
  return [...terms];
}

/** Each term as text under its mapping's id, or under none for what the role itself says. */
function termsOf({ catalogue, roleId, mappings }: RoleTerms): ReadonlyMap<string, string> {
  const entry = catalogue.roles.get(roleId);
  if (entry === undefined) return new Map();
  const texts = new Map<string, string>();
  const add = (owner: string, terms: Partial<Record<Term, unknown>>): void => {
    for (const [term, value] of Object.entries(terms))
      texts.set(`${owner} ${term}`, JSON.stringify(value ?? null));
  };
  add('', { ...ofRole(entry), mappings: mappings.map(({ compiled }) => compiled.mapping.id) });
  for (const { compiled } of mappings) add(compiled.mapping.id, ofMapping(catalogue, entry, compiled));
  return texts;
}

/** All that one mapping says of one role, and the role itself. */
export function termsUnder(
  catalogue: CompiledCatalogue,
  entry: CatalogueRole,
  mapping: CompiledMapping,
): Partial<Record<Term, unknown>> {
  return { ...ofRole(entry), ...ofMapping(catalogue, entry, mapping) };
}

function ofRole({ role, account }: CatalogueRole): Partial<Record<Term, unknown>> {
  return {
    'sign-in': role.authentication,
    grant: [role.grant, role.roleName, account.id, account.partition],
    reuse: role.reuse,
    'reserved for services': role.reservedForServices,
  };
}

function ofMapping(
  { credentialSources }: CompiledCatalogue,
  { role }: CatalogueRole,
  { mapping, sessionPolicy }: CompiledMapping,
): Partial<Record<Term, unknown>> {
  const { managedPolicyArns, sessionTags, sourceIdentity } = mapping.limits;
  const { minimumSeconds, defaultSeconds, maximumSeconds } = durationLimits(role, mapping, credentialSources);
  return {
    duration: [minimumSeconds, defaultSeconds, maximumSeconds],
    'session policy': [sessionPolicy, managedPolicyArns],
    'session tags': sessionTags,
    'source identity': sourceIdentity,
  };
}
