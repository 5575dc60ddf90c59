/**
 * Where the other evaluator and ours part, by the sentences of our tables. `documented`: AWS's documentation says
 * what we do. `open`: it does not say, and we chose the reading that refuses or keeps to the text.
 */
export interface KnownDifference {
  readonly theirs: string;
  readonly ours: 'documented' | 'open';
  readonly cases: readonly string[];
}

const OWN_ROLE = 'a role of the own account:';
const CALLERS: readonly KnownDifference[] = [
  {
    theirs: 'knows no unique ids, which IAM keeps in place of a user’s or role’s ARN',
    ours: 'documented',
    cases: [
      'a user is named by its unique id',
      'a session is named by its role’s unique id',
      `${OWN_ROLE} trust in the user’s unique id is enough`,
    ],
  },
  {
    theirs: 'takes the role’s ARN from the session’s, where the path is missing',
    ours: 'documented',
    cases: [
      'a session is not named by its role’s ARN without the path',
      `${OWN_ROLE} trust in a role of the same name and another path`,
    ],
  },
  {
    theirs: 'narrows by the session policy also what is given to the session itself, or to everyone',
    ours: 'documented',
    cases: [
      'a session named by its own ARN is not held back by its session policy',
      'a session that everyone includes is held back by neither',
      'a federated user named by its session’s ARN is not held back by its session policy',
      `${OWN_ROLE} trust in the session goes past its session policy`,
    ],
  },
  {
    theirs: 'does not know which user a federated user comes from',
    ours: 'documented',
    cases: [
      'a federated user named by its user is allowed what its session policy allows',
      'a Deny with Principal: a user reaches its federated users',
    ],
  },
  {
    theirs: 'gives a federated user without a session policy all that its user has',
    ours: 'documented',
    cases: [
      'in the own account: a federated user without a session policy has nothing',
      'in another account: a federated user with both sides but no session policy',
      'a role of another account: a federated user has no such permission without a session policy',
    ],
  },
  {
    theirs: 'asks policies of the root user, by its own word still to do',
    ours: 'documented',
    cases: [
      'the root user is named by its account',
      'in the own account: the root user needs no policy',
      'in the own account: a federated session of the root user has what its session policy allows',
      'in another account: the root user, by its account',
      'in another account: a federated session of the root user, both sides',
      `${OWN_ROLE} nor where everyone is trusted`,
    ],
  },
  {
    theirs: 'takes a role without a trust policy for a resource without a policy',
    ours: 'documented',
    cases: [
      `${OWN_ROLE} an identity policy is never enough`,
      `${OWN_ROLE} nor is one that allows everything`,
    ],
  },
  {
    theirs: 'takes a built-in provider’s host for a service',
    ours: 'documented',
    cases: ['trust in a built-in provider by its host name'],
  },
  {
    theirs: 'knows no canonical ids',
    ours: 'documented',
    cases: ['a Deny with Principal: a canonical id reaches the account’s users'],
  },
  {
    theirs: 'spares nobody by a NotPrincipal of several, by its own word still to be tested',
    ours: 'documented',
    cases: [
      'a Deny with NotPrincipal: a user and its account spare the user',
      'a Deny with NotPrincipal: session, role and account spare the session',
      'a Deny with NotPrincipal: federated user, user and account spare the federated user',
      'a Deny with NotPrincipal: everyone spares everyone',
    ],
  },
  {
    theirs: 'counts who signs in by a provider to the provider’s account',
    ours: 'open',
    cases: ['a Deny with Principal: an account does not reach its providers’ people'],
  },
];

const ELEMENTS: readonly KnownDifference[] = [
  {
    theirs: 'cuts a Resource into six parts first, so that a star never goes on past a colon',
    ours: 'documented',
    cases: ['a star that ends a part goes on past a colon', 'a star for two parts leaves the rest to match'],
  },
  {
    theirs: 'compares the service in a Resource without case',
    ours: 'open',
    cases: ['so do the services in them'],
  },
  {
    theirs: 'expands variables whatever the policy’s Version',
    ours: 'documented',
    cases: ['before 2012-10-17 a variable is no value', 'before 2012-10-17 a variable is its own letters'],
  },
  {
    theirs: 'leaves out the value with the variable that is missing, not the statement',
    ours: 'documented',
    cases: ['one without a value keeps the whole statement from applying'],
  },
  {
    theirs: 'takes an empty value for a missing one',
    ours: 'open',
    cases: ['an empty value is a value', 'an empty value keeps the default away'],
  },
  {
    theirs: 'gives a default to a key with several values',
    ours: 'open',
    cases: ['and takes no default'],
  },
  {
    theirs: 'ends a variable at a brace in its default',
    ours: 'open',
    cases: ['a default may hold a brace'],
  },
  {
    theirs: 'does not expand a variable that is a whole ARN',
    ours: 'documented',
    cases: ['ArnEquals expands a whole ARN'],
  },
];

const CONDITIONS: readonly KnownDifference[] = [
  {
    theirs: 'takes empty text for a value of a set',
    ours: 'documented',
    cases: [
      'ForAllValues:StringEquals: nor has empty text',
      'ForAnyValue:StringEquals: empty text is no value, even if listed',
      'ForAnyValue:StringNotEquals: nor has empty text',
    ],
  },
  {
    theirs: 'forgets IfExists beside ForAnyValue',
    ours: 'documented',
    cases: ['ForAnyValue:StringEqualsIfExists: a missing key holds'],
  },
  {
    theirs: 'takes one of two spellings of a key, and an empty list for a value',
    ours: 'open',
    cases: ['a key that comes in two spellings has two values', 'Null: an empty list is not there'],
  },
  {
    theirs: 'reads numbers as JavaScript does, to the precision of a double',
    ours: 'documented',
    cases: [
      'NumericEquals: fractions to the last digit',
      'NumericEquals: large numbers to the last digit',
      'NumericLessThan: an exponent is no number here',
      'NumericLessThan: hexadecimal is none',
      'NumericLessThan: a space is none',
    ],
  },
  {
    theirs: 'holds nothing, not even a negation, of what cannot be read',
    ours: 'open',
    cases: [
      'NumericNotEquals: what is no number is another',
      'NotIpAddress: a name is outside',
      'ArnNotLike: what is no ARN is not like one',
    ],
  },
  {
    theirs: 'knows no seconds since 1970',
    ours: 'documented',
    cases: [
      'DateEquals: seconds since 1970',
      'DateEquals: bare seconds since 1970',
      'DateGreaterThanEquals: at the moment is no earlier',
      'DateLessThanEquals: a second after is not',
    ],
  },
  {
    theirs: 'reads dates as JavaScript does',
    ours: 'documented',
    cases: [
      'DateLessThan: a day that no month has is no date',
      'DateLessThan: a time without a zone is no date',
      'DateLessThan: a month has no time of day',
      'DateLessThan: four digits are a year or seconds, so neither',
    ],
  },
  {
    theirs: 'finds no address in the range of all, and compares IPv6 addresses by their letters',
    ours: 'documented',
    cases: [
      'IpAddress: every IPv4 address',
      'IpAddress: one IPv6 address, written at length',
      'IpAddress: an IPv4 address as IPv6',
      'IpAddress: an IPv4 range as IPv6',
    ],
  },
  {
    theirs: 'knows no star for every ARN, and takes five parts for an ARN',
    ours: 'open',
    cases: ['ArnLike: a star alone is every ARN', 'ArnLike: five parts are no ARN'],
  },
];

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [...CALLERS, ...ELEMENTS, ...CONDITIONS];
