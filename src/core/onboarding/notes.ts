/** What the owner of an account has to know beside what they are given to apply. Codes never change. */
export interface OnboardingNote {
  readonly code: string;
  readonly text: string;
}

export const ROLE_NOTES = {
  issuerNotPublic: {
    code: 'issuer.not-public',
    text: 'AWS fetches Daypass’s keys itself: the base URL must be https and reachable from the internet.',
  },
  nothingNeeded: {
    code: 'permission.none',
    text: 'GetSessionToken needs no permission, and no policy can refuse it: nothing has to be set up.',
  },
  wholeUser: {
    code: 'session-token.whole-user',
    text: 'Whoever gets this role has all that the IAM user may do. Give the user no more than that.',
  },
  userRights: {
    code: 'federation.user-rights',
    text: 'A federated session has what both its session policy and the IAM user allow: the user itself needs those permissions too.',
  },
  nobodyYet: {
    code: 'own-token.nobody',
    text: 'Nobody who may use this role is known yet. Come back when somebody has signed in, or name users in a mapping: a trust policy that names nobody would let in everybody with a token.',
  },
  namedPeople: {
    code: 'own-token.named-people',
    text: 'A trust policy knows no groups: it names the people who may use this role now. Apply it again when they change, or let Daypass sign tokens instead (token: minted).',
  },
  noExternalId: {
    code: 'external-id.none',
    text: 'The role trusts another account without an external ID. If that account is somebody else’s, or serves others too, give the role one.',
  },
  pathUnknown: {
    code: 'signer.path-unknown',
    text: 'Daypass signs with a role’s session, whose ARN does not tell the role’s path. If that role has one, write it into the principal.',
  },
  ownRole: {
    code: 'signer.own-role',
    text: 'This is the role that Daypass itself signs with: whoever got it could use every role that Daypass may use. Give people another role.',
  },
  unusableSigner: {
    code: 'signer.unusable',
    text: 'What the credential source signs as cannot do this. GetFederationToken needs an IAM user’s own key; AssumeRole takes any key or session but those of a root or federated user.',
  },
} as const satisfies Record<string, OnboardingNote>;
