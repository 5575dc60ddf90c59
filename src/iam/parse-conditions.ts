import { OPERATORS, type Operator } from './operators.ts';
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { Condition } from './policy.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './strict-json.ts';

const SETS = ['ForAllValues', 'ForAnyValue'] as const;
const IF_EXISTS = 'IfExists';
/** `service:Name`, `issuer/path:claim`, `service:Name/tag key`. Issuers have dots, slashes and ports. */
const KEY = /^[^\s:*?"'${}][^:*?"'${}]{0,255}:[^"'${}*?]{1,256}$/;

/** The value of Condition: operator -> key -> value or values. */
export function parseConditions(
  value: JsonValue | undefined,
  where: string,
  variables: boolean,
): Condition[] {
  if (value === undefined) return [];
  if (!isJsonObject(value)) throw new PolicySyntaxError(where, 'write an object of operators');
  return [...value].flatMap(([operator, keys]) => {
    const at = `${where}.${shortened(operator)}`;
    const form = operatorForm(operator, at);
    return conditionsOf(form, keys, { where: at, variables });
  });
}

interface OperatorForm extends Pick<Condition, 'operator' | 'set' | 'ifExists'> {
  /** Undefined for Null. */
  readonly compare: Operator | undefined;
}

function operatorForm(operator: string, where: string): OperatorForm {
  const set = SETS.find((name) => operator.startsWith(`${name}:`));
  const withoutSet = set === undefined ? operator : operator.slice(set.length + 1);
  if (operator === 'Null') return { operator, set: undefined, ifExists: false, compare: undefined };
  if (withoutSet === 'Null' || withoutSet === `Null${IF_EXISTS}`)
    throw new PolicySyntaxError(where, 'write "Null" alone: it asks whether the key is there');
  const ifExists = withoutSet.endsWith(IF_EXISTS);
  const name = ifExists ? withoutSet.slice(0, -IF_EXISTS.length) : withoutSet;
  const compare = OPERATORS.get(name);
  if (compare === undefined) {
    const meant = [...OPERATORS.keys(), 'Null'].find((known) => known.toLowerCase() === name.toLowerCase());
    const hint = meant === undefined ? '' : `; write ${meant}`;
    throw new PolicySyntaxError(where, `${quoted(name)} is no condition operator${hint}`);
  }
  return { operator, set, ifExists, compare };
}

interface Place {
  readonly where: string;
  readonly variables: boolean;
}

function conditionsOf(form: OperatorForm, keys: JsonValue, place: Place): Condition[] {
  if (!isJsonObject(keys) || keys.size === 0)
    throw new PolicySyntaxError(place.where, 'write an object of condition keys');
  refuseSameKeys(keys, place.where);
  return [...keys].map(([key, values]) => {
    const where = `${place.where}.${shortened(key)}`;
    if (!KEY.test(key)) throw new PolicySyntaxError(where, 'write a key such as aws:PrincipalTag/team');
    const { operator, set, ifExists, compare } = form;
    const texts = valuesOf(values, where);
    const shared = { operator, set, ifExists, key };
    if (compare === undefined) {
      return {
        ...shared,
        negated: false,
        missing: texts.map((text) => missingOf(text, where)),
        operands: [],
      };
    }
    const operands = texts.map((text) => compare.compile(text, { where, variables: place.variables }));
    return { ...shared, negated: compare.negated, missing: [], operands };
  });
}

/** Keys compare without case, so two that differ in case alone are one key written twice. */
function refuseSameKeys(keys: JsonObject, where: string): void {
  const seen = new Set<string>();
  for (const key of keys.keys()) {
    const lower = key.toLowerCase();
    if (seen.has(lower)) throw new PolicySyntaxError(where, `${quoted(key)} stands twice; give it a list`);
    seen.add(lower);
  }
}

/** Numbers and booleans can be written bare. */
function valuesOf(value: JsonValue, where: string): string[] {
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (values.length === 0) throw new PolicySyntaxError(where, 'needs at least one value');
  return values.map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'boolean') return String(one);
    if (typeof one === 'number' && isExact(one)) return String(one);
    throw new PolicySyntaxError(where, 'write texts, plain numbers, true or false');
  });
}

/** A number with more digits would no longer be the one that was written. */
function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || /^-?[0-9]{1,8}\.[0-9]{1,6}$/.test(String(number));
}

function missingOf(text: string, where: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false')
    throw new PolicySyntaxError(where, 'write "true" where the key has to be missing, else "false"');
  return lower === 'true';
}

function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 63)}…` : text;
}
