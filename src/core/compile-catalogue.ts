/**
 * The catalogue made ready for deciding: references resolved, selectors expanded, mappings indexed by who
 * they speak of, so that a decision costs what the principal's groups cost and nothing for the rest.
 * Everything a mapping asks that cannot be is found here, before it is ever used.
 */
import { parsePolicy, PolicySyntaxError } from '../iam/parse-policy.ts';
import { matchesWildcard } from '../iam/wildcard.ts';
import type { Account, Application, Catalogue, Mapping, Role } from './catalogue.ts';
import { isChained, supportOf, type CredentialSources } from './role-limits.ts';
import { CHAINED_MAXIMUM_SECONDS } from './grant-methods.ts';

/** AWS counts characters of the inline policy and the managed ARNs together. */
export const SESSION_POLICY_MAXIMUM_LENGTH = 2_048;

export interface Problem {
  readonly path: readonly (string | number)[];
  /** What is wrong and what to write instead. */
  readonly message: string;
}

/** What the configuration says that the catalogue depends on. */
export interface CatalogueFacts {
  readonly credentialSources: CredentialSources;
  readonly secretNames: ReadonlySet<string>;
  /** Only while the broker's own base URL is on loopback and it is not in production. */
  readonly allowHttp: boolean;
}

export interface CatalogueRole {
  readonly role: Role;
  readonly account: Account;
}

/** One mapping on one role, with the one thing of the principal that made it apply. */
export interface CompiledMapping {
  readonly mapping: Mapping;
  readonly roleIds: ReadonlySet<string>;
  /** The mapping's inline session policy as JSON text. */
  readonly sessionPolicy: string | undefined;
}

export interface CompiledCatalogue {
  readonly roles: ReadonlyMap<string, CatalogueRole>;
  readonly applications: ReadonlyMap<string, Application>;
  readonly credentialSources: CredentialSources;
  /** `whoKey()` -> role id -> mappings. */
  readonly index: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledMapping[]>>;
}

export type Compilation =
  | { readonly catalogue: CompiledCatalogue; readonly problems: readonly [] }
  | { readonly catalogue: undefined; readonly problems: readonly Problem[] };

type WhoKind = 'group' | 'user' | 'attribute' | 'application';

/** JSON keeps the parts apart whatever they hold. */
export function whoKey(kind: WhoKind, ...parts: readonly string[]): string {
  return JSON.stringify([kind, ...parts]);
}

export function compileCatalogue(catalogue: Catalogue, facts: CatalogueFacts): Compilation {
  const problems: Problem[] = [];
  problems.push(
    ...duplicateIds(catalogue),
    ...connectorProblems(catalogue, facts),
    ...roleProblems(catalogue, facts),
  );
  const roles = joinAccounts(catalogue);
  const compiled = catalogue.mappings.map((mapping, position) => {
    const result = compileMapping(mapping, roles, facts);
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
      applications: new Map(catalogue.applications.map((application) => [application.id, application])),
      credentialSources: facts.credentialSources,
      index: buildIndex(compiled),
    },
    problems: [],
  };
}

function duplicateIds(catalogue: Catalogue): Problem[] {
  const problems: Problem[] = [];
  for (const list of ['connectors', 'accounts', 'roles', 'mappings', 'applications'] as const) {
    const seen = new Set<string>();
    catalogue[list].forEach(({ id }, position) => {
      if (seen.has(id)) {
        problems.push({
          path: [list, position, 'id'],
          message: `"${id}" is there twice; every id is used once`,
        });
      }
      seen.add(id);
    });
  }
  return problems;
}

