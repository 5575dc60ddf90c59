/** One field as its form shows it. */
import type { CatalogueList } from '../../../../core/catalogue.ts';
import { SESSION_POLICY_MAXIMUM_LENGTH } from '../../../../core/catalogue-problems.ts';
import type { FieldView } from '../views.ts';
import { optionsOf } from './choices.ts';
import type { Field } from './fields.ts';
import { settingOf } from './read-entry.ts';
import type { FormSection } from './sections.ts';
import { isSuggested, suggestionsFor, type SuggestionSources } from './suggestions.ts';
import { AS_JSON, jsonOf, textOf } from './texts.ts';

export interface ShownEntry {
  readonly list: CatalogueList;
  readonly isNew: boolean;
  readonly entry: unknown;
  /** What was typed, by field name, where the form comes back; it counts before the entry. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** By path. */
  readonly mistakes: ReadonlyMap<string, string>;
  readonly sources: Omit<SuggestionSources, 'has'>;
}

type Words = FormSection['fields'][string];

export function fieldView(field: Field, words: Words | undefined, shown: ShownEntry): FieldView {
  const { path, kind, when } = field;
  const { name, value } = textIn(field, shown);
  const options = optionsOf(field, value, shown.sources);
  const isArea = ['long', 'lines', 'blocks', 'pairs', 'conditions', 'json'].includes(kind) || name !== path;
  return {
    id: idOfField(path),
    name,
    label: words?.label ?? path,
    hint: hintOf(field, words?.hint, name),
    as: options.length > 0 ? 'select' : isArea ? 'textarea' : kind === 'number' ? 'number' : 'input',
    value,
    isCode: isArea && kind !== 'long',
    isRequired: field.required && when === undefined,
    isFixed: path === 'id' && !shown.isNew,
    minimum: field.minimum,
    maximum: field.maximum,
    options,
    mistake: shown.mistakes.get(path),
    when: when === undefined ? undefined : { name: when.path, values: when.values.join(' ') },
    suggestions: isSuggested(path)
      ? suggestionsFor(path, { ...shown.sources, has: new Set(value.split(/\r\n|\n/)) })
      : [],
    meter: path === 'limits.sessionPolicy' ? policyMeter(value, shown) : undefined,
  };
}

export function idOfField(path: string): string {
  return `field-${path.replaceAll('.', '-')}`;
}

function textIn({ path, kind }: Field, { texts, entry }: ShownEntry): Pick<FieldView, 'name' | 'value'> {
  const asJson = `${path}${AS_JSON}`;
  for (const name of [path, asJson]) {
    const typed = texts.get(name);
    if (typed !== undefined) return { name, value: typed.filter(Boolean).join('\n') };
  }
  const setting = settingOf(entry, path);
  const text = textOf(kind, setting);
  return text === undefined ? { name: asJson, value: jsonOf(setting) } : { name: path, value: text };
}

function hintOf(
  { path, minimum, maximum, usual, when, kind }: Field,
  hint: string | undefined,
  name: string,
): string | undefined {
  const parts = [
    ...(hint === undefined ? [] : [hint]),
    ...(name === path || kind === 'json' ? [] : ['As JSON, because of line breaks in it.']),
    ...(kind === 'number' &&
    minimum !== undefined &&
    maximum !== undefined &&
    Number.isSafeInteger(minimum) &&
    maximum < 1e9
      ? [`${minimum} to ${maximum}.`]
      : []),
    ...(kind !== 'number' && kind !== 'text' ? [] : usual === undefined ? [] : [`Usually ${usual}.`]),
    ...(when === undefined ? [] : [`Counts with ${when.values.join(', ')}.`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** AWS counts without spaces between, and the managed policies' ARNs with it. */
function policyMeter(value: string, shown: ShownEntry): FieldView['meter'] {
  const arns = textIn({ ...ARNS, path: 'limits.managedPolicyArns' }, shown).value;
  const beside = arns.split(/\r\n|\n/).reduce((sum, arn) => sum + arn.length, 0);
  return {
    maximum: SESSION_POLICY_MAXIMUM_LENGTH,
    used: beside + compactLength(value),
    beside: idOfField('limits.managedPolicyArns'),
  };
}

const ARNS = {
  kind: 'lines',
  required: false,
  inRequired: false,
  options: [],
  minimum: undefined,
  maximum: undefined,
  usual: undefined,
  when: undefined,
} as const;

function compactLength(text: string): number {
  try {
    return text.trim() === '' ? 0 : JSON.stringify(JSON.parse(text)).length;
  } catch {
    return text.length;
  }
}
