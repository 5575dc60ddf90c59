/** What follows from an entry, or is known of it, beside what it says. */
import type { ReadSeenInSignIns } from '../../../broker/seen-in-sign-ins.ts';
import type { CatalogueSide } from '../../../core/authority.ts';
import { roleArnOf, type CatalogueList } from '../../../core/catalogue.ts';
import { durationLimits, supportOf, type DurationLimits } from '../../../core/role-limits.ts';
import { durationInWords } from '../../../lib/duration-in-words.ts';
import { ago } from '../time-words.ts';
import { entryHref } from './list-rows.ts';
import type { FactView } from './views.ts';

export interface FactSources {
  readonly side: CatalogueSide;
  readonly seen: Awaited<ReturnType<ReadSeenInSignIns>>;
  readonly now: Date;
  readonly baseUrl: string;
}

/** As many links as anybody follows. */
const SHOWN = 20;

const FACTS: Partial<Record<CatalogueList, (id: string, sources: FactSources) => FactView[]>> = {
  roles: roleFacts,
  mappings: mappingFacts,
  accounts: accountFacts,
  connectors: connectorFacts,
  applications: applicationFacts,
};

export function factsOf(list: CatalogueList, id: string, sources: FactSources): FactView[] {
  return FACTS[list]?.(id, sources) ?? [];
}

const BECAUSE: Readonly<Record<DurationLimits['because'], string>> = {
  operation: 'AWS allows no more',
  chaining: 'AWS caps chained sessions at one hour',
  role: 'as set below, or an hour where nothing is',
  mapping: 'the mapping’s own limit',
};

const NO_LIMITS = { limits: { managedPolicyArns: [], sessionTags: [] } };

function roleFacts(id: string, { side }: FactSources): FactView[] {
  const entry = side.compiled.roles.get(id);
  if (entry === undefined) return [];
  const { role, account } = entry;
  const { maximumSeconds, because } = durationLimits(role, NO_LIMITS, side.compiled.credentialSources);
  const mappings = [...side.compiled.mappings.values()].filter(({ roleIds }) => roleIds.has(id));
  return [
    { name: 'ARN', values: [{ text: roleArnOf(account, role) }] },
    {
      name: 'In its account',
      values: [
        { text: 'What its account needs, and whether it works', href: `${entryHref('roles', id)}/trust` },
      ],
    },
    { name: 'STS operation', values: [{ text: supportOf(role).operation }] },
    {
      name: 'Longest session',
      values: [{ text: `${durationInWords(maximumSeconds)} (${BECAUSE[because]})` }],
    },
    linksTo(
      'mappings',
      'Given by',
      mappings.map(({ mapping }) => mapping.id),
    ),
  ];
}

function mappingFacts(id: string, { side }: FactSources): FactView[] {
  return [linksTo('roles', 'Gives', [...(side.compiled.mappings.get(id)?.roleIds ?? [])])];
}

function accountFacts(id: string, { side }: FactSources): FactView[] {
  const roles = side.catalogue.roles.filter(({ accountId }) => accountId === id);
  return [
    linksTo(
      'roles',
      'Roles',
      roles.map((role) => role.id),
    ),
  ];
}

function applicationFacts(id: string, { side }: FactSources): FactView[] {
  const mappings = side.catalogue.mappings.filter(({ applications }) => applications.includes(id));
  return [
    linksTo(
      'mappings',
      'Named by',
      mappings.map((mapping) => mapping.id),
    ),
  ];
}

function connectorFacts(id: string, { side, seen, now, baseUrl }: FactSources): FactView[] {
  const connector = side.catalogue.connectors.find((each) => each.id === id);
  if (connector === undefined) return [];
  const addresses =
    connector.kind === 'saml'
      ? [`${baseUrl}/saml/${id}/metadata`, `${baseUrl}/saml/${id}/acs`, `${baseUrl}/saml/${id}/logout`]
      : [`${baseUrl}/oidc/${id}/callback`, `${baseUrl}/oidc/${id}/backchannel-logout`];
  const { people = 0, lastSignInAt, groups = [], attributes = [] } = seen.get(id) ?? {};
  const some = (values: typeof groups): FactView['values'] =>
    values.slice(0, SHOWN).map(({ value, people: count }) => ({ text: `${value} (${count})` }));
  return [
    {
      name: 'How it is',
      values: [
        {
          text: 'Its provider, its certificates, and what arrives',
          href: `${entryHref('connectors', id)}/status`,
        },
      ],
    },
    { name: 'Our addresses', values: addresses.map((text) => ({ text })) },
    { name: 'People who signed in', values: [{ text: String(people) }] },
    {
      name: 'Last sign-in',
      values: [{ text: lastSignInAt === undefined ? 'never' : ago(lastSignInAt, now) }],
    },
    { name: 'Groups that arrived', values: some(groups) },
    { name: 'Attributes that arrived', values: some(attributes) },
  ];
}

function linksTo(list: CatalogueList, name: string, ids: readonly string[]): FactView {
  const more = ids.length - SHOWN;
  const links = ids.slice(0, SHOWN).map((id) => ({ text: id, href: entryHref(list, id) }));
  const rest = more > 0 ? [{ text: `and ${more} more` }] : [];
  return { name, values: ids.length === 0 ? [{ text: 'none' }] : [...links, ...rest] };
}
