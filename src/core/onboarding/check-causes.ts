/** Why a dry run of a role failed, as far as AWS tells. Codes never change once published; texts may. */
import type { BrokerError } from '../errors.ts';

interface CheckEntry {
  readonly text: string;
  /** Whether what the onboarding prints, applied again, mends it. */
  readonly mends?: 'role' | 'provider';
}

export const CHECK_CAUSES = {
  'check.works': { text: 'AWS gave a session, which was thrown away.' },
  'check.key-works': {
    text: 'AWS takes the credential source’s key. GetSessionToken needs no permission, so that nothing else can be missing.',
  },
  'unchecked.mfa': {
    text: 'AWS takes the credential source’s key. The rest needs an MFA code, which only a person has.',
  },
  'unchecked.own-token': {
    text: 'This role takes a person’s own token, which only their sign-in brings: ask somebody to use it.',
  },
  'unchecked.service': { text: 'Only AWS services may assume this role; Daypass does not try.' },
  'external-id.not-required': {
    text: 'The role can be assumed without its external ID: whoever else may ask that account can be made to act here. Ask for it in the trust policy.',
    mends: 'role',
  },
  'provider.missing': {
    text: 'The account has no such identity provider, or it is for another issuer.',
    mends: 'provider',
  },
  'provider.audience': {
    text: 'The account’s OpenID provider does not take tokens for sts.amazonaws.com.',
    mends: 'role',
  },
  'provider.keys': {
    text: 'The account’s SAML provider has other keys than those Daypass signs with: give it the metadata of today.',
    mends: 'role',
  },
  'provider.unreachable': {
    text: 'AWS cannot fetch Daypass’s keys: the issuer’s address must be reachable from the internet, over https.',
  },
  clock: { text: 'AWS finds what Daypass signed too old or not yet valid: check the clock of this machine.' },
  'region.disabled': { text: 'STS is not activated in this region for the account.' },
  'trust.tag-session': {
    text: 'It works without session tags: sts:TagSession is missing in the trust policy, or in the caller’s permission.',
    mends: 'role',
  },
  'trust.source-identity': {
    text: 'It works without a source identity: sts:SetSourceIdentity is missing in the trust policy, or in the caller’s permission.',
    mends: 'role',
  },
  'trust.session-actions': {
    text: 'It works without session tags and source identity: sts:TagSession and sts:SetSourceIdentity are missing.',
    mends: 'role',
  },
  'trust.refused': {
    text: 'The trust policy does not let Daypass in, asks for another external ID, the caller has no permission, or there is no such role. AWS does not tell which.',
    mends: 'role',
  },
  'source.refused': { text: 'AWS refuses the credentials that Daypass signs with.' },
  'sts.throttled': { text: 'AWS is limiting requests at the moment. Try again shortly.' },
  'sts.unreachable': { text: 'AWS could not be reached in time.' },
  'check.other': { text: 'AWS refused for another reason; its words say which.' },
} as const satisfies Record<string, CheckEntry>;

export type CheckCause = keyof typeof CHECK_CAUSES;

export function mendedBy(cause: CheckCause): CheckEntry['mends'] {
  const entry: CheckEntry = CHECK_CAUSES[cause];
  return entry.mends;
}

/** AWS's words, as `grants/sts-errors` passes them on: the code, then the message. In order, the first counts. */
const WORDS: readonly (readonly [RegExp, CheckCause])[] = [
  [/^RegionDisabledException/, 'region.disabled'],
  [/^IDPCommunicationError|verification key/, 'provider.unreachable'],
  [/^ExpiredTokenException/, 'clock'],
  [/provider doesn't exist|No OpenIDConnect provider|Issuer not present/, 'provider.missing'],
  [/Incorrect token audience/, 'provider.audience'],
  [/signature invalid/i, 'provider.keys'],
  [/^AccessDenied.*sts:TagSession/, 'trust.tag-session'],
  [/^AccessDenied.*sts:SetSourceIdentity/, 'trust.source-identity'],
  [/^AccessDenied/, 'trust.refused'],
];

export function causeOf({ code, detail = '' }: Pick<BrokerError, 'code' | 'detail'>): CheckCause {
  if (code === 'broker.credentials') return 'source.refused';
  if (code === 'sts.throttled') return 'sts.throttled';
  if (code === 'sts.unavailable' || code === 'sts.timeout') return 'sts.unreachable';
  return WORDS.find(([words]) => words.test(detail))?.[1] ?? 'check.other';
}
