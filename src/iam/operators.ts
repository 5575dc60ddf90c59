/**
 * The condition operators: what a policy's value may be, and when one value of the request fits it. Negation,
 * sets, IfExists and missing keys are the same for all and live in `conditions`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { parseIpAddress, parseIpRange, rangeHolds } from './ip-address.ts';
import { parseMoment } from './moment.ts';
import { PolicySyntaxError, quoted } from './policy-syntax-error.ts';
import type { RequestContext } from './request-context.ts';
import {
  expandToGlob,
  expandToText,
  outline,
  parseTemplate,
  type Template,
  type TemplateOptions,
} from './template.ts';
import { globOf, matchesGlob, splitGlob } from './wildcard.ts';

/** One of a condition's values, ready to compare. */
export interface ConditionOperand {
  readonly text: string;
  /** Undefined where a policy variable in it has no value. */
  readonly fits: (value: string, context: RequestContext) => boolean | undefined;
}

export interface Operator {
  readonly negated: boolean;
  /** @throws PolicySyntaxError for a value that this operator cannot compare */
  readonly compile: (text: string, options: TemplateOptions) => ConditionOperand;
}

type Compile = Operator['compile'];

const stringEquals: Compile = (text, options) => {
  const template = parseTemplate(text, options);
  return {
    text,
    fits: (value, context) => {
      const wanted = expandToText(template, context);
      return wanted === undefined ? undefined : wanted === value;
    },
  };
};

const stringEqualsIgnoreCase: Compile = (text, options) => {
  const template = parseTemplate(text, options);
  return {
    text,
    fits: (value, context) => {
      const wanted = expandToText(template, context);
      return wanted === undefined ? undefined : wanted.toLowerCase() === value.toLowerCase();
    },
  };
};

const stringLike: Compile = (text, options) => {
  const template = parseTemplate(text, options);
  return {
    text,
    fits: (value, context) => {
      const glob = expandToGlob(template, context);
      return glob === undefined ? undefined : matchesGlob(glob, value);
    },
  };
};

/** Each of an ARN's six parts by itself: a star stays within its part, but for the last, which may hold colons. */
const ARN_PARTS = 6;

const arnLike: Compile = (text, options) => {
  const template = parseTemplate(text, options);
  if (!looksLikeArn(template))
    throw new PolicySyntaxError(
      options.where,
      `${quoted(text)} is no ARN; write its six parts, wildcards allowed`,
    );
  return {
    text,
    fits: (value, context) => {
      const glob = expandToGlob(template, context);
      return glob === undefined ? undefined : arnFits(template.text, glob, value);
    },
  };
};

function looksLikeArn(template: Template): boolean {
  // A variable may bring a whole ARN with it.
  if (template.glob === undefined) return true;
  const parts = outline(template).split(':');
  return template.text === '*' || (parts.length >= ARN_PARTS && matchesGlob(globOf(parts[0] ?? ''), 'arn'));
}

function arnFits(text: string, glob: readonly number[], value: string): boolean {
  const valueParts = value.split(':');
  if (valueParts.length < ARN_PARTS || valueParts[0] !== 'arn') return false;
  if (text === '*') return true;
  const wanted = splitGlob(glob, ':', ARN_PARTS);
  const found = [...valueParts.slice(0, ARN_PARTS - 1), valueParts.slice(ARN_PARTS - 1).join(':')];
  return wanted.length === ARN_PARTS && wanted.every((part, index) => matchesGlob(part, found[index] ?? ''));
}

/** Operators that compare what a text stands for, after one and the same reading of both sides. */
function comparing<T>(
  kind: string,
  read: (text: string) => T | undefined,
  compare: (value: T, wanted: T) => boolean,
): Compile {
  return (text, { where }) => {
    const wanted = read(text);
    if (wanted === undefined) throw new PolicySyntaxError(where, `${quoted(text)} is not ${kind}`);
    return {
      text,
      fits: (value) => {
        const own = read(value);
        return own !== undefined && compare(own, wanted);
      },
    };
  };
}

/** Digits of a number behind its point. */
const DECIMALS = 30;

/** In units of the last decimal: numbers that differ only past a double's precision are still two. */
function readNumber(text: string): bigint | undefined {
  const found = /^([+-]?)([0-9]{1,30})(?:\.([0-9]{1,30}))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', decimals = ''] = found;
  const size = BigInt(whole + decimals.padEnd(DECIMALS, '0'));
  return sign === '-' ? -size : size;
}

function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === 'true' : undefined;
}

function readBase64(text: string): string | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? text.replace(/=+$/, '') : undefined;
}

const numeric = (compare: (value: bigint, wanted: bigint) => boolean): Compile =>
  comparing('a number', readNumber, compare);
const date = (compare: (value: number, wanted: number) => boolean): Compile =>
  comparing('a date such as 2026-01-31T00:00:00Z, or seconds since 1970', parseMoment, compare);
const same = <T>(value: T, wanted: T): boolean => value === wanted;

const ipAddress: Compile = (text, { where }) => {
  const range = parseIpRange(text);
  if (range === undefined)
    throw new PolicySyntaxError(where, `${quoted(text)} is not an IP address or a CIDR range`);
  return {
    text,
    fits: (value) => {
      const address = parseIpAddress(value);
      return address !== undefined && rangeHolds(range, address);
    },
  };
};

const positive = (compile: Compile): Operator => ({ negated: false, compile });
const negative = (compile: Compile): Operator => ({ negated: true, compile });

/** All but Null, which asks about the key and compares nothing. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', positive(stringEquals)],
  ['StringNotEquals', negative(stringEquals)],
  ['StringEqualsIgnoreCase', positive(stringEqualsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', negative(stringEqualsIgnoreCase)],
  ['StringLike', positive(stringLike)],
  ['StringNotLike', negative(stringLike)],
  ['NumericEquals', positive(numeric(same))],
  ['NumericNotEquals', negative(numeric(same))],
  ['NumericLessThan', positive(numeric((value, wanted) => value < wanted))],
  ['NumericLessThanEquals', positive(numeric((value, wanted) => value <= wanted))],
  ['NumericGreaterThan', positive(numeric((value, wanted) => value > wanted))],
  ['NumericGreaterThanEquals', positive(numeric((value, wanted) => value >= wanted))],
  ['DateEquals', positive(date(same))],
  ['DateNotEquals', negative(date(same))],
  ['DateLessThan', positive(date((value, wanted) => value < wanted))],
  ['DateLessThanEquals', positive(date((value, wanted) => value <= wanted))],
  ['DateGreaterThan', positive(date((value, wanted) => value > wanted))],
  ['DateGreaterThanEquals', positive(date((value, wanted) => value >= wanted))],
  ['Bool', positive(comparing('true or false', readBoolean, same))],
  ['BinaryEquals', positive(comparing('base64', readBase64, same))],
  ['IpAddress', positive(ipAddress)],
  ['NotIpAddress', negative(ipAddress)],
  ['ArnEquals', positive(arnLike)],
  ['ArnLike', positive(arnLike)],
  ['ArnNotEquals', negative(arnLike)],
  ['ArnNotLike', negative(arnLike)],
]);
