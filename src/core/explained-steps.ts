/** The steps of an explanation, and which of them a refusal belongs to. */
import type { CompiledCatalogue } from './compile-catalogue.ts';
import type { AccessRequest, Permit } from './decide-access.ts';
import type { Denial } from './denial.ts';
import type { ErrorCode } from './errors.ts';

/** In the order in which `decideAccess` looks at them; before it who it is, after it what AWS is asked and needs. */
export const EXPLAINED_STEPS = [
  'identity',
  'role',
  'mapping',
  'token',
  'reserved-for-services',
  'chosen-mapping',
  'console',
  'duration',
  'session-policy',
  'session-tags',
  'sign-in',
  'sts',
  'trust',
] as const;
export type StepName = (typeof EXPLAINED_STEPS)[number];

interface Outcome {
  readonly catalogue: CompiledCatalogue;
  readonly request: AccessRequest;
  readonly verdict: Permit | Denial;
  readonly isBarred: boolean;
  readonly failure?: Omit<Denial, 'permitted'>;
}

export function failedStep({
  catalogue,
  request,
  verdict,
  isBarred,
  failure,
}: Outcome): StepName | undefined {
  if (isBarred) return 'identity';
  if (verdict.permitted) return failure === undefined ? undefined : stepOfFailure(failure);
  if (verdict.code === 'role.not_found') return catalogue.roles.has(request.roleId) ? 'mapping' : 'role';
  return STEP_OF_CODE[verdict.code] ?? 'sts';
}

/** AWS refuses a role's whole session where its trust policy lacks anything, and says no more than that. */
function stepOfFailure({ code, detail }: Omit<Denial, 'permitted'>): StepName {
  // A person's own ID token is missing or has ended.
  if (code === 'sign_in.again' || code === 'role.no_id_token') return 'sign-in';
  return code === 'sts.refused' && !/^(?:RegionDisabled|ExpiredToken)/.test(detail) ? 'trust' : 'sts';
}

/** A code that is not here would be told at the last step before AWS, with its own words. */
const STEP_OF_CODE: Partial<Record<ErrorCode, StepName>> = {
  'token.role': 'token',
  'role.reserved_for_service': 'reserved-for-services',
  'mapping.not_found': 'chosen-mapping',
  'console.unsupported': 'console',
  duration: 'duration',
  'session_policy.malformed': 'session-policy',
  'session_policy.not_narrowing': 'session-policy',
  'session_policy.unsupported': 'session-policy',
  'session_policy.required': 'session-policy',
  'session_tag.missing': 'session-tags',
  'role.for_people': 'sign-in',
  'role.no_id_token': 'sign-in',
  'sign_in.stronger': 'sign-in',
  'sign_in.again': 'sign-in',
};
