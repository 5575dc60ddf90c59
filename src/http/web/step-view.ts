/** The steps of an explanation as pages show them. */
import type { ErrorStep } from '../../core/errors.ts';
import type { Mend } from '../../core/explained-mends.ts';
import type { StepName } from '../../core/explained-steps.ts';
import type { StepView } from './view-models.ts';

const TITLES: Readonly<Record<StepName, string>> = {
  identity: 'Who it is',
  role: 'The role',
  mapping: 'The mapping',
  token: 'What was shown',
  'reserved-for-services': 'Whom it is for',
  'chosen-mapping': 'Which mapping counts',
  console: 'The console',
  duration: 'How long',
  'session-policy': 'The session policy',
  'session-tags': 'The session tags',
  'sign-in': 'The sign-in',
  sts: 'What AWS is asked',
  trust: 'What AWS must allow',
};

const STATES: Readonly<Record<ErrorStep['state'], string>> = {
  ok: 'ok',
  failed: 'this is why',
  'not-reached': 'not reached',
  'not-checked': 'AWS alone knows',
};

/** @param hrefOf where an administrator mends it. */
export function stepViews(
  steps: readonly (ErrorStep & { readonly mend?: Mend })[],
  hrefOf: (mend: Mend) => string | undefined = () => undefined,
): readonly StepView[] {
  return steps.map(({ step, state, text, mend }) => ({
    title: TITLES[step],
    state,
    stateLabel: STATES[state],
    text,
    mendHref: mend === undefined ? undefined : hrefOf(mend),
  }));
}
