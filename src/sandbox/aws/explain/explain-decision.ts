import type { RecordedDecision, RecordedStatement } from './recorded-decision.ts';
import {
  explainStatement,
  type ExplainedStatement,
  kindName,
  type NameOf,
  placeOf,
} from './explain-statement.ts';

export interface ExplainedDecision {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** What decided, in a sentence or two. */
  readonly text: string;
  /** The statements that decided first, then those of the kind of policy that was missing one, then the rest. */
  readonly statements: readonly ExplainedStatement[];
  readonly leftOut: number;
}

export function explainDecision(decision: RecordedDecision, nameOf: NameOf): ExplainedDecision {
  const { principal, action, resource, allowed, leftOut = 0 } = decision;
  const weight = (statement: RecordedStatement) => weightOf(statement, decision);
  const ordered = [...decision.statements].sort((a, b) => weight(a) - weight(b));
  return {
    principal,
    action,
    resource,
    allowed,
    text: decisionText(decision, nameOf),
    statements: ordered.map((statement) => explainStatement(statement, decision, nameOf)),
    leftOut,
  };
}

function weightOf({ applies, effect, kind }: RecordedStatement, { by }: RecordedDecision): number {
  if (applies) return effect === 'Deny' ? 0 : 1;
  if (kind === by) return effect === 'Allow' ? 2 : 3;
  return 4;
}

function decisionText(decision: RecordedDecision, nameOf: NameOf): string {
  const { why, by, statements, rule = '', action } = decision;
  switch (why) {
    case 'allowed':
      return allowedText(decision);
    case 'explicit-deny': {
      const denial = statements.find(({ applies, effect }) => applies && effect === 'Deny');
      const where = denial === undefined ? `a ${kindName(by)}` : placeOf(denial);
      return `Refused by a Deny: ${where} denies ${action}. Nothing that allows it elsewhere can help.`;
    }
    case 'root-cannot-assume-role':
      return 'Refused: AWS lets no account’s root user assume a role, whatever the role trusts.';
    case 'rule':
      return `Refused by a rule of the service, and no policy could change it: ${rule.replace(/\.$/, '')}.`;
    default:
      return `Refused: ${missingText(decision)}${nearestText(decision, nameOf)}`;
  }
}

function allowedText({ by, action, statements }: RecordedDecision): string {
  if (by === 'account-root') return `Allowed: the root user of an account may do everything in it.`;
  const allowing = statements.filter(({ applies, effect }) => applies && effect === 'Allow');
  // One of each kind that was asked: in another account two have to agree, and a boundary is one more.
  const kinds = [...new Set([by, ...allowing.map(({ kind }) => kind)])];
  const places = kinds
    .map((kind) => allowing.find((statement) => statement.kind === kind))
    .filter((found) => found !== undefined)
    .map(placeOf);
  if (places.length === 0) return `Allowed: the ${kindName(by)} allows ${action}, and nothing denies it.`;
  return `Allowed: ${places.join(' and ')} ${places.length === 1 ? 'allows' : 'allow'} ${action}, and nothing denies it.`;
}

/** Of several kinds of policy that all have to allow, the one that does not. */
function missingText({ by, action, resource }: RecordedDecision): string {
  const what = `${action} on ${resource}`;
  switch (by) {
    case 'identity':
      return `no policy of your own allows ${what}.`;
    case 'trust':
      return `the role's trust policy does not let you in.`;
    case 'resource':
      return `it belongs to another account, whose policy on it has to allow ${what} to you too, and none does.`;
    case 'session':
      return `your session was asked for with a session policy, and that does not allow ${what}.`;
    case 'boundary':
      return `your permissions boundary does not allow ${what}.`;
    case 'service-control':
      return `a service control policy of your organization does not allow ${what} to your account.`;
    case 'resource-control':
      return `a resource control policy of the organization does not allow ${what}.`;
    default:
      return `nothing allows ${what}.`;
  }
}

/** How near a statement came to fitting: each element that fits is looked at only after the one before. */
const NEARNESS: readonly string[] = ['principal', 'action', 'resource', 'variable', 'condition'];

/** Of the policies that would have had to allow it, the statement that came nearest. */
function nearestText(decision: RecordedDecision, nameOf: NameOf): string {
  const nearness = ({ because }: RecordedStatement) => NEARNESS.indexOf(because?.element ?? '');
  const candidates = decision.statements
    .filter(({ kind, effect, applies }) => kind === decision.by && effect === 'Allow' && !applies)
    .sort((a, b) => nearness(b) - nearness(a));
  const [nearest] = candidates;
  if (nearest === undefined) return ' There is no such statement at all.';
  const { where, text } = explainStatement(nearest, decision, nameOf);
  const start = where.charAt(0).toUpperCase() + where.slice(1);
  return candidates.length === 1
    ? ` ${start} ${text}.`
    : ` The nearest of ${candidates.length}: ${where} ${text}.`;
}
