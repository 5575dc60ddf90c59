import { BrokerError } from '../../core/errors.ts';
import { usableSubject } from './usable-subject.ts';
import { SAML_ASSERTION, attribute, childElements, isNamed, plainText } from './xml.ts';

/** A NameID as it stands (SAML core section 2.2.3): a logout request must name the person by all of it. */
export interface NameId {
  readonly value: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
}

/**
 * The one NameID of a Subject; undefined if there is none.
 *
 * @throws BrokerError `saml.subject` for two, for other kinds of identifiers, and for text that cannot be a name
 */
export function readNameId(subject: Element): NameId | undefined {
  const [nameId, ...more] = childElements(subject).filter((child) =>
    /^(?:NameID|BaseID|EncryptedID)$/.test(child.localName),
  );
  if (nameId === undefined) return undefined;
  if (more.length > 0 || !isNamed(nameId, SAML_ASSERTION, 'NameID')) {
    throw new BrokerError('saml.subject', { detail: 'not exactly one NameID' });
  }
  // Text with markup inside is no text, so it is undefined here.
  const value = usableSubject(plainText(nameId), 'the NameID');
  const format = attribute(nameId, 'Format');
  const nameQualifier = attribute(nameId, 'NameQualifier');
  const spNameQualifier = attribute(nameId, 'SPNameQualifier');
  return {
    value,
    ...(format === undefined ? {} : { format }),
    ...(nameQualifier === undefined ? {} : { nameQualifier }),
    ...(spNameQualifier === undefined ? {} : { spNameQualifier }),
  };
}
