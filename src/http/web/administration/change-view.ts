/** What a change does, in words: to whom first, then to the entries. */
import type { Plan } from '../../../broker/administer-catalogue.ts';
import type { CatalogueDifference, FieldChange } from '../../../core/catalogue-difference.ts';
import type { CatalogueImpact, Reached, RoleImpact } from '../../../core/catalogue-impact.ts';
import type { CompiledCatalogue } from '../../../core/compile-catalogue.ts';
import { roleLabel } from '../role-view.ts';
import type { DifferenceView, ImpactView, PlanView, ReachView } from './views.ts';

/** As many as anybody reads; what a file changes can be thousands. */
const SHOWN = 100;

export function planView(plan: Plan, compiled: CompiledCatalogue): PlanView {
  return {
    refusal: plan.refusal,
    needsSecondPerson: plan.needsSecondPerson,
    difference: differenceView(plan.difference),
    ...reachView(plan.impact, compiled),
  };
}

export function reachView(impact: CatalogueImpact, compiled: CompiledCatalogue): ReachView {
  const { roles } = impact;
  return {
    impact: roles.slice(0, SHOWN).flatMap((role) => impactViews(role, nameOf(role, compiled))),
    moreRoles: Math.max(0, roles.length - SHOWN),
    reached: reachedInAll(impact),
  };
}

function nameOf({ roleId, accountName }: RoleImpact, compiled: CompiledCatalogue): string {
  const entry = compiled.roles.get(roleId);
  return `${entry === undefined ? roleId : roleLabel(entry.role)} in ${accountName}`;
}

function impactViews({ gains, loses, changes }: RoleImpact, name: string): ImpactView[] {
  const told = (reached: Reached, view: Pick<ImpactView, 'verb' | 'colour' | 'text'>): ImpactView[] =>
    reached.count === 0 ? [] : [{ ...view, who: whoOf(reached) }];
  return [
    ...told(gains, { verb: 'Gives', colour: 'green', text: `${name} to ${counted(gains)}` }),
    ...told(loses, { verb: 'Takes', colour: 'red', text: `${name} from ${counted(loses)}` }),
    ...told(changes, {
      verb: 'Changes',
      colour: 'amber',
      text: `${name} for ${counted(changes)}: other ${changes.terms.join(', ')}`,
    }),
  ];
}

function counted({ count, who }: Reached): string {
  const kinds = new Set(who.map(({ kind }) => kind));
  if (kinds.size > 1) return `${count} people and applications`;
  const [one, many] = kinds.has('application') ? ['application', 'applications'] : ['person', 'people'];
  return `${count} ${count === 1 ? one : many}`;
}

function whoOf({ count, who }: Reached): string {
  const more = count - who.length;
  return `${who.map(({ label }) => label).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function reachedInAll({ people, applications, roles }: CatalogueImpact): string {
  if (roles.length === 0) return 'It reaches nobody who ever signed in, and no application.';
  const parts = [
    ...(people === 0 ? [] : [`${people} ${people === 1 ? 'person' : 'people'}`]),
    ...(applications === 0 ? [] : [`${applications} ${applications === 1 ? 'application' : 'applications'}`]),
  ];
  return `It reaches ${parts.join(' and ')}, of everybody who ever signed in.`;
}

export function differenceView({ entries, reordered }: CatalogueDifference): DifferenceView {
  return {
    entries: entries.slice(0, SHOWN).map(({ kind, list, id, fields }) => ({
      kind,
      list,
      id,
      fields: fields.slice(0, SHOWN).map(fieldView),
    })),
    more: Math.max(0, entries.length - SHOWN),
    reordered,
  };
}

function fieldView({
  path,
  before,
  after,
}: FieldChange): DifferenceView['entries'][number]['fields'][number] {
  return { path, before: valueText(before), after: valueText(after) };
}

/** A document is not read here, only that it is another one. */
const LONGEST = 1_000;

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters)` : text;
}
