/** IAM policy documents as Daypass writes them for others to apply, and their text. */

type OneOrMore = string | readonly string[];

export interface PolicyStatement {
  readonly Effect: 'Allow';
  readonly Principal?: Readonly<Record<string, OneOrMore>>;
  readonly Action: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export function policyOf(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** One is written alone, as IAM shows it. */
export function oneOrMore(values: readonly string[]): OneOrMore {
  const [first] = values;
  return first !== undefined && values.length === 1 ? first : values;
}

/** Foreign text for a condition's value: a dollar sign would begin a policy variable. */
export function literal(text: string): string {
  return text.replaceAll('$', '${$}');
}

/** JSON in the characters that IAM takes, which end at U+00FF. */
export function policyText(document: object, indent?: number): string {
  return JSON.stringify(document, null, indent).replace(
    /[\u0100-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