function connectorProblems(catalogue: Catalogue, facts: CatalogueFacts): Problem[] {
  return catalogue.connectors.flatMap((connector, position) => {
    const problems: Problem[] = [];
    const at = (key: string, message: string): number =>
      problems.push({ path: ['connectors', position, key], message });
    const urls =
      connector.kind === 'saml'
        ? ([
            ['metadataUrl', connector.metadataUrl],
            ['ssoUrl', connector.ssoUrl],
          ] as const)
        : ([['issuer', connector.issuer]] as const);
    for (const [key, value] of urls) {
      if (value?.startsWith('http:') === true && !facts.allowHttp) {
        at(key, 'use https: http is accepted only while Daypass itself is tried on this machine');
      }
    }
    if (connector.kind === 'saml') {
      const byHand = [connector.entityId, connector.ssoUrl, connector.certificates].filter(
        (part) => part !== undefined,
      );
      const complete = connector.metadataUrl === undefined ? byHand.length === 3 : byHand.length === 0;
      if (!complete)
        at('metadataUrl', 'give metadataUrl, or all of entityId, ssoUrl and certificates, but not both');
    } else if (
      connector.clientSecretName !== undefined &&
      !facts.secretNames.has(connector.clientSecretName)
    ) {
      at(
        'clientSecretName',
        `the configuration has no secret "${connector.clientSecretName}"; add it under secrets`,
      );
    }
    return problems;
  });
}

