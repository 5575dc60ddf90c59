/**
 * A catalogue as `access.yaml`, always the same text for the same catalogue: settings in the schema's order, and
 * without those that have their default. Comments of the file it came from are not in a catalogue, so not here.
 */
import { Document, isMap, isSeq, type ToStringOptions } from 'yaml';
import { z } from 'zod';
import { catalogueSchema, type Catalogue } from '../core/catalogue.ts';

export function printAccess(catalogue: Catalogue): string {
  const document = new Document(shortestForm(catalogue), { aliasDuplicateObjects: false });
  if (isMap(document.contents)) {
    document.contents.items.forEach((pair, position) => {
      if (position > 0 && typeof pair.key === 'object' && pair.key !== null)
        Reflect.set(pair.key, 'spaceBefore', true);
      if (isSeq(pair.value)) pair.value.flow = false;
    });
  }
  return document.toString(ACCESS_STYLE);
}

export const ACCESS_STYLE: ToStringOptions = { lineWidth: 0, flowCollectionPadding: true };

/** What has to be written of a catalogue for it to be read back as it is. */
export function shortestForm(catalogue: Partial<Catalogue>): Readonly<Record<string, readonly unknown[]>> {
  return withoutDefaults(catalogue, schemaOf()) as Readonly<Record<string, readonly unknown[]>>;
}

interface JsonSchema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

function schemaOf(): JsonSchema {
  return z.toJSONSchema(catalogueSchema, { io: 'input' }) as JsonSchema;
}

function withoutDefaults(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item, schema.items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {} } = branchOf(value, schema);
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const setting = (Object.hasOwn(properties, key) ? properties[key] : undefined) ?? {};
    const shown = withoutDefaults(inner, setting);
    return inner === undefined || isDefault(inner, shown, setting) ? [] : [[key, shown] as const];
  });
  return Object.fromEntries(kept);
}

function isDefault(value: unknown, shown: unknown, setting: JsonSchema): boolean {
  if (!('default' in setting)) return false;
  const [text, preset] = [JSON.stringify(value), JSON.stringify(setting.default)];
  // Of an object whose own settings all have theirs, nothing is left.
  return text === preset || JSON.stringify(shown) === preset;
}

/** The branch whose constant, such as `kind`, the value has. */
function branchOf(value: object, schema: JsonSchema): JsonSchema {
  const fits = ({ properties = {} }: JsonSchema): boolean =>
    Object.entries(properties).every(
      ([key, inner]) => inner.const === undefined || inner.const === Reflect.get(value, key),
    );
  return schema.oneOf?.find(fits) ?? schema;
}
