/**
 * Why a principal may or may not use a role, step by step, with the failing step marked. The verdict is
 * `decideAccess`'s own, and that of the grant where a person's own token is passed on: this says only what led to it, so
 * that they cannot disagree.
 */
import { applicableMappings, keysOf } from './applicable-mappings.ts';
import type { Catalogue } from './catalogue.ts';
import type { CompiledCatalogue } from './compile-catalogue.ts';
import { decideAccess, type AccessRequest, type Permit } from './decide-access.ts';
import type { Denial } from './denial.ts';
import { mendOf, type Mend } from './explained-mends.ts';
import { EXPLAINED_STEPS, failedStep, type StepName } from './explained-steps.ts';
import { failureText, textOf, type Audience, type Facts } from './explained-texts.ts';
import { nearestMappings, type NearMapping } from './near-mappings.ts';
import type { Principal } from './principal.ts';
import { refuseOwnToken } from './required-authentication.ts';
import { useOfPermit } from './role-use.ts';
import { trustNeeds, type TrustFacts, type TrustNeeds } from './trust-needs.ts';

export interface ExplainedStep {
  readonly step: StepName;
  /** `not-reached`: an earlier step failed. `not-checked`: only AWS knows, and has not been asked. */
  readonly state: 'ok' | 'failed' | 'not-reached' | 'not-checked';
  readonly text: string;
  /** Of a failed step: what of the catalogue an administrator changes to mend it. */
  readonly mend?: Mend;
}

export interface Explanation {
  readonly verdict: Permit | Denial;
  readonly steps: readonly ExplainedStep[];
  /** Mappings that give the role, the nearest first: what each asks, and what of it does not hold. */
  readonly mappings: readonly NearMapping[];
  /** What AWS must allow; only where access is permitted. */
  readonly needs?: TrustNeeds;
}

export interface Question {
  readonly catalogue: CompiledCatalogue;
  readonly connectors: Catalogue['connectors'];
  readonly trust: TrustFacts;
  readonly principal: Principal;
  readonly request: AccessRequest;
  /** Why nobody comes in as this principal at all. */
  readonly barred?: Denial;
  /** How what was permitted went wrong at AWS. */
  readonly failure?: Omit<Denial, 'permitted'>;
}

/** For administrators: everything. */
export function explainAccess(question: Question): Explanation {
  const { catalogue, principal, request } = question;
  const { verdict, needs, steps } = explained(question, 'administrator');
  return {
    verdict,
    steps,
    mappings: nearestMappings(catalogue, principal, request.roleId),
    ...(needs === undefined ? {} : { needs }),
  };
}

/**
 * For whom it is about: what is theirs and what is missing. A role that is somebody else's is explained as one that
 * does not exist, and nothing is told that an administrator alone may change.
 */
export function explainToPerson(question: Question): readonly ExplainedStep[] {
  const { verdict, steps } = explained(question, 'person');
  // Whether such a role exists would show in which of the two steps fails.
  const isHidden = !verdict.permitted && verdict.code === 'role.not_found';
  return steps
    .filter(({ step, state }) => state !== 'not-reached' && !(isHidden && step === 'role' && state === 'ok'))
    .map(({ step, state, text }) => ({
      step: isHidden && state === 'failed' ? 'mapping' : step,
      state,
      text,
    }));
}

function explained(question: Question, audience: Audience): Omit<Explanation, 'mappings'> {
  const facts = factsOf(question, audience);
  const { verdict, needs } = facts;
  const failed = failedStep(facts);
  const failedAt = failed === undefined ? EXPLAINED_STEPS.length : EXPLAINED_STEPS.indexOf(failed);
  const steps = EXPLAINED_STEPS.map((step, position): ExplainedStep => {
    if (position > failedAt) return { step, state: 'not-reached', text: 'Not looked at.' };
    if (position === failedAt) {
      const mend = mendOf(step, facts);
      const text = failureText(step, facts);
      return { step, state: 'failed', text, ...(mend === undefined ? {} : { mend }) };
    }
    return { step, state: step === 'trust' ? 'not-checked' : 'ok', text: textOf(step, facts) };
  });
  return { verdict, steps, ...(needs === undefined ? {} : { needs }) };
}

function factsOf(question: Question, audience: Audience): Facts {
  const { catalogue, principal, request, barred, failure } = question;
  const decided = barred ?? decideAccess(catalogue, principal, request);
  const use = decided.permitted ? useOfPermit(question, decided) : undefined;
  const verdict =
    decided.permitted && use !== undefined ? (refuseOwnToken(decided.role, use) ?? decided) : decided;
  const found = applicableMappings(catalogue, principal, keysOf(principal), request.roleId);
  const needs = verdict.permitted && use !== undefined ? trustNeeds(verdict, use, question.trust) : undefined;
  return {
    audience,
    catalogue,
    principal,
    request,
    verdict,
    found,
    isBarred: barred !== undefined,
    ...(failure === undefined ? {} : { failure }),
    ...(needs === undefined ? {} : { needs }),
  };
}
