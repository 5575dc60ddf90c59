/**
 * Who a visitor of the sandbox can be. Both identity providers know the same people by the same subjects,
 * as a company's directory behind a SAML and an OpenID Connect front would.
 */
export interface Person {
  /** Stable and never reused: SAML NameID and OpenID `sub`. */
  readonly subject: string;
  readonly displayName: string;
  readonly email: string;
  /** One line for the page on which a visitor picks who to be. */
  readonly what: string;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

export const PEOPLE: readonly Person[] = [
  {
    subject: 'erin.engel',
    displayName: 'Erin Engel',
    email: 'erin.engel@example.com',
    what: 'Engineer: develops in Development, operates instances in Production',
    groups: ['engineering'],
    attributes: { department: 'platform', costCenter: 'cc-2040' },
  },
  {
    subject: 'priya.nair',
    displayName: 'Priya Nair',
    email: 'priya.nair@example.com',
    what: 'Payments lead: an engineer with more rights in Production, tagged with her department',
    groups: ['engineering', 'payments-leads'],
    attributes: { department: 'payments', costCenter: 'cc-3310' },
  },
  {
    subject: 'carlos.ortiz',
    displayName: 'Carlos Ortiz',
    email: 'carlos.ortiz@example.net',
    what: 'Contractor of Example Corp: the third party that works in our account',
    groups: ['contractors'],
    attributes: { department: 'example-corp' },
  },
  {
    subject: 'alex.admin',
    displayName: 'Alex Admin',
    email: 'alex.admin@example.com',
    what: 'Administrator of Daypass, and an engineer',
    groups: ['daypass-administrators', 'engineering'],
    attributes: { department: 'security', costCenter: 'cc-1000' },
  },
  {
    subject: 'nora.quinn',
    displayName: 'Nora Quinn',
    email: 'nora.quinn@example.com',
    what: 'New colleague without any group: sees what a refusal looks like',
    groups: [],
    attributes: { department: 'finance' },
  },
];

export function findPerson(subject: string | null): Person | undefined {
  return PEOPLE.find((person) => person.subject === subject);
}
