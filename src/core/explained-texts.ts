/** What each step of an explanation says. */
import type { ApplicableMapping } from './applicable-mappings.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import type { AccessRequest, Permit } from './decide-access.ts';
import type { Denial } from './denial.ts';
import { ERRORS } from './errors.ts';
import type { StepName } from './explained-steps.ts';
import type { Principal } from './principal.ts';
import { supportOf } from './role-limits.ts';
import type { TrustNeeds } from './trust-needs.ts';
import { trustInWords } from './trust-words.ts';

/** An administrator reads what the operator's log says too; the person whom it is about, what is theirs. */
export type Audience = 'administrator' | 'person';

export interface Facts {
  readonly audience: Audience;
  readonly catalogue: CompiledCatalogue;
  readonly principal: Principal;
  readonly request: AccessRequest;
  readonly verdict: Permit | Denial;
  readonly found: readonly ApplicableMapping[];
  readonly isBarred: boolean;
  readonly failure?: Omit<Denial, 'permitted'>;
  readonly needs?: TrustNeeds;
}

export function failureText(step: StepName, facts: Facts): string {
  const { audience, request, verdict, failure } = facts;
  const why = verdict.permitted ? failure : verdict;
  if (why === undefined) throw new Error('what went well has no failing step');
  if (why.code === 'role.not_found') {
    if (audience === 'person') return 'Nothing that has arrived of you gives you a role of this name.';
    return step === 'role'
      ? `There is no role "${request.roleId}" in the catalogue.`
      : 'No mapping gives this role to whom this is about; the nearest are listed.';
  }
  const detail = audience === 'person' || why.detail === '' ? '' : ` (${why.detail})`;
  const words = `${why.hint ?? ERRORS[why.code].text}${detail}${whoAnswers(step, facts)}`;
  return step === 'trust' ? `${words} ${textOf(step, facts)}` : words;
}

/** Where the role, its mapping or its account says no, and not who somebody is or what they sent. */
const ANSWERED_FOR: ReadonlySet<StepName> = new Set([
  'reserved-for-services',
  'duration',
  'session-tags',
  'trust',
]);

/** Of a role that is theirs alone: its mapping's owner, else its account's. */
function whoAnswers(step: StepName, { catalogue, request, found }: Facts): string {
  if (!ANSWERED_FOR.has(step) || found.length === 0) return '';
  const chosen = found.find(({ compiled }) => compiled.mapping.id === request.mappingId) ?? found[0];
  const owner = chosen?.compiled.mapping.owner ?? catalogue.roles.get(request.roleId)?.account.owner;
  return owner === undefined ? '' : ` Whoever answers for it: ${owner}.`;
}

export function textOf(step: StepName, facts: Facts): string {
  return TEXTS[step](facts);
}

/** What each step found where it went well. */
const TEXTS: Readonly<Record<StepName, (facts: Facts) => string>> = {
  identity: ({ principal }) => identityText(principal),
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
  trust: ({ needs = { trust: [], permissions: [] }, audience }) => trustInWords(needs, audience),
};

/** More than anybody reads in a sentence; pages list them all. */
const GROUPS_TOLD = 20;

function identityText(principal: Principal): string {
  if (principal.kind === 'application') return `The application "${principal.id}".`;
  const { connectorId, subject, groups } = principal.identity;
  const told = groups.slice(0, GROUPS_TOLD).map((group) => JSON.stringify(group));
  const rest = groups.length > told.length ? ` and ${groups.length - told.length} more` : '';
  const arrived = told.length === 0 ? 'no groups' : `the groups ${told.join(', ')}${rest}`;
  return `${JSON.stringify(subject)} of connector "${connectorId}", with ${arrived}.`;
}

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
