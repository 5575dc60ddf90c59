import { BrokerError } from '../../core/errors.ts';
import type { Identity } from '../../core/principal.ts';
import { displayText } from '../display-text.ts';
import type { CheckedAssertion } from './check-assertion.ts';
import { readAttributes, soleValue } from './read-attributes.ts';
import type { SamlSettings } from './saml-settings.ts';
import { usableSubject } from './usable-subject.ts';

const MAXIMUM_GROUPS = 2_000;

export type IdentitySettings = Pick<
  SamlSettings,
  | 'id'
  | 'subjectAttribute'
  | 'groupsAttribute'
  | 'emailAttribute'
  | 'displayNameAttribute'
  | 'repeatedAttributes'
>;

/** Who an assertion is about, by the connector's names for things. The assertion has been checked. */
export function identityOf(
  assertion: Element,
  { nameId }: CheckedAssertion,
  settings: IdentitySettings,
): Identity {
  const attributes = readAttributes(assertion, settings.repeatedAttributes);
  const groups = (attributes.get(settings.groupsAttribute) ?? []).filter((group) => group !== '');
  if (groups.length > MAXIMUM_GROUPS)
    throw new BrokerError('saml.too_complex', { detail: 'too many groups' });
  const displayName = displayText(attributes.get(settings.displayNameAttribute));
  const email = displayText(attributes.get(settings.emailAttribute));
  const { subjectAttribute } = settings;
  return {
    connectorId: settings.id,
    subject:
      subjectAttribute === undefined
        ? usableSubject(nameId?.value, 'the NameID')
        : usableSubject(soleValue(assertion, subjectAttribute), 'the subject’s attribute'),
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
    groups,
    attributes,
  };
}
