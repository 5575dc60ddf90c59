/**
 * The decision: may this principal use this role, within which limits, and why. Pure: the same catalogue,
 * principal and request always give the same answer. Nothing else can make a Permit, and a grant method
 * takes nothing but a Permit.
 */
import { parsePolicy, PolicySyntaxError } from '../iam/parse-policy.ts';
import { roleArnOf, type Account, type Mapping, type Role } from './catalogue.ts';
import {
  SESSION_POLICY_MAXIMUM_LENGTH,
  whoKey,
  type CatalogueRole,
  type CompiledCatalogue,
  type CompiledMapping,
} from './compile-catalogue.ts';
import { BrokerError, type ErrorCode } from './errors.ts';
import type { GrantSupport } from './grant-methods.ts';
import type { Principal } from './principal.ts';
import type { SessionTag } from './ports/signer.ts';
import { durationLimits, isChained, supportOf, type DurationLimits } from './role-limits.ts';
import { sessionName } from './session-name.ts';

export interface AccessRequest {
  readonly roleId: string;
  /** Picks one of several mappings that give the role. */
  readonly mappingId?: string;
  readonly durationSeconds?: number;
  /** An IAM policy document as JSON text. It can only narrow. */
  readonly sessionPolicy?: string;
  readonly purpose: 'console' | 'credentials';
}

/** Why a principal has a role: which mapping, and through what of theirs. */
export interface Reason {
  readonly mappingId: string;
  readonly through: 'group' | 'user' | 'attribute' | 'application';
  /** The group, subject, `name=value` or application id, exactly as it arrived. */
  readonly value: string;
}

interface PermitFields {
  readonly principal: Principal;
  readonly account: Account;
  readonly role: Role;
  readonly reason: Reason;
  readonly durationSeconds: number;
  /** Got with another session's credentials: an hour at most, and no choice of the console session's length. */
  readonly chained: boolean;
  /** RoleSessionName, or GetFederationToken's Name; undefined where the operation has none. */
  readonly sessionName: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** JSON text, ready for STS. */
  readonly sessionPolicy: string | undefined;
  readonly managedPolicyArns: readonly string[];
  readonly sessionTags: readonly SessionTag[];
}

/** Not exported as a value, and nominal through its private member: a Permit comes from `decideAccess` or not at all. */
class PermitOfDecision implements PermitFields {
  readonly #permitted = true;
  readonly principal: Principal;
  readonly account: Account;
  readonly role: Role;
  readonly reason: Reason;
  readonly durationSeconds: number;
  readonly chained: boolean;
  readonly sessionName: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly sessionPolicy: string | undefined;
  readonly managedPolicyArns: readonly string[];
  readonly sessionTags: readonly SessionTag[];

  constructor(fields: PermitFields) {
    this.principal = fields.principal;
    this.account = fields.account;
    this.role = fields.role;
    this.reason = fields.reason;
    this.durationSeconds = fields.durationSeconds;
    this.chained = fields.chained;
    this.sessionName = fields.sessionName;
    this.sourceIdentity = fields.sourceIdentity;
    this.sessionPolicy = fields.sessionPolicy;
    this.managedPolicyArns = fields.managedPolicyArns;
    this.sessionTags = fields.sessionTags;
  }

  get permitted(): true {
    return this.#permitted;
  }

  get roleArn(): string {
    return roleArnOf(this.account, this.role);
  }
}

export type Permit = PermitOfDecision;

/** A refusal, with the code that leaves and the detail that stays in the audit record. */
export interface Denial {
  readonly permitted: false;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly detail: string;
}

export function denialError(denial: Denial): BrokerError {
  return new BrokerError(denial.code, {
    detail: denial.detail,
    ...(denial.hint === undefined ? {} : { hint: denial.hint }),
  });
}

