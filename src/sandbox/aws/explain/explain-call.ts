import type { JournalEntry } from '../journal.ts';
import type { World } from '../organization/world.ts';
import { explainDecision, type ExplainedDecision } from './explain-decision.ts';
import type { NameOf } from './explain-statement.ts';
import { findTraps } from './traps.ts';

/*
 * A call of the journal for whoever wants to know why it went as it went: what the caller was told, and what AWS
 * would have kept to itself.
 */

export interface Explanation {
  readonly requestId: string;
  readonly at: string;
  readonly who: string;
  readonly operation: string;
  readonly region: string | undefined;
  readonly verdict: 'allowed' | 'refused' | 'failed';
  /** Why, in a sentence or two. */
  readonly text: string;
  /** Known traps that this call fell into. */
  readonly traps: readonly string[];
  /** What the caller was told. */
  readonly answer: JournalEntry['result'];
  readonly parameters: JournalEntry['parameters'];
  readonly decisions: readonly ExplainedDecision[];
}

export function explainCall(entry: JournalEntry, world: World): Explanation {
  const { requestId, at, result, region, parameters } = entry;
  const nameOf = namesIn(world);
  const decisions = entry.decisions.map((decision) => explainDecision(decision, nameOf));
  const last = decisions.at(-1);
  const refused = last?.allowed === false && result.status >= 400;
  return {
    requestId,
    at,
    who: whoAsked(entry),
    operation: `${entry.service}:${entry.action === '' ? '?' : entry.action}`,
    region,
    verdict: result.status < 400 ? 'allowed' : refused ? 'refused' : 'failed',
    text: refused ? last.text : outcomeText(entry, last),
    traps: findTraps({ code: result.code, decision: entry.decisions.at(-1) }),
    answer: result,
    parameters,
    decisions,
  };
}

function outcomeText({ result }: JournalEntry, last: ExplainedDecision | undefined): string {
  if (result.status < 400) {
    return last?.text ?? 'Answered: this call needs no permission, or only a proof that somebody else made.';
  }
  const { code, message = '', detail } = result;
  const more = detail === undefined ? '' : ` What AWS would not say: ${detail}`;
  return `No policy refused this: the answer is ${code}. ${message}${more}`;
}

/** Whoever assumes with an assertion or a token signs nothing; a played service is named by the play. */
function whoAsked({ caller, parameters, decisions }: JournalEntry): string {
  if (caller !== undefined) return caller.arn;
  const { service } = parameters;
  return typeof service === 'string' ? service : (decisions.at(-1)?.principal ?? 'nobody who could be named');
}

export function namesIn({ accounts }: World): NameOf {
  return (uniqueId) => {
    for (const { users, roles } of accounts) {
      const found = [...users, ...roles].find(({ id }) => id === uniqueId);
      if (found !== undefined) return found.arn;
    }
    return undefined;
  };
}
