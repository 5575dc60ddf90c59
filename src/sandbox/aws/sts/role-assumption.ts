import type { Decision } from '../../../iam/authorization.ts';
import type { AwsError } from '../wire/aws-error.ts';
import { validationError } from '../wire/aws-error.ts';
import type { ConditionKeys, WantedSession } from '../access/request-context.ts';
import { type Role } from '../organization/world.ts';

/*
 * What the three ways of assuming a role have in common: which actions have to be allowed, what the
 * role adds to the context, how long a session may be.
 */

export type AssumeAction = 'sts:AssumeRole' | 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithWebIdentity';

const DEFAULT_SECONDS = 3600;
const CHAINED_SECONDS = 3600;

/** Each is asked for by itself: statements differ in their conditions. */
export function neededActions(action: AssumeAction, wanted: WantedSession): readonly string[] {
  return [
    action,
    ...(wanted.tags.length > 0 ? ['sts:TagSession'] : []),
    ...(wanted.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
}

/** Of the role: its account, and its tags; a transitive session tag stands in for the role's own of that name. */
export function roleKeys(role: Role, wanted: WantedSession): ConditionKeys {
  const keys: ConditionKeys = new Map([['aws:ResourceAccount', [role.accountId]]]);
  const transitive = new Set(wanted.transitiveTagKeys.map((key) => key.toLowerCase()));
  const replaced = wanted.tags.filter(({ key }) => transitive.has(key.toLowerCase()));
  const own = Object.entries(role.tags).filter(([key]) => !transitive.has(key.toLowerCase()));
  for (const [key, value] of [...own, ...replaced.map((tag) => [tag.key, tag.value] as const)]) {
    keys.set(`aws:ResourceTag/${key}`, [value]);
    keys.set(`iam:ResourceTag/${key}`, [value]);
  }
  return keys;
}

/** Asks every needed action; the first refusal is the answer. */
export function requireAll(
  actions: readonly string[],
  decide: (action: string) => Decision,
  refuse: (action: string, detail: string) => AwsError,
): void {
  for (const action of actions) {
    const decision = decide(action);
    if (!decision.allowed) throw refuse(action, describeDecision(action, decision));
  }
}

/** Which kind of policy decided, in a line; the journal has the whole decision beside it. */
export function describeDecision(action: string, { reason }: Decision): string {
  return `${action}: ${reason.why} by ${reason.by}`;
}

/** An assumed role of another role is chained, and then an hour is the end whatever the role allows. */
export function sessionSeconds(role: Role, requested: number | undefined, isChained: boolean): number {
  const seconds = requested ?? DEFAULT_SECONDS;
  if (isChained && seconds > CHAINED_SECONDS) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}
