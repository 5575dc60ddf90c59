import { SAML_ASSERTION_NS } from './saml-signature.ts';
import { attributeOf, childrenNamed, textOf } from './xml-document.ts';

/** What stands in a signed assertion. Read, not judged. */
export interface AssertionFacts {
  readonly issuer: string;
  /** Milliseconds; NaN where missing or no time. */
  readonly issuedAt: number;
  readonly notBefore: number | undefined;
  readonly notOnOrAfter: number | undefined;
  readonly audiences: readonly string[];
  readonly nameId: string | undefined;
  readonly nameIdFormat: string | undefined;
  /** Of each bearer confirmation. */
  readonly confirmations: readonly {
    readonly recipient: string | undefined;
    readonly notOnOrAfter: number;
  }[];
  readonly sessionNotOnOrAfter: number | undefined;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export function readAssertion(assertion: Element): AssertionFacts {
  const one = (parent: Element, name: string): Element | undefined =>
    childrenNamed(parent, SAML_ASSERTION_NS, name)[0];
  const issuer = one(assertion, 'Issuer');
  const subject = one(assertion, 'Subject');
  const nameId = subject && one(subject, 'NameID');
  const conditions = one(assertion, 'Conditions');
  const statement = one(assertion, 'AuthnStatement');
  return {
    issuer: issuer === undefined ? '' : textOf(issuer),
    issuedAt: timeOf(attributeOf(assertion, 'IssueInstant')),
    notBefore: optionalTime(conditions, 'NotBefore'),
    notOnOrAfter: optionalTime(conditions, 'NotOnOrAfter'),
    audiences: conditions === undefined ? [] : audiencesOf(conditions),
    nameId: nameId && textOf(nameId),
    nameIdFormat: nameId && attributeOf(nameId, 'Format'),
    confirmations: subject === undefined ? [] : confirmationsOf(subject),
    sessionNotOnOrAfter: optionalTime(statement, 'SessionNotOnOrAfter'),
    attributes: attributesOf(assertion),
  };
}

function audiencesOf(conditions: Element): readonly string[] {
  return childrenNamed(conditions, SAML_ASSERTION_NS, 'AudienceRestriction')
    .flatMap((restriction) => childrenNamed(restriction, SAML_ASSERTION_NS, 'Audience'))
    .map(textOf);
}

function confirmationsOf(subject: Element): AssertionFacts['confirmations'] {
  return childrenNamed(subject, SAML_ASSERTION_NS, 'SubjectConfirmation')
    .filter((confirmation) => attributeOf(confirmation, 'Method') === BEARER)
    .flatMap((confirmation) => childrenNamed(confirmation, SAML_ASSERTION_NS, 'SubjectConfirmationData'))
    .map((data) => ({
      recipient: attributeOf(data, 'Recipient'),
      notOnOrAfter: timeOf(attributeOf(data, 'NotOnOrAfter')),
    }));
}

function attributesOf(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>();
  const elements = childrenNamed(assertion, SAML_ASSERTION_NS, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, SAML_ASSERTION_NS, 'Attribute'),
  );
  for (const element of elements) {
    const name = attributeOf(element, 'Name') ?? '';
    const values = childrenNamed(element, SAML_ASSERTION_NS, 'AttributeValue').map(textOf);
    attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
  }
  return attributes;
}

function optionalTime(element: Element | undefined, name: string): number | undefined {
  const text = element && attributeOf(element, name);
  return text === undefined ? undefined : timeOf(text);
}

/** xs:dateTime in UTC, as SAML prescribes it; anything else is no time. */
function timeOf(text: string | undefined): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text ?? '') ? Date.parse(text ?? '') : NaN;
}
