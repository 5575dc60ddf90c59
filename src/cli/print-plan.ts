/** A plan as a terminal shows it: what differs, and whom it reaches. */
import type { CatalogueDifference, EntryChange, FieldChange } from '../core/catalogue-difference.ts';
import type { Reached, RoleImpact } from '../core/catalogue-impact.ts';
import type { PlanAnswer } from './admin-api.ts';

const NAMED = 5;
const MAXIMUM_VALUE = 80;
const SIGNS: Readonly<Record<EntryChange['kind'], string>> = { added: '+', removed: '-', changed: '~' };

export function isEmptyPlan({ entries, reordered }: CatalogueDifference): boolean {
  return entries.length + reordered.length === 0;
}

export function printPlan(plan: PlanAnswer): string {
  if (isEmptyPlan(plan)) return `no change: version ${plan.version} says the same`;
  const { impact, refusal, needsSecondPerson } = plan;
  return [
    `against version ${plan.version}: ${printChanges(plan)}`,
    ...plan.entries.flatMap(entryLines),
    ...plan.reordered.map((list) => `  ~ ${list}: another order`),
    `reaches ${impact.people} people and ${impact.applications} applications`,
    ...impact.roles.flatMap(roleLines),
    ...(refusal === undefined ? [] : [`you may not apply this: ${refusal}`]),
    ...(needsSecondPerson === undefined ? [] : [`needs a second person: ${needsSecondPerson}`]),
  ]
    .map(plain)
    .join('\n');
}

export function printChanges({ entries }: CatalogueDifference): string {
  const count = (kind: EntryChange['kind']): number => entries.filter((entry) => entry.kind === kind).length;
  return `${count('added')} to add, ${count('changed')} to change, ${count('removed')} to remove`;
}

function entryLines({ list, id, kind, fields }: EntryChange): string[] {
  return [`  ${SIGNS[kind]} ${list} ${id}`, ...fields.map((field) => `      ${fieldLine(field)}`)];
}

function fieldLine({ path, before, after }: FieldChange): string {
  return `${path}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? '(none)' : JSON.stringify(value);
  return text.length > MAXIMUM_VALUE ? `${text.slice(0, MAXIMUM_VALUE)}…` : text;
}

function roleLines({ roleId, accountName, gains, loses, changes }: RoleImpact): string[] {
  const role = `${roleId} in ${accountName}`;
  return [
    ...reachedLine(`gives ${role} to`, gains),
    ...reachedLine(`takes ${role} from`, loses),
    ...reachedLine(`changes ${role} (${changes.terms.join(', ')}) for`, changes),
  ];
}

function reachedLine(what: string, { count, who }: Reached): string[] {
  if (count === 0) return [];
  const named = who.slice(0, NAMED).map(({ label }) => label);
  const more = count > named.length ? ', …' : '';
  return [`  ${what} ${count}: ${named.join(', ')}${more}`];
}

/** Names come from identity providers: none moves the cursor or the reader's eye. */
function plain(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
