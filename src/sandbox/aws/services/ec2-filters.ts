import type { InstanceData } from '../organization/world-data.ts';
import type { Parameters } from '../wire/query-protocol.ts';
import type { Ec2Instances } from './ec2-instances.ts';
import { invalidParameter, tagsOf, valuesOf } from './ec2-call.ts';

/*
 * Filters of DescribeInstances: all of them have to fit, by one of their values each; `*` and `?` are wildcards.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

interface Seen {
  readonly instance: InstanceData;
  readonly instances: Ec2Instances;
  readonly ownerId: string;
}

type Facts = (seen: Seen) => readonly string[];

const FACTS: ReadonlyMap<string, Facts> = new Map<string, Facts>([
  ['instance-id', ({ instance }) => [instance.id]],
  ['instance-type', ({ instance }) => [instance.type]],
  ['instance-state-name', ({ instance, instances }) => [instances.stateOf(instance.id).name]],
  ['instance-state-code', ({ instance, instances }) => [String(instances.stateOf(instance.id).code)]],
  ['availability-zone', ({ instance }) => [`${instance.region}a`]],
  ['owner-id', ({ ownerId }) => [ownerId]],
  ['tag-key', ({ instance }) => Object.keys(tagsOf(instance))],
]);

const MAX_VALUES = 200;

export function readFilters(parameters: Parameters): readonly Filter[] {
  const names = [...parameters.keys()]
    .map((key) => /^Filter\.(\d{1,6})\./.exec(key)?.[1])
    .filter((at) => at !== undefined);
  return [...new Set(names)].map((at) => {
    const name = parameters.get(`Filter.${at}.Name`);
    const values = valuesOf(parameters, `Filter.${at}.Value`);
    if (name === undefined || name === '') throw invalidParameter('The filter has no name');
    if (factsFor(name) === undefined) throw invalidParameter(`The filter '${name.slice(0, 128)}' is invalid`);
    if (values.length === 0) throw invalidParameter(`The filter '${name}' has no values`);
    if (values.length > MAX_VALUES) {
      throw invalidParameter(`The filter '${name}' has more than ${MAX_VALUES} values`);
    }
    return { name, values };
  });
}

export function fitsFilters(filters: readonly Filter[], seen: Seen): boolean {
  return filters.every(({ name, values }) => {
    const facts = factsFor(name)?.(seen) ?? [];
    return facts.some((fact) => values.some((value) => fits(fact, value)));
  });
}

function factsFor(name: string): Facts | undefined {
  if (!name.startsWith('tag:')) return FACTS.get(name);
  const key = name.slice('tag:'.length);
  return ({ instance }) => {
    const tags = tagsOf(instance);
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    return value === undefined ? [] : [value];
  };
}

/** By hand and in linear space: a pattern of a stranger's is no regular expression. */
function fits(text: string, pattern: string): boolean {
  let reached = new Set([0]);
  for (const character of pattern) {
    if (character === '*') {
      const first = Math.min(...reached);
      reached = new Set(Array.from({ length: text.length - first + 1 }, (_, index) => first + index));
    } else {
      reached = new Set(
        [...reached]
          .filter((at) => at < text.length && (character === '?' || text.startsWith(character, at)))
          .map((at) => at + character.length),
      );
    }
    if (reached.size === 0) return false;
  }
  return reached.has(text.length);
}