export function decideAccess(
  catalogue: CompiledCatalogue,
  principal: Principal,
  request: AccessRequest,
): Permit | Denial {
  const entry = catalogue.roles.get(request.roleId);
  const found = entry === undefined ? [] : applicable(catalogue, principal, request.roleId);
  const [first] = found;
  // The same answer for a role that does not exist and one that is somebody else's.
  if (entry === undefined || first === undefined) {
    return deny('role.not_found', entry === undefined ? 'no such role' : 'no mapping applies');
  }
  const services = entry.role.reservedForServices;
  if (services.length > 0) {
    return deny('role.reserved_for_service', `only ${services.join(', ')} may assume it`, {
      hint: `This role is for ${services.join(' and ')}. Its trust policy names no person, so AWS would refuse you as well.`,
    });
  }
  const chosen =
    request.mappingId === undefined
      ? first
      : found.find(({ compiled }) => compiled.mapping.id === request.mappingId);
  if (chosen === undefined)
    return deny('mapping.not_found', `mapping ${request.mappingId ?? ''} does not apply`);
  return withinLimits({ catalogue, principal, request, entry, chosen });
}

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
  const roleIds = new Set(
    keysOf(principal).flatMap(({ key }) => [...(catalogue.index.get(key)?.keys() ?? [])]),
  );
  const entitlements: Entitlement[] = [];
  for (const roleId of roleIds) {
    const entry = catalogue.roles.get(roleId);
    const [first, ...others] = applicable(catalogue, principal, roleId);
    if (entry === undefined || first === undefined) continue;
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

interface PrincipalKey {
  readonly key: string;
  readonly through: Reason['through'];
  readonly value: string;
}

interface ApplicableMapping {
  readonly compiled: CompiledMapping;
  readonly through: Reason['through'];
  readonly value: string;
}

function keysOf(principal: Principal): PrincipalKey[] {
  if (principal.kind === 'application') {
    return [{ key: whoKey('application', principal.id), through: 'application', value: principal.id }];
  }
  const { connectorId, subject, groups, attributes } = principal.identity;
  const keys: PrincipalKey[] = [
    { key: whoKey('user', connectorId, subject), through: 'user', value: subject },
  ];
  for (const group of new Set(groups))
    keys.push({ key: whoKey('group', connectorId, group), through: 'group', value: group });
  for (const [name, values] of attributes) {
    for (const value of new Set(values)) {
      keys.push({
        key: whoKey('attribute', connectorId, name, value),
        through: 'attribute',
        value: `${name}=${value}`,
      });
    }
  }
  return keys;
}

/** The mappings that give the role, best first, each once. */
function applicable(catalogue: CompiledCatalogue, principal: Principal, roleId: string): ApplicableMapping[] {
  const found = new Map<string, ApplicableMapping>();
  for (const { key, through, value } of keysOf(principal)) {
    for (const compiled of catalogue.index.get(key)?.get(roleId) ?? []) {
      const { mapping } = compiled;
      if (!found.has(mapping.id) && conditionsHold(mapping, principal))
        found.set(mapping.id, { compiled, through, value });
    }
  }
  return [...found.values()].toSorted((a, b) => byOrder(a.compiled.mapping, b.compiled.mapping));
}

function byOrder(a: Mapping, b: Mapping): number {
  if (a.order !== b.order) return a.order - b.order;
  return a.id < b.id ? -1 : 1;
}

function conditionsHold(mapping: Mapping, principal: Principal): boolean {
  if (principal.kind === 'application') return true;
  return Object.entries(mapping.attributes).every(([name, accepted]) =>
    (principal.identity.attributes.get(name) ?? []).some((value) => accepted.includes(value)),
  );
}

function reasonOf({ compiled, through, value }: ApplicableMapping): Reason {
  return { mappingId: compiled.mapping.id, through, value };
}

function deny(code: ErrorCode, detail: string, options: { readonly hint?: string } = {}): Denial {
  return { permitted: false, code, detail, ...options };
}

interface Chosen {
  readonly catalogue: CompiledCatalogue;
  readonly principal: Principal;
  readonly request: AccessRequest;
  readonly entry: CatalogueRole;
  readonly chosen: ApplicableMapping;
}

function withinLimits({ catalogue, principal, request, entry, chosen }: Chosen): Permit | Denial {
  const { role, account } = entry;
  const { mapping } = chosen.compiled;
  const support = supportOf(role);
  if (request.purpose === 'console' && support.console === 'never') {
    return deny('console.unsupported', `${support.operation} credentials cannot sign in to the console`);
  }
  const limits = durationLimits(role, mapping, catalogue.credentialSources);
  const durationSeconds = request.durationSeconds ?? limits.defaultSeconds;
  const durationDenial = outside(durationSeconds, limits);
  if (durationDenial !== undefined) return durationDenial;

  const policy = narrowed(chosen.compiled, role, request.sessionPolicy);
  if (policy.denial !== undefined) return policy.denial;
  const tags = sessionTags(mapping, principal);
  if (tags.denial !== undefined) return tags.denial;

  return new PermitOfDecision({
    principal,
    account,
    role,
    reason: reasonOf(chosen),
    durationSeconds,
    chained: isChained(role, catalogue.credentialSources),
    ...namesOf(principal, mapping, support),
    sessionPolicy: policy.sessionPolicy,
    managedPolicyArns: mapping.limits.managedPolicyArns,
    sessionTags: tags.sessionTags,
  });
}

type Names = Pick<PermitFields, 'sessionName' | 'sourceIdentity'>;

function namesOf(principal: Principal, { limits }: Mapping, support: GrantSupport): Names {
  if (support.sessionName === undefined) return { sessionName: undefined, sourceIdentity: undefined };
  const name = sessionName(principal, support.sessionName.maximumLength);
  // Every operation that takes a source identity takes a name of the same length.
  const setsSourceIdentity = support.sourceIdentity && limits.sourceIdentity !== false;
  return { sessionName: name, sourceIdentity: setsSourceIdentity ? name : undefined };
}

const BECAUSE: Readonly<Record<DurationLimits['because'], string>> = {
  operation: 'AWS allows no more',
  chaining: 'AWS caps chained role sessions at one hour',
  role: 'the role’s own maximum',
  mapping: 'the mapping’s maximum',
};

function outside(seconds: number, limits: DurationLimits): Denial | undefined {
  if (Number.isInteger(seconds) && seconds >= limits.minimumSeconds && seconds <= limits.maximumSeconds)
    return undefined;
  const range = `${limits.minimumSeconds} to ${limits.maximumSeconds} seconds`;
  return deny('duration', `${seconds} is outside ${range}`, {
    hint: `Ask for ${range} (${BECAUSE[limits.because]}).`,
  });
}

type PolicyOutcome =
  { readonly denial: Denial } | { readonly denial: undefined; readonly sessionPolicy: string | undefined };

/**
 * The mapping's policy, or the request's where the mapping has none, or the mapping's with the request's Deny
 * statements behind it. Managed policies count as the mapping having one: AWS adds an inline session policy
 * to the managed ones before it intersects them with the role, so that anything but Deny could widen.
 */
function narrowed(compiled: CompiledMapping, role: Role, asked: string | undefined): PolicyOutcome {
  const { sessionPolicy: own, mapping } = compiled;
  const support = supportOf(role);
  const hasOwn = hasSessionPolicy(compiled);
  if (asked === undefined) {
    const missing = support.sessionPolicy === 'required' && !hasOwn;
    return missing
      ? { denial: deny('session_policy.required', 'the mapping has none') }
      : { denial: undefined, sessionPolicy: own };
  }
  if (support.sessionPolicy === 'none')
    return { denial: deny('session_policy.unsupported', support.operation) };
  const statements = statementsOf(asked);
  if (statements === undefined) return { denial: deny('session_policy.malformed', 'not a session policy') };
  if (hasOwn && !statements.every((statement) => statement['Effect'] === 'Deny')) {
    return {
      denial: deny(
        'session_policy.not_narrowing',
        'the mapping has a policy and the request allows something',
      ),
    };
  }
  const merged = own === undefined ? asked : JSON.stringify(appended(own, statements));
  const length = merged.length + mapping.limits.managedPolicyArns.reduce((sum, arn) => sum + arn.length, 0);
  if (length > SESSION_POLICY_MAXIMUM_LENGTH) {
    return {
      denial: deny('session_policy.malformed', `${length} characters`, {
        hint: `The session policy is too long: ${length} of ${SESSION_POLICY_MAXIMUM_LENGTH} characters.`,
      }),
    };
  }
  return { denial: undefined, sessionPolicy: merged };
}

function hasSessionPolicy({ sessionPolicy, mapping }: CompiledMapping): boolean {
  return sessionPolicy !== undefined || mapping.limits.managedPolicyArns.length > 0;
}

type PolicyStatement = Readonly<Record<string, unknown>>;

function statementsOf(text: string): readonly PolicyStatement[] | undefined {
  try {
    parsePolicy(text, 'session');
  } catch (error) {
    if (error instanceof PolicySyntaxError) return undefined;
    throw error;
  }
  const { Statement: statement } = JSON.parse(text) as { Statement: PolicyStatement | PolicyStatement[] };
  return Array.isArray(statement) ? statement : [statement];
}

function appended(own: string, denials: readonly PolicyStatement[]): object {
  const document = JSON.parse(own) as { Statement: PolicyStatement | PolicyStatement[] };
  const mine = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return { ...document, Statement: [...mine, ...denials] };
}

type TagOutcome =
  { readonly denial: Denial } | { readonly denial: undefined; readonly sessionTags: readonly SessionTag[] };

/** A tag that decides access in AWS must be exactly one value that was really sent; a missing one is not guessed. */
function sessionTags(mapping: Mapping, principal: Principal): TagOutcome {
  const tags: SessionTag[] = [];
  for (const { key, value: fixed, fromAttribute, transitive } of mapping.limits.sessionTags) {
    const values = fixed === undefined ? attributeValues(principal, fromAttribute) : [fixed];
    const [value] = values;
    if (value === undefined || values.length > 1 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) {
      const hint = `Your identity must bring the attribute “${fromAttribute ?? key}” with exactly one value that AWS accepts as a tag.`;
      return { denial: deny('session_tag.missing', `tag ${key} has ${values.length} values`, { hint }) };
    }
    tags.push({ key, value, transitive });
  }
  return { denial: undefined, sessionTags: tags };
}

function attributeValues(principal: Principal, name: string | undefined): readonly string[] {
  if (principal.kind === 'application' || name === undefined) return [];
  return principal.identity.attributes.get(name) ?? [];
}
