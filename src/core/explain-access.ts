/**
 * Why a principal may or may not use a role, step by step, with the failing step marked. The verdict is
 * `decideAccess`'s own: this says only what led to it, so that the two cannot disagree.
 */
import { applicableMappings, keysOf, type ApplicableMapping } from './applicable-mappings.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { decideAccess, type AccessRequest, type Permit } from './decide-access.ts';
import type { Denial } from './denial.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { nearestMappings, type NearMapping } from './near-mappings.ts';
import type { Principal } from './principal.ts';
import { supportOf } from './role-limits.ts';

/** In the order in which `decideAccess` looks at them. */
export const EXPLAINED_STEPS = [
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
] as const;
export type StepName = (typeof EXPLAINED_STEPS)[number];

export interface ExplainedStep {
  readonly step: StepName;
  /** `not-reached`: an earlier step failed. */
  readonly state: 'ok' | 'failed' | 'not-reached';
  readonly text: string;
}

export interface Explanation {
  readonly verdict: Permit | Denial;
  readonly steps: readonly ExplainedStep[];
  /** Mappings that give the role, the nearest first: what each asks, and what of it does not hold. */
  readonly mappings: readonly NearMapping[];
}

export function explainAccess(
  catalogue: CompiledCatalogue,
  principal: Principal,
  request: AccessRequest,
): Explanation {
  const verdict = decideAccess(catalogue, principal, request);
  const found = applicableMappings(catalogue, principal, keysOf(principal), request.roleId);
  const facts: Facts = { catalogue, request, verdict, found };
  const failed = verdict.permitted ? undefined : failedStep(facts, verdict);
  const failedAt = failed === undefined ? EXPLAINED_STEPS.length : EXPLAINED_STEPS.indexOf(failed);
  return {
    verdict,
    steps: EXPLAINED_STEPS.map((step, position) => {
      if (position > failedAt) return { step, state: 'not-reached', text: 'Not looked at.' };
      if (position < failedAt) return { step, state: 'ok', text: TEXTS[step](facts) };
      return { step, state: 'failed', text: failureText(step, facts) };
    }),
    mappings: nearestMappings(catalogue, principal, request.roleId),
  };
}

interface Facts {
  readonly catalogue: CompiledCatalogue;
  readonly request: AccessRequest;
  readonly verdict: Permit | Denial;
  readonly found: readonly ApplicableMapping[];
}

function failedStep({ catalogue, request }: Facts, { code }: Denial): StepName {
  if (code === 'role.not_found') return catalogue.roles.has(request.roleId) ? 'mapping' : 'role';
  return STEP_OF_CODE[code] ?? 'sts';
}

/** A code that is not here would be told at the last step, with its own words. */
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
  'sign_in.stronger': 'sign-in',
  'sign_in.again': 'sign-in',
};

function failureText(step: StepName, { request, verdict }: Facts): string {
  if (verdict.permitted) throw new Error('a permit has no failing step');
  if (step === 'role') return `There is no role "${request.roleId}" in the catalogue.`;
  if (step === 'mapping') return 'No mapping gives this role to whom this is about; the nearest are listed.';
  return `${verdict.hint ?? ERRORS[verdict.code].text} (${verdict.detail})`;
}

/** What each step found where it went well. */
const TEXTS: Readonly<Record<StepName, (facts: Facts) => string>> = {
  role: ({ catalogue, request }) => {
    const account = catalogue.roles.get(request.roleId)?.account;
    return `The role is in account ${account?.id ?? ''} (${account?.name ?? ''}).`;
  },
  mapping: ({ found }) =>
    `Given by ${found.map(({ compiled, through, value }) => `"${compiled.mapping.id}" through ${through} ${JSON.stringify(value)}`).join(', then by ')}.`,
  token: () => 'What was shown is for this role too.',
  'reserved-for-services': () => 'The role is not reserved for AWS services.',
  'chosen-mapping': ({ request, found }) =>
    `Mapping "${request.mappingId ?? found[0]?.compiled.mapping.id ?? ''}" is used, whole.`,
  console: ({ request }) =>
    request.purpose === 'console'
      ? 'AWS takes such credentials for the console.'
      : 'The console is not asked for.',
  duration: ({ request, verdict }) => {
    const seconds = request.durationSeconds ?? (verdict.permitted ? verdict.durationSeconds : undefined);
    return seconds === undefined
      ? 'The mapping’s own default is used.'
      : `${seconds} seconds are within the limits.`;
  },
  'session-policy': ({ request }) =>
    request.sessionPolicy === undefined
      ? 'The request brings no session policy.'
      : 'The session policy only narrows.',
  'session-tags': () => 'Every attribute that the session tags need has arrived.',
  'sign-in': () => 'The sign-in is what the role asks for.',
  sts: ({ verdict }) => (verdict.permitted ? askedOfSts(verdict) : ''),
};

function askedOfSts(permit: Permit): string {
  const { operation, sessionName: naming } = supportOf(permit.role);
  const parts = [
    naming === undefined || operation === 'GetFederationToken' ? '' : ` for ${permit.roleArn}`,
    `, ${permit.durationSeconds} seconds`,
    permit.sessionName === undefined ? '' : `, named ${permit.sessionName}`,
    permit.sourceIdentity === undefined ? '' : ', with that name as source identity',
    permit.sessionPolicy === undefined && permit.managedPolicyArns.length === 0
      ? ''
      : ', with a session policy',
    permit.sessionTags.length === 0
      ? ''
      : `, with the tags ${permit.sessionTags.map(({ key }) => key).join(', ')}`,
  ];
  return `STS is asked ${operation}${parts.join('')}.`;
}
