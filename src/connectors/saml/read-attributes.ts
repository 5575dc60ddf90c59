import { BrokerError } from '../../core/errors.ts';
import { SAML_ASSERTION, attribute, childrenNamed, plainText } from './xml.ts';

/**
 * Attributes by exact name, values as they arrived. Always lists: a single value as a bare string would let
 * `"aws-admins-readonly".includes("aws-admins")` decide. Values with markup are no text and are left out.
 *
 * @param repeated those that may stand several times: all of their values count anyway
 * @throws BrokerError `saml.duplicate_attribute`: which of two wins is a guess, and attackers guess better.
 */
export function readAttributes(
  assertion: Element,
  repeated: readonly string[],
): Map<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const element of attributesOf(assertion)) {
    const name = attribute(element, 'Name') ?? '';
    if (name === '') throw new BrokerError('saml.malformed', { detail: 'an attribute without a name' });
    const earlier = attributes.get(name);
    if (earlier !== undefined && !repeated.includes(name)) throw new BrokerError('saml.duplicate_attribute');
    const values = valuesOf(element).map(plainText);
    const texts = values.filter((value) => value !== undefined);
    if (earlier === undefined) attributes.set(name, texts);
    else earlier.push(...texts);
  }
  return attributes;
}

/** The text of an attribute that must have exactly one value; undefined when it has none, several, or markup. */
export function soleValue(assertion: Element, name: string): string | undefined {
  const [value, ...more] = attributesOf(assertion)
    .filter((element) => attribute(element, 'Name') === name)
    .flatMap(valuesOf);
  return value === undefined || more.length > 0 ? undefined : plainText(value);
}

function attributesOf(assertion: Element): Element[] {
  return childrenNamed(assertion, SAML_ASSERTION, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, SAML_ASSERTION, 'Attribute'),
  );
}

function valuesOf(element: Element): Element[] {
  return childrenNamed(element, SAML_ASSERTION, 'AttributeValue');
}
