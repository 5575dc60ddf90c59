/**
 * Writes of the hot paths. Building a statement's text costs more than writing its row: it is built once, with slots
 * where its values go, and filled in from then on.
 */
import type { CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import { sqlValue, type SqlValue, type Statement } from './write-unit.ts';

type Values = Readonly<Record<string, SqlValue>>;

/** Builds the statement over whatever stands for the values; what it makes of one set, it makes of all. */
export type BuildStatement<V extends Values> = (
  build: Kysely<Schema>,
  values: V,
) => { compile(): CompiledQuery };

interface Template {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly names: number;
}

class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class StatementTemplates {
  readonly #build: Kysely<Schema>;
  readonly #known = new Map<string, Template>();

  constructor(build: Kysely<Schema>) {
    this.#build = build;
  }

  fill<V extends Values>(name: string, values: V, build: BuildStatement<V>): Statement {
    const names = Object.keys(values);
    const template = this.#known.get(name) ?? this.#make(name, names, build);
    // One more would be left out without a word; one less is no SQL value.
    if (template.names !== names.length) throw new TypeError(`The statement ${name} takes other values.`);
    const parameters = template.parameters.map((parameter) =>
      sqlValue(parameter instanceof Slot ? values[parameter.name] : parameter),
    );
    return { sql: template.sql, parameters };
  }

  #make<V extends Values>(name: string, names: readonly string[], build: BuildStatement<V>): Template {
    const slots = Object.fromEntries(names.map((slot) => [slot, new Slot(slot)]));
    const { sql, parameters } = build(this.#build, slots as unknown as V).compile();
    const template = { sql, parameters, names: names.length };
    this.#known.set(name, template);
    return template;
  }
}