function roleProblems(catalogue: Catalogue, facts: CatalogueFacts): Problem[] {
  const accounts = new Map(catalogue.accounts.map((account) => [account.id, account]));
  const ofAccounts = catalogue.accounts.flatMap((account, position): Problem[] =>
    account.stsEndpoint === 'global' && account.partition !== 'aws'
      ? [
          {
            path: ['accounts', position, 'stsEndpoint'],
            message: 'only the partition aws has a global STS endpoint; write regional',
          },
        ]
      : [],
  );
  const ofRoles = catalogue.roles.flatMap((role, position) => {
    const problems: Problem[] = [];
    const at = (path: readonly string[], message: string): number =>
      problems.push({ path: ['roles', position, ...path], message });
    if (!accounts.has(role.accountId)) {
      at(['accountId'], `there is no account "${role.accountId}"; add it under accounts`);
    }
    if ('credentialSource' in role.grant && !facts.credentialSources.has(role.grant.credentialSource)) {
      at(
        ['grant', 'credentialSource'],
        `the configuration has no credential source "${role.grant.credentialSource}"; add it under credentialSources`,
      );
    }
    const maximum = supportOf(role).maximumSeconds;
    if (role.maximumDurationSeconds !== undefined && role.maximumDurationSeconds > maximum) {
      at(['maximumDurationSeconds'], `${role.grant.method} gives ${maximum} seconds at most`);
    }
    return problems;
  });
  return [...ofAccounts, ...ofRoles];
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

function whoProblems(mapping: Mapping, catalogue: Catalogue): Problem[] {
  const problems: Problem[] = [];
  const ofPeople = mapping.groups.length + mapping.users.length + Object.keys(mapping.attributes).length;
  if (mapping.applications.length + ofPeople === 0) {
    problems.push({ path: [], message: 'nobody is named: give groups, users, attributes or applications' });
  }
  if (ofPeople > 0 && mapping.connector === undefined) {
    problems.push({ path: ['connector'], message: 'say whose groups, users or attributes these are' });
  }
  if (mapping.connector !== undefined && !catalogue.connectors.some(({ id }) => id === mapping.connector)) {
    problems.push({
      path: ['connector'],
      message: `there is no connector "${mapping.connector}"; add it under connectors`,
    });
  }
  mapping.applications.forEach((id, position) => {
    if (!catalogue.applications.some((application) => application.id === id)) {
      problems.push({
        path: ['applications', position],
        message: `there is no application "${id}"; add it under applications`,
      });
    }
  });
  return problems;
}

function compileMapping(
  mapping: Mapping,
  roles: ReadonlyMap<string, CatalogueRole>,
  facts: CatalogueFacts,
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
  const chosen = [...roles.values()].filter((entry) => selects(mapping, entry));
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

function selects({ roles }: Mapping, { role, account }: CatalogueRole): boolean {
  const { pattern, tags } = roles;
  return (
    roles.ids.includes(role.id) ||
    roles.accounts.includes(account.id) ||
    (pattern !== undefined && matchesWildcard(pattern, role.id)) ||
    (tags !== undefined && Object.entries(tags).every(([key, value]) => role.tags[key] === value))
  );
}

function policyProblems(mapping: Mapping, sessionPolicy: string | undefined): Problem[] {
  if (sessionPolicy === undefined) return [];
  const path = ['limits', 'sessionPolicy'];
  const length =
    sessionPolicy.length + mapping.limits.managedPolicyArns.reduce((sum, arn) => sum + arn.length, 0);
  if (length > SESSION_POLICY_MAXIMUM_LENGTH) {
    return [
      {
        path,
        message: `with the managed policies' ARNs it has ${length} characters; STS takes ${SESSION_POLICY_MAXIMUM_LENGTH}`,
      },
    ];
  }
  try {
    parsePolicy(sessionPolicy, 'session');
    return [];
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    return [{ path, message: error.message }];
  }
}

function limitProblems({ limits }: Mapping): Problem[] {
  const { defaultDurationSeconds: preset, maximumDurationSeconds: maximum } = limits;
  const problems: Problem[] = [];
  if (preset !== undefined && maximum !== undefined && preset > maximum) {
    problems.push({
      path: ['limits', 'defaultDurationSeconds'],
      message: 'is more than maximumDurationSeconds',
    });
  }
  const keys = limits.sessionTags.map(({ key }) => key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    problems.push({
      path: ['limits', 'sessionTags'],
      message: 'one key is there twice; AWS takes keys without regard to case',
    });
  }
  return problems;
}

/** What the mapping asks and the role's grant method does not have. */
function lackProblems(mapping: Mapping, role: Role, facts: CatalogueFacts): Problem[] {
  const support = supportOf(role);
  const { limits } = mapping;
  const lacks = (path: string, what: string): Problem => ({
    path: ['limits', path],
    message: `role "${role.id}" is granted by ${support.operation}, which ${what}`,
  });
  const problems: Problem[] = [];
  const hasPolicy = limits.sessionPolicy !== undefined || limits.managedPolicyArns.length > 0;
  if (support.sessionPolicy === 'none' && hasPolicy) {
    problems.push(
      lacks(
        limits.sessionPolicy === undefined ? 'managedPolicyArns' : 'sessionPolicy',
        'takes no session policy',
      ),
    );
  }
  if (support.sessionPolicy === 'required' && !hasPolicy) {
    problems.push(
      lacks(
        'sessionPolicy',
        'Daypass uses only with a session policy: give sessionPolicy or managedPolicyArns',
      ),
    );
  }
  if (!support.sessionTags && limits.sessionTags.length > 0)
    problems.push(lacks('sessionTags', 'takes no session tags here'));
  const { method } = role.grant;
  if (method === 'get-federation-token' && limits.sessionTags.some(({ transitive }) => transitive)) {
    problems.push(lacks('sessionTags', 'has no transitive tags'));
  }
  if (!support.sourceIdentity && limits.sourceIdentity === true) {
    problems.push(lacks('sourceIdentity', 'takes no source identity here'));
  }
  const ceiling = isChained(role, facts.credentialSources) ? CHAINED_MAXIMUM_SECONDS : support.maximumSeconds;
  for (const key of ['maximumDurationSeconds', 'defaultDurationSeconds'] as const) {
    const asked = limits[key];
    if (asked !== undefined && asked > ceiling) {
      const why =
        ceiling === CHAINED_MAXIMUM_SECONDS
          ? 'lasts an hour at most when chained'
          : `lasts ${ceiling} seconds at most`;
      problems.push(lacks(key, why));
    }
  }
  const passesThrough = method === 'assume-role-with-web-identity' && role.grant.token === 'user';
  if (passesThrough && mapping.applications.length > 0) {
    problems.push({
      path: ['applications'],
      message: `role "${role.id}" passes on a person's own ID token; applications have none`,
    });
  }
  return problems;
}

function buildIndex(mappings: readonly CompiledMapping[]): CompiledCatalogue['index'] {
  const index = new Map<string, Map<string, CompiledMapping[]>>();
  for (const compiled of mappings) {
    for (const key of keysOf(compiled.mapping)) {
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
function keysOf(mapping: Mapping): string[] {
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
