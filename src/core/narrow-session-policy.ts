import { parsePolicy, PolicySyntaxError } from '../iam/parse-policy.ts';
import type { Role } from './catalogue.ts';
import { SESSION_POLICY_MAXIMUM_LENGTH } from './catalogue-problems.ts';
import type { CompiledMapping } from './compile-catalogue.ts';
import { deny, type Denial } from './denial.ts';
import { supportOf } from './role-limits.ts';

type PolicyOutcome =
  { readonly denial: Denial } | { readonly denial: undefined; readonly sessionPolicy: string | undefined };

/**
 * The mapping's policy, or the request's where the mapping has none, or the mapping's with the request's Deny
 * statements behind it. Managed policies count as the mapping having one: AWS adds an inline session policy
 * to the managed ones before it intersects them with the role, so that anything but Deny could widen.
 */
export function narrowSessionPolicy(
  compiled: CompiledMapping,
  role: Role,
  asked: string | undefined,
): PolicyOutcome {
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

export function hasSessionPolicy({ sessionPolicy, mapping }: CompiledMapping): boolean {
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
