/**
 * A permit to try a role out: the shortest session, which may do nothing at all. It comes from the decision like every
 * other, over a catalogue in which one mapping gives this one role to nobody but the check.
 */
import { mappingSchema, type Mapping } from '../catalogue.ts';
import type { CatalogueRole, CompiledCatalogue } from '../compile-catalogue.ts';
import { whoKey } from '../mapping-index.ts';
import { decideAccess, type Permit } from '../decide-access.ts';
import { BrokerError } from '../errors.ts';
import type { ApplicationPrincipal } from '../principal.ts';
import { supportOf } from '../role-limits.ts';
import { sessionNeedsOf } from './trust-policies.ts';

/** What of the usual request is sent along. */
export interface DryRun {
  readonly tags: boolean;
  readonly sourceIdentity: boolean;
  readonly externalId: boolean;
}

export const WHOLE: DryRun = { tags: true, sourceIdentity: true, externalId: true };

/** As AWS's own logs show it. */
const CHECK: ApplicationPrincipal = {
  kind: 'application',
  id: 'daypass-check',
  name: 'Daypass checks a role',
  standing: { kind: 'access-token', idHash: '' },
};
const DENY_ALL = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
};
const SHORTEST_SECONDS = 900;
const MOST_TAGS = 50;

/** @param mappings those that give the role */
export function dryRunPermit(
  { role, account }: CatalogueRole,
  mappings: readonly Mapping[],
  run: DryRun,
  credentialSources: CompiledCatalogue['credentialSources'],
): Permit {
  const grant = run.externalId ? role.grant : withoutExternalId(role.grant);
  // How a person has to sign in is nothing that AWS asks.
  const checked = { ...role, grant, authentication: undefined, reuse: undefined };
  const needs = sessionNeedsOf(role, mappings);
  const mapping = mappingSchema.parse({
    id: CHECK.id,
    applications: [CHECK.id],
    roles: { ids: [role.id] },
    limits: {
      sessionPolicy: DENY_ALL,
      sessionTags: run.tags ? tagsOf(mappings) : [],
      ...(supportOf(role).sourceIdentity
        ? { sourceIdentity: run.sourceIdentity && needs.sourceIdentity }
        : {}),
    },
  });
  const only = { mapping, roleIds: new Set([role.id]), sessionPolicy: JSON.stringify(DENY_ALL) };
  const decision = decideAccess(
    {
      roles: new Map([[role.id, { role: checked, account }]]),
      mappings: new Map([[mapping.id, only]]),
      applications: new Map(),
      credentialSources,
      index: new Map([[whoKey('application', CHECK.id), new Map([[role.id, [only]]])]]),
    },
    CHECK,
    { roleId: role.id, purpose: 'credentials', durationSeconds: SHORTEST_SECONDS, at: new Date(0) },
  );
  if (!decision.permitted) throw new BrokerError('internal', { detail: `no dry run: ${decision.detail}` });
  return decision;
}

function withoutExternalId(grant: CatalogueRole['role']['grant']): CatalogueRole['role']['grant'] {
  return grant.method === 'assume-role' ? { ...grant, externalId: undefined } : grant;
}

/** The keys that people's sessions have, each once; where an attribute would give the value, one that says what this is. */
function tagsOf(mappings: readonly Mapping[]): object[] {
  const tags = new Map(
    mappings
      .flatMap(({ limits }) => limits.sessionTags)
      .map(({ key, value, transitive }) => [
        key.toLowerCase(),
        { key, value: value ?? CHECK.id, transitive },
      ]),
  );
  return [...tags.values()].slice(0, MOST_TAGS);
}
