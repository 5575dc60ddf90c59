/**
 * The fields of an entry's form, made of the catalogue's own schema: what the API takes, a form can say, and nothing
 * else. Sections and words are in `sections.ts`; what they leave out is still there, under its own name.
 */
import { z } from 'zod';
import { CATALOGUE_LISTS, catalogueSchema, type CatalogueList } from '../../../../core/catalogue.ts';
import { formOf, type FormSection } from './sections.ts';
import { isPlain } from './texts.ts';

export type FieldKind =
  | 'text'
  | 'long'
  | 'number'
  /** One of its options. */
  | 'choice'
  /** Yes, no, or what is usual. */
  | 'switch'
  /** Texts, one a line. */
  | 'lines'
  /** Texts of several lines, with an empty line between them. */
  | 'blocks'
  /** `name=value`, one a line. */
  | 'pairs'
  /** The same, where a name may come several times. */
  | 'conditions'
  | 'json';

export interface Field {
  /** `limits.maximumDurationSeconds`; the form's field has the same name. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** The object that it is in must be there, whatever is in it. */
  readonly inRequired: boolean;
  readonly options: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** What counts where nothing is said, as text. */
  readonly usual: string | undefined;
  /** The field is there only while that other one has one of these values. */
  readonly when: { readonly path: string; readonly values: readonly string[] } | undefined;
}

interface Schema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
}

/** Longer texts get more than one line. */
const ONE_LINE = 256;

export function fieldsByList(): Readonly<Record<CatalogueList, readonly Field[]>> {
  const { properties = {} } = z.toJSONSchema(catalogueSchema, { io: 'input' }) as Schema;
  const entries = CATALOGUE_LISTS.map((list) => {
    const words = Object.assign(
      {},
      ...formOf(list).sections.map(({ fields }) => fields),
    ) as FormSection['fields'];
    const fields = fieldsOf(properties[list]?.items ?? {}, '');
    return [
      list,
      fields.map((field) => ({ ...field, kind: words[field.path]?.kind ?? field.kind })),
    ] as const;
  });
  return Object.fromEntries(entries) as Record<CatalogueList, Field[]>;
}

function fieldsOf(schema: Schema, path: string): Field[] {
  if (schema.oneOf !== undefined) return variantFields(schema.oneOf, path);
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, inner]) =>
    fieldsOfProperty(inner, path === '' ? name : `${path}.${name}`, required.includes(name)),
  );
}

function fieldsOfProperty(schema: Schema, path: string, required: boolean): Field[] {
  const isObject =
    schema.properties !== undefined || schema.oneOf?.every(({ properties }) => properties) === true;
  if (!isObject) return [fieldOf(schema, path, required)];
  return fieldsOf(schema, path).map((field) => ({ ...field, inRequired: required }));
}

/** Which variant it is, and the fields of each; one that all of them have is there always. */
function variantFields(variants: readonly Schema[], path: string): Field[] {
  const [key = ''] = Object.entries(variants[0]?.properties ?? {}).find(([, inner]) => inner.const) ?? [];
  const which = path === '' ? key : `${path}.${key}`;
  const valueOf = (variant: Schema): string => variant.properties?.[key]?.const ?? '';
  const found = new Map<string, { readonly field: Field; readonly values: string[] }>();
  for (const variant of variants) {
    for (const field of fieldsOf(variant, path).filter((each) => each.path !== which)) {
      const known = found.get(field.path) ?? { field, values: [] };
      known.values.push(valueOf(variant));
      found.set(field.path, known);
    }
  }
  const choice = fieldOf({ enum: variants.map(valueOf) }, which, true);
  const rest = [...found.values()].map(({ field, values }) =>
    values.length === variants.length ? field : { ...field, when: { path: which, values } },
  );
  return [choice, ...rest];
}

function fieldOf(schema: Schema, path: string, required: boolean): Field {
  const { default: usual, enum: options = [], minimum, maximum } = schema;
  return {
    path,
    kind: kindOf(schema),
    required,
    inRequired: false,
    options,
    minimum,
    maximum,
    usual: isPlain(usual) ? String(usual) : undefined,
    when: undefined,
  };
}

function kindOf({
  type,
  enum: options,
  maxLength = ONE_LINE,
  items,
  additionalProperties,
}: Schema): FieldKind {
  if (options !== undefined) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'integer') return 'number';
  if (type === 'string') return maxLength > ONE_LINE ? 'long' : 'text';
  if (type === 'array' && items?.type === 'string') return 'lines';
  const value = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  if (value?.type === 'string') return 'pairs';
  return value?.type === 'array' && value.items?.type === 'string' ? 'conditions' : 'json';
}
