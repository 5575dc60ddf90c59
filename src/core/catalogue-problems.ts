/**
 * What a catalogue may not say although each entry alone is well-formed: references that lead nowhere, and mappings
 * that ask what a role's grant method lacks. Everything is found when it is loaded, before it is ever used.
 */
import { parsePolicy, PolicySyntaxError } from '../iam/parse-policy.ts';
import { hubsOf, roleArnOf, type Catalogue, type Mapping, type Role } from './catalogue.ts';
import { CHAINED_MAXIMUM_SECONDS } from './grant-methods.ts';
import { mappingReuseProblems, roleReuseProblems } from './reuse-problems.ts';
import { isChained, supportOf, type CredentialSources } from './role-limits.ts';
import { samlSourceProblems } from './saml-source-problems.ts';

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

export function duplicateIds(catalogue: Catalogue): Problem[] {
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

export function connectorProblems(catalogue: Catalogue, facts: CatalogueFacts): Problem[] {
  return catalogue.connectors.flatMap((connector, position) => {
    const problems: Problem[] = [];
    const at = (key: string, message: string): number =>
      problems.push({ path: ['connectors', position, key], message });
    const urls =
      connector.kind === 'saml'
        ? ([
            ['metadataUrl', connector.metadataUrl],
            ['ssoUrl', connector.ssoUrl],
            ['sloUrl', connector.sloUrl],
          ] as const)
        : ([['issuer', connector.issuer]] as const);
    for (const [key, value] of urls) {
      if (value?.startsWith('http:') === true && !facts.allowHttp) {
        at(key, 'use https: http is accepted only while Daypass itself is tried on this machine');
      }
    }
    if (connector.kind === 'saml') {
      for (const { key, message } of samlSourceProblems(connector)) at(key, message);
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

/** Hubs that lead to hubs would be more: nobody gets one. */
const HUB =
  'this is the hub that other roles are reached through, so that whoever got it could use all of them; give people another role';

export function roleProblems(catalogue: Catalogue, facts: CatalogueFacts): Problem[] {
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
  const hubs = hubsOf(catalogue);
  const ofRoles = catalogue.roles.flatMap((role, position) => {
    const problems: Problem[] = [];
    const at = (path: readonly string[], message: string): number =>
      problems.push({ path: ['roles', position, ...path], message });
    const account = accounts.get(role.accountId);
    if (account === undefined) {
      at(['accountId'], `there is no account "${role.accountId}"; add it under accounts`);
    } else if (hubs.has(roleArnOf(account, role))) {
      at(['roleName'], HUB);
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
    for (const { path, message } of roleReuseProblems(role)) at(path.map(String), message);
    return problems;
  });
  return [...ofAccounts, ...ofRoles];
}

export function whoProblemsIn({ connectors, applications }: Catalogue): (mapping: Mapping) => Problem[] {
  const connectorIds = new Set(connectors.map(({ id }) => id));
  const applicationIds = new Set(applications.map(({ id }) => id));
  return (mapping) => whoProblems(mapping, connectorIds, applicationIds);
}

function whoProblems(
  mapping: Mapping,
  connectorIds: ReadonlySet<string>,
  applicationIds: ReadonlySet<string>,
): Problem[] {
  const problems: Problem[] = [];
  const ofPeople = mapping.groups.length + mapping.users.length + Object.keys(mapping.attributes).length;
  if (mapping.applications.length + ofPeople === 0) {
    problems.push({ path: [], message: 'nobody is named: give groups, users, attributes or applications' });
  }
  if (ofPeople > 0 && mapping.connector === undefined) {
    problems.push({ path: ['connector'], message: 'say whose groups, users or attributes these are' });
  }
  if (mapping.connector !== undefined && !connectorIds.has(mapping.connector)) {
    problems.push({
      path: ['connector'],
      message: `there is no connector "${mapping.connector}"; add it under connectors`,
    });
  }
  mapping.applications.forEach((id, position) => {
    if (!applicationIds.has(id)) {
      problems.push({
        path: ['applications', position],
        message: `there is no application "${id}"; add it under applications`,
      });
    }
  });
  return problems;
}

export function policyProblems(mapping: Mapping, sessionPolicy: string | undefined): Problem[] {
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

export function limitProblems({ limits, validFrom, validUntil }: Mapping): Problem[] {
  const { defaultDurationSeconds: preset, maximumDurationSeconds: maximum } = limits;
  const problems: Problem[] = [];
  if (
    validFrom !== undefined &&
    validUntil !== undefined &&
    Date.parse(validFrom) >= Date.parse(validUntil)
  ) {
    problems.push({ path: ['validUntil'], message: 'is not after validFrom' });
  }
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
export function lackProblems(mapping: Mapping, role: Role, facts: CatalogueFacts): Problem[] {
  const support = supportOf(role);
  const { limits } = mapping;
  const lacks = (path: string, what: string): Problem => ({
    path: ['limits', path],
    message: `role "${role.id}" is granted by ${support.operation}, which ${what}`,
  });
  const problems = mappingReuseProblems(mapping, role, facts.credentialSources);
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
