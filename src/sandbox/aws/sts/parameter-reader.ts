import { AwsError, validationError } from '../wire/aws-error.ts';
import { isWellFormedArn } from '../organization/identifiers.ts';
import type { Parameters } from '../wire/query-protocol.ts';
import type { SessionTag } from './sessions.ts';

/** What a text must be. Lengths are in characters. */
export interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern as AWS prints it, where it differs from ours. */
  readonly patternText?: string;
  /** Its value is repeated nowhere. */
  readonly sensitive?: boolean;
}

/** `arnType` of STS's model: length and characters, which is less than the form of an ARN. */
export const ARN: TextRule = {
  min: 20,
  max: 2048,
  pattern: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u,
  patternText:
    '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
};

/** What somebody else vouches for about the caller. */
export interface ProvidedContext {
  readonly providerArn: string;
  readonly contextAssertion: string;
}

export interface NumberRule {
  readonly min: number;
  readonly max: number;
}

/** Lists longer than this are cut when read; every list's own limit is far lower. */
const MAX_LIST = 200;

const TAG_KEY: TextRule = { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u, sensitive: true };
const TAG_VALUE: TextRule = { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, sensitive: true };
const CONTEXT_ASSERTION: TextRule = { min: 4, max: 2048, sensitive: true };

/**
 * Reads the parameters of one call and collects every violation, so that a single ValidationError
 * names them all, as STS does. Nothing that was read counts before `finish` returned.
 */
export class ParameterReader {
  readonly #parameters: Parameters;
  readonly #violations: string[] = [];

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  text(name: string, rule: TextRule): string | undefined {
    const value = this.#parameters.get(name);
    if (value !== undefined) this.#check(value, pathOf(name), rule);
    return value;
  }

  requiredText(name: string, rule: TextRule): string {
    const value = this.text(name, rule);
    if (value === undefined) this.#violate('null', pathOf(name), 'Member must not be null');
    return value ?? '';
  }

  integer(name: string, rule: NumberRule): number | undefined {
    const text = this.#parameters.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    // A number of another type does not even reach STS's validation.
    if (!/^-?\d{1,10}$/.test(text) || Math.abs(value) > 0x7fffffff) {
      throw new AwsError('MalformedInput', `'${text.slice(0, 64)}' can not be converted to an Integer`);
    }
    const path = pathOf(name);
    if (value < rule.min) {
      this.#violate(quote(text), path, `Member must have value greater than or equal to ${rule.min}`);
    }
    if (value > rule.max) {
      this.#violate(quote(text), path, `Member must have value less than or equal to ${rule.max}`);
    }
    return value;
  }

  /** `Tags.member.N.Key` and `.Value`. */
  tags(name: string): readonly SessionTag[] {
    const tags = this.#indexes(`${name}.member.`).map((index) => ({
      key: this.#member(`${name}.member.${index}.Key`, `tags.${index}.member.key`, TAG_KEY),
      value: this.#member(`${name}.member.${index}.Value`, `tags.${index}.member.value`, TAG_VALUE),
    }));
    this.#checkLength(tags.length, pathOf(name), 50);
    return tags;
  }

  transitiveTagKeys(name: string): readonly string[] {
    const path = pathOf(name);
    const keys = this.#indexes(`${name}.member.`).map((index) =>
      this.#member(`${name}.member.${index}`, `${path}.${index}.member`, TAG_KEY),
    );
    this.#checkLength(keys.length, path, 50);
    return keys;
  }

  /** `Name.member.N`. */
  texts(name: string, rule: TextRule): readonly string[] {
    return this.#indexes(`${name}.member.`).map((index) =>
      this.#member(`${name}.member.${index}`, `${pathOf(name)}.${index}.member`, rule),
    );
  }

  policyArns(name: string): readonly string[] {
    const path = pathOf(name);
    const arns = this.#indexes(`${name}.member.`).map((index) =>
      this.#member(`${name}.member.${index}.arn`, `${path}.${index}.member.arn`, ARN),
    );
    this.#checkLength(arns.length, path, 10);
    return arns;
  }

  /** `ProvidedContexts.member.N.ProviderArn` and `.ContextAssertion`. */
  providedContexts(name: string): readonly ProvidedContext[] {
    const path = pathOf(name);
    const contexts = this.#indexes(`${name}.member.`).map((index) => {
      const [from, to] = [`${name}.member.${index}`, `${path}.${index}.member`];
      return {
        providerArn: this.#member(`${from}.ProviderArn`, `${to}.providerArn`, ARN),
        contextAssertion: this.#member(
          `${from}.ContextAssertion`,
          `${to}.contextAssertion`,
          CONTEXT_ASSERTION,
        ),
      };
    });
    this.#checkLength(contexts.length, path, 5);
    return contexts;
  }

  /** Throws one ValidationError about everything that was read. */
  finish(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    const noun = count === 1 ? 'validation error' : 'validation errors';
    throw validationError(`${count} ${noun} detected: ${this.#violations.join('; ')}`);
  }

  #member(name: string, path: string, rule: TextRule): string {
    const value = this.#parameters.get(name);
    if (value === undefined) this.#violate('null', path, 'Member must not be null');
    else this.#check(value, path, rule);
    return value ?? '';
  }

  /** The numbers N of `{prefix}N` and `{prefix}N.field`, in order. */
  #indexes(prefix: string): readonly number[] {
    const numbers = [...this.#parameters.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => /^[1-9]\d{0,4}(?=\.|$)/.exec(name.slice(prefix.length))?.[0])
      .filter((digits) => digits !== undefined);
    return [...new Set(numbers)]
      .map(Number)
      .sort((a, b) => a - b)
      .slice(0, MAX_LIST);
  }

  #checkLength(length: number, path: string, max: number): void {
    if (length <= max) return;
    this.#violations.push(
      `Value at '${path}' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
    );
  }

  #check(value: string, path: string, rule: TextRule): void {
    const shown = rule.sensitive === true ? undefined : quote(value);
    const { length } = value;
    if (length < (rule.min ?? 0)) {
      this.#violate(shown, path, `Member must have length greater than or equal to ${rule.min ?? 0}`);
    }
    if (length > (rule.max ?? Infinity)) {
      this.#violate(shown, path, `Member must have length less than or equal to ${rule.max ?? Infinity}`);
    }
    if (rule.pattern?.test(value) === false) {
      const text = rule.patternText ?? rule.pattern.source.replace(/^\^|\$$/g, '').replaceAll('\\/', '/');
      this.#violate(shown, path, `Member must satisfy regular expression pattern: ${text}`);
    }
  }

  #violate(shown: string | undefined, path: string, constraint: string): void {
    const value = shown === undefined ? 'Value' : `Value ${shown}`;
    this.#violations.push(`${value} at '${path}' failed to satisfy constraint: ${constraint}`);
  }
}

function quote(value: string): string {
  return `'${value}'`;
}

/** `RoleArn` -> `roleArn`; `SAMLAssertion` -> `sAMLAssertion`, which is how AWS writes it. */
function pathOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Another text than for the constraints, and after them. */
export function checkArnForm(arn: string): void {
  if (!isWellFormedArn(arn)) throw validationError(`${arn} is invalid`);
}

/** Tags that come in an assertion or a token keep to the same limits as parameters. */
export function isSessionTag({ key, value }: SessionTag): boolean {
  return [
    { text: key, rule: TAG_KEY },
    { text: value, rule: TAG_VALUE },
  ].every(
    ({ text, rule }) =>
      text.length >= (rule.min ?? 0) && text.length <= (rule.max ?? 0) && rule.pattern?.test(text) === true,
  );
}
