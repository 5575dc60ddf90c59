import { failedCondition, type ConditionFailure } from './conditions.ts';
import type { ActionsElement, ResourcesElement, Statement } from './policy.ts';
import { namingOf, type Caller, type Naming } from './principals.ts';
import type { RequestContext } from './request-context.ts';
import { expandToGlob } from './template.ts';
import { matchesGlob } from './wildcard.ts';

/** A request with everything that compares without case in lower case. */
export interface NormalizedRequest {
  readonly action: string;
  readonly resource: string;
  readonly caller: Caller;
  readonly context: RequestContext;
}

/** Whether a statement speaks of the request; if not, the first element that does not fit. */
type StatementOutcome =
  | { readonly applies: true; readonly naming: Naming | undefined }
  | { readonly applies: false; readonly because: Mismatch };

export type Mismatch =
  | { readonly element: 'principal' | 'action' | 'resource' }
  /** A policy variable in the Resource element has no value in this request, or stands before the fifth colon. */
  | { readonly element: 'variable' }
  | { readonly element: 'condition'; readonly condition: ConditionFailure };

export function evaluateStatement(statement: Statement, request: NormalizedRequest): StatementOutcome {
  const { principals, actions, resources, conditions } = statement;
  const naming = principals === undefined ? undefined : namingOf(principals, request.caller);
  if (principals !== undefined && naming === undefined) return mismatch({ element: 'principal' });
  if (!actionApplies(actions, request.action)) return mismatch({ element: 'action' });
  const resource = resourceApplies(resources, request);
  if (resource !== true) return mismatch({ element: resource === undefined ? 'variable' : 'resource' });
  const condition = failedCondition(conditions, request.context);
  if (condition !== undefined) return mismatch({ element: 'condition', condition });
  return { applies: true, naming };
}

function mismatch(because: Mismatch): StatementOutcome {
  return { applies: false, because };
}

function actionApplies({ negated, patterns }: ActionsElement, action: string): boolean {
  return patterns.some(({ glob }) => matchesGlob(glob, action)) !== negated;
}

function resourceApplies(
  resources: ResourcesElement | undefined,
  { resource, context }: NormalizedRequest,
): boolean | undefined {
  if (resources === undefined) return true;
  let found = false;
  for (const template of resources.templates) {
    const glob = expandToGlob(template, context);
    if (glob === undefined) return undefined;
    found ||= matchesGlob(glob, resource);
  }
  return found !== resources.negated;
}
