/** What the owner of a role's account has to set up, worked out from the catalogue and from who is who. */
import { applicableMappings, keysOf } from '../core/applicable-mappings.ts';
import type { Account, Catalogue, Mapping, Role } from '../core/catalogue.ts';
import { BrokerError } from '../core/errors.ts';
import { onboardingOf, type Onboarding } from '../core/onboarding/onboarding.ts';
import type { Existing } from '../core/onboarding/print-cli.ts';
import { printOnboarding, rolesLike, type PrintedOnboarding } from '../core/onboarding/print-onboarding.ts';
import type { TrustedIssuer } from '../core/onboarding/trust-policies.ts';
import type { PeopleStore } from '../core/ports/people.ts';
import type { PublishedKeys } from '../core/ports/signer.ts';
import type { SourcePrincipals } from '../core/ports/source-principals.ts';
import type { Administrators, Asker } from './administrators.ts';
import type { CurrentCatalogue } from './catalogue-source.ts';

export interface RoleOnboarding extends PrintedOnboarding, Pick<Onboarding, 'notes'> {
  /** Of the catalogue that it follows from. */
  readonly version: number;
  readonly role: Role;
  readonly account: Account;
}

/** @throws BrokerError `administration.forbidden`, `request.not_found`, and `broker.credentials`, `sts.*` where its credential source cannot say who it is */
export type OnboardRole = (asker: Asker, roleId: string, existing: Existing) => Promise<RoleOnboarding>;

export interface OnboardRoleDependencies {
  readonly administrators: Pick<Administrators, 'admit'>;
  readonly people: Pick<PeopleStore, 'pages'>;
  readonly sourcePrincipals: SourcePrincipals;
  readonly publishedKeys: Pick<PublishedKeys, 'samlMetadata'>;
  readonly baseUrl: string;
}

export function createOnboardRole(dependencies: OnboardRoleDependencies): OnboardRole {
  return async (asker, roleId, existing) => {
    const { current } = await dependencies.administrators.admit(asker);
    const { role, account } = roleIn(current, roleId);
    const onboarding = await onboardingFor(current, roleId, dependencies);
    const members = rolesLike(current.catalogue, role, account);
    return {
      version: current.version,
      role,
      account,
      notes: onboarding.notes,
      ...printOnboarding(onboarding, { role, account, existing, members }),
    };
  };
}

/** @throws BrokerError `request.not_found` */
export function roleIn(
  { compiled }: Pick<CurrentCatalogue, 'compiled'>,
  roleId: string,
): { readonly role: Role; readonly account: Account } {
  const entry = compiled.roles.get(roleId);
  if (entry === undefined) throw new BrokerError('request.not_found', { hint: 'There is no such role.' });
  return entry;
}

export async function onboardingFor(
  current: CurrentCatalogue,
  roleId: string,
  { people, sourcePrincipals, publishedKeys, baseUrl }: Omit<OnboardRoleDependencies, 'administrators'>,
): Promise<Onboarding> {
  const { role, account } = roleIn(current, roleId);
  const { grant } = role;
  const mappings = mappingsOf(current, roleId);
  const signs = 'credentialSource' in grant && grant.method !== 'get-session-token';
  const isReserved = role.reservedForServices.length > 0;
  const passesThrough = grant.method === 'assume-role-with-web-identity' && grant.token === 'user';
  return onboardingOf({
    account,
    role,
    mappings,
    issuer: `${baseUrl}/aws`,
    samlMetadata: await publishedKeys.samlMetadata(),
    trustedIssuers: passesThrough ? await trustedIssuers(current, { role, mappings, people }) : [],
    ...(signs && !isReserved
      ? { signerArn: await sourcePrincipals.arnOf(grant.credentialSource, account) }
      : {}),
  });
}

export function mappingsOf({ compiled }: Pick<CurrentCatalogue, 'compiled'>, roleId: string): Mapping[] {
  return [...compiled.mappings.values()]
    .filter(({ roleIds }) => roleIds.has(roleId))
    .map(({ mapping }) => mapping);
}

interface OwnTokens {
  readonly role: Role;
  readonly mappings: readonly Mapping[];
  readonly people: Pick<PeopleStore, 'pages'>;
}

/** OpenID connectors whose people may use the role: those named, and those known, as they last signed in. */
async function trustedIssuers(
  { compiled, catalogue }: CurrentCatalogue,
  { role, mappings, people }: OwnTokens,
): Promise<TrustedIssuer[]> {
  const connectors = openidConnectors(catalogue, mappings);
  if (connectors.length === 0) return [];
  const subjects = new Map(connectors.map(({ id }) => [id, new Set<string>()]));
  for (const { connector = '', users, attributes } of mappings) {
    if (Object.keys(attributes).length > 0) continue;
    for (const user of users) subjects.get(connector)?.add(user);
  }
  for await (const page of people.pages()) {
    for (const { identity } of page) {
      const who = { kind: 'user', identity } as const;
      const named = subjects.get(identity.connectorId);
      if (named === undefined) continue;
      const may = applicableMappings(compiled, who, keysOf(who), role.id).length > 0;
      if (may) named.add(identity.subject);
    }
  }
  return connectors.map(({ id, issuer, clientId }) => ({
    issuer,
    clientId,
    subjects: [...(subjects.get(id) ?? [])].toSorted(),
  }));
}

type OpenidConnector = Extract<Catalogue['connectors'][number], { kind: 'oidc' }>;

function openidConnectors({ connectors }: Catalogue, mappings: readonly Mapping[]): OpenidConnector[] {
  const named = new Set(mappings.map(({ connector }) => connector));
  return connectors.filter((each): each is OpenidConnector => each.kind === 'oidc' && named.has(each.id));
}
