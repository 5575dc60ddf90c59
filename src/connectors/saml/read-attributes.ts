import { BrokerError } from '../../core/errors.ts';
import { SAML_ASSERTION, attribute, childrenNamed, plainText } from './xml.ts';

/**
 * Attributes by exact name, values as they arrived. Always lists: a single value as a bare string would let
 * `"aws-admins-readonly".includes("aws-admins")` decide. Values with markup are no text and are left out.
 *
 * @throws BrokerError `saml.duplicate_attribute`: which of two wins is a guess, and attackers guess better.
 */
export function readAttributes(assertion: Element): Map<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>();
  const elements = childrenNamed(assertion, SAML_ASSERTION, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, SAML_ASSERTION, 'Attribute'),
  );
  for (const element of elements) {
    const name = attribute(element, 'Name') ?? '';
    if (name === '') throw new BrokerError('saml.malformed', { detail: 'an attribute without a name' });
    if (attributes.has(name)) throw new BrokerError('saml.duplicate_attribute');
    const values = childrenNamed(element, SAML_ASSERTION, 'AttributeValue').map(plainText);
    attributes.set(
      name,
      values.filter((value) => value !== undefined),
    );
  }
  return attributes;
}
