import { invalidAssertion } from './saml-errors.ts';
import { SAML_ASSERTION_NS } from './saml-names.ts';
import { attributeOf, childrenNamed, textOf } from './xml-document.ts';

/** What stands in a signed assertion. Read, not judged, but that what SAML has once must not be there twice. */
export interface AssertionFacts {
  readonly issuer: string;
  /** Milliseconds; NaN where missing or no time. */
  readonly issuedAt: number;
  readonly notBefore: number | undefined;
  readonly notOnOrAfter: number | undefined;
  /** Of each AudienceRestriction. */
  readonly audiences: readonly (readonly string[])[];
  readonly nameId: string | undefined;
  readonly nameIdFormat: string | undefined;
  readonly confirmations: readonly {
    readonly isBearer: boolean;
    readonly recipient: string | undefined;
    readonly notOnOrAfter: number;
  }[];
  readonly sessionNotOnOrAfter: number | undefined;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export function readAssertion(assertion: Element): AssertionFacts {
  const issuer = one(assertion, 'Issuer');
  const subject = one(assertion, 'Subject');
  const nameId = subject && one(subject, 'NameID');
  const conditions = one(assertion, 'Conditions');
  const sessionEnds = childrenNamed(assertion, SAML_ASSERTION_NS, 'AuthnStatement')
    .map((statement) => optionalTime(statement, 'SessionNotOnOrAfter'))
    .filter((time) => time !== undefined);
  return {
    issuer: issuer === undefined ? '' : textOf(issuer),
    issuedAt: timeOf(attributeOf(assertion, 'IssueInstant')),
    notBefore: optionalTime(conditions, 'NotBefore'),
    notOnOrAfter: optionalTime(conditions, 'NotOnOrAfter'),
    audiences: conditions === undefined ? [] : audiencesOf(conditions),
    nameId: nameId && textOf(nameId),
    nameIdFormat: nameId && attributeOf(nameId, 'Format'),
    confirmations: subject === undefined ? [] : confirmationsOf(subject),
    sessionNotOnOrAfter: sessionEnds.length === 0 ? undefined : Math.min(...sessionEnds),
    attributes: attributesOf(assertion),
  };
}

function one(parent: Element, name: string): Element | undefined {
  const [element, ...more] = childrenNamed(parent, SAML_ASSERTION_NS, name);
  if (more.length > 0) throw invalidAssertion('Invalid SAMLResponse', `more than one ${name}`);
  return element;
}

function audiencesOf(conditions: Element): AssertionFacts['audiences'] {
  return childrenNamed(conditions, SAML_ASSERTION_NS, 'AudienceRestriction').map((restriction) =>
    childrenNamed(restriction, SAML_ASSERTION_NS, 'Audience').map(textOf),
  );
}

function confirmationsOf(subject: Element): AssertionFacts['confirmations'] {
  return childrenNamed(subject, SAML_ASSERTION_NS, 'SubjectConfirmation').map((confirmation) => {
    const data = one(confirmation, 'SubjectConfirmationData');
    return {
      isBearer: attributeOf(confirmation, 'Method') === BEARER,
      recipient: data && attributeOf(data, 'Recipient'),
      notOnOrAfter: timeOf(data && attributeOf(data, 'NotOnOrAfter')),
    };
  });
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
