import type { FieldView } from '../views.ts';
import type { Field } from './fields.ts';
import type { SuggestionSources } from './suggestions.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What a field can be, and nothing where that is allowed; empty for a field that is written. */
export function optionsOf(
  field: Field,
  value: string,
  sources: Pick<SuggestionSources, 'side' | 'authority'>,
): FieldView['options'] {
  const choices = choicesOf(field, sources);
  if (choices.length === 0) return [];
  const strange = value === '' || choices.some((choice) => choice.value === value) ? [] : [plain(value)];
  return [...noneOf(field, value), ...choices, ...strange].map((choice) => ({
    ...choice,
    isChosen: choice.value === value,
  }));
}

function noneOf({ required, usual, kind }: Field, value: string): Choice[] {
  if (required) return value === '' ? [{ value: '', label: 'Choose one' }] : [];
  if (usual === undefined) return [{ value: '', label: 'as usual' }];
  return [{ value: '', label: `as usual: ${kind === 'switch' ? yesOrNo(usual).label : usual}` }];
}

function choicesOf(
  { path, kind, options }: Field,
  sources: Pick<SuggestionSources, 'side' | 'authority'>,
): Choice[] {
  if (kind === 'switch') return ['true', 'false'].map(yesOrNo);
  const { catalogue, compiled } = sources.side;
  switch (path) {
    case 'connector':
      return catalogue.connectors.map(({ id, label }) => ({ value: id, label: `${id} · ${label}` }));
    case 'grant.credentialSource':
      return [...compiled.credentialSources.keys()].map(plain);
    case 'accountId':
      return accountChoices(sources);
    default:
      return options.map(plain);
  }
}

/** More are written, not chosen. */
const CHOOSABLE = 200;

function accountChoices({
  side,
  authority: { accounts },
}: Pick<SuggestionSources, 'side' | 'authority'>): Choice[] {
  const theirs = side.catalogue.accounts.filter(({ id }) => accounts?.has(id) !== false);
  if (theirs.length > CHOOSABLE) return [];
  return theirs.map(({ id, name }) => ({ value: id, label: `${id} · ${name}` }));
}

function yesOrNo(value: string): Choice {
  return { value, label: value === 'true' ? 'yes' : 'no' };
}

function plain(value: string): Choice {
  return { value, label: value };
}
