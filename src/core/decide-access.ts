/**
 * The decision: may this principal use this role, within which limits, and why. Pure: the same catalogue,
 * principal and request always give the same answer. Nothing else can make a Permit, and a grant method
 * takes nothing but a Permit.
 */
import {
  applicableMappings,
  keysOf,
  reasonOf,
  type ApplicableMapping,
  type Reason,
} from './applicable-mappings.ts';
import { roleArnOf, type Account, type Mapping, type Role } from './catalogue.ts';
import type { CatalogueRole, CompiledCatalogue } from './compile-catalogue.ts';
import { deny, type Denial } from './denial.ts';
import type { GrantSupport } from './grant-methods.ts';
import { narrowSessionPolicy } from './narrow-session-policy.ts';
import type { SessionTag } from './ports/signer.ts';
import { isFor, type Principal } from './principal.ts';
import { refuseAuthentication } from './required-authentication.ts';
import { durationLimits, isChained, supportOf, type DurationLimits } from './role-limits.ts';
import { sessionName } from './session-name.ts';
import { sessionTagsOf } from './session-tags.ts';

export interface AccessRequest {
  readonly roleId: string;
  /** Picks one of several mappings that give the role. */
  readonly mappingId?: string;
  readonly durationSeconds?: number;
  /** An IAM policy document as JSON text. It can only narrow. */
  readonly sessionPolicy?: string;
  readonly purpose: 'console' | 'credentials';
  /** The moment of the decision: some roles ask how long ago the sign-in was. */
  readonly at: Date;
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

export function decideAccess(
  catalogue: CompiledCatalogue,
  principal: Principal,
  request: AccessRequest,
): Permit | Denial {
  const entry = catalogue.roles.get(request.roleId);
  const found =
    entry === undefined ? [] : applicableMappings(catalogue, principal, keysOf(principal), request.roleId);
  const [first] = found;
  // The same answer for a role that does not exist and one that is somebody else's.
  if (entry === undefined || first === undefined) {
    return deny('role.not_found', entry === undefined ? 'no such role' : 'no mapping applies');
  }
  if (!isFor(principal, request.roleId)) return deny('token.role', 'the token is narrowed to other roles');
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

  const policy = narrowSessionPolicy(chosen.compiled, role, request.sessionPolicy);
  if (policy.denial !== undefined) return policy.denial;
  const tags = sessionTagsOf(mapping, principal);
  if (tags.denial !== undefined) return tags.denial;
  // Last: nobody is sent to sign in for something that would be refused afterwards.
  const authenticationDenial = refuseAuthentication(role, principal, request.at);
  if (authenticationDenial !== undefined) return authenticationDenial;

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
