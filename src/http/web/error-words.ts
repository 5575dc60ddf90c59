/** What a page says around a refusal or fault: a short title, and what to do next. */
import type { ErrorCode } from '../../core/errors.ts';

type FamilyOf<Code extends string> = Code extends `${infer Family}.${string}` ? Family : Code;

/** By the part of the code before the point, so that a new code has a title from the start. */
const TITLES: Readonly<Record<FamilyOf<ErrorCode>, string>> = {
  request: 'This request was not accepted',
  session: 'Not signed in',
  sign_in: 'The sign-in did not work',
  idp: 'The sign-in did not work',
  saml: 'The sign-in did not work',
  oidc: 'The sign-in did not work',
  token: 'Not signed in',
  code: 'That code cannot be used',
  client: 'This client was not let in',
  grant: 'That token was not handed out',
  subject_token: 'That token was not handed out',
  scope: 'That token was not handed out',
  target: 'That token was not handed out',
  proof: 'Not signed in',
  role: 'This role is not open to you',
  mapping: 'That rule does not apply',
  duration: 'That duration is not possible',
  session_policy: 'That session policy cannot be used',
  session_tag: 'Something about you is missing',
  console: 'The console cannot be opened',
  federation: 'The console did not open',
  mfa: 'The MFA code did not work',
  sts: 'AWS did not hand out credentials',
  listing: 'AWS did not list anything',
  break_glass: 'Break-glass did not open',
  first_run: 'This code opens nothing',
  broker: 'Daypass cannot do this right now',
  store: 'Daypass cannot do this right now',
  catalogue: 'Daypass cannot do this right now',
  proposal: 'This change cannot be approved',
  administration: 'This is for administrators',
  internal: 'That went wrong',
};

const EXACT_TITLES: Partial<Record<ErrorCode, string>> = {
  'sign_in.disabled': 'You cannot sign in',
  'sign_in.again': 'Signing in again was not enough',
  'sign_in.stronger': 'Signing in again was not enough',
  'request.not_found': 'Page not found',
  'request.repeated': 'That was done before',
  'token.too_many': 'You have enough tokens',
  'token.role': 'The token does not reach this role',
  'session.only': 'A token cannot do this',
  'sign_in.connector_unknown': 'Page not found',
  'role.reserved_for_service': 'No person can use this role',
  'mfa.required': 'An MFA code is needed',
  'sts.refused': 'AWS refused this role',
  'catalogue.stale': 'Somebody else was first',
  'catalogue.refused': 'This catalogue has mistakes',
};

export function titleOf(code: ErrorCode): string {
  const [family = code] = code.split('.');
  return EXACT_TITLES[code] ?? TITLES[family as FamilyOf<ErrorCode>];
}

const ASK_ADMINISTRATOR = 'If you need it, ask an administrator, and give them the request id below.';

/** A page that says this comes only right after another sign-in: before, the person is sent to one. */
const ADVICE_OF_STEP_UP = [
  'You have just signed in again, and what your identity provider says of that sign-in is still not enough.',
  ASK_ADMINISTRATOR,
];

const ADVICE_OF_PROVIDER = [
  'Nothing was handed out. If you were signed in before, you still are.',
  'Your identity provider may ask for more the next time, such as a second factor: try once more.',
  ASK_ADMINISTRATOR,
];

const ADVICE: Partial<Record<ErrorCode, readonly string[]>> = {
  'role.not_found': [
    'None of your groups gives you this role; below are the groups that arrived from your identity provider, exactly as they came.',
    'Groups that were changed today arrive with your next sign-in: sign out and in again.',
    ASK_ADMINISTRATOR,
  ],
  'role.reserved_for_service': [
    'Nothing is wrong with your sign-in: this role works for the AWS service alone.',
    'Choose another of your roles, or ask an administrator for one that people may use.',
  ],
  'role.no_id_token': [
    'It passes on the ID token of your sign-in, and yours brought none: sign out, and in again with a provider that speaks OpenID Connect.',
    ASK_ADMINISTRATOR,
  ],
  'sign_in.disabled': [
    'Nothing is wrong with your identity provider, and trying again changes nothing.',
    'If you should have access, ask an administrator to enable you again.',
  ],
  'sign_in.again': ADVICE_OF_STEP_UP,
  'sign_in.stronger': ADVICE_OF_STEP_UP,
  'saml.authn_context': ADVICE_OF_PROVIDER,
  'oidc.auth_time': ADVICE_OF_PROVIDER,
  'oidc.acr': ADVICE_OF_PROVIDER,
  'session_tag.missing': ['Your identity provider has to send that attribute.', ASK_ADMINISTRATOR],
  'sts.refused': [
    'Daypass permits you this role, but AWS does not: the role may not exist, or its trust policy does not name Daypass with these conditions.',
    ASK_ADMINISTRATOR,
  ],
  'broker.credentials': [ASK_ADMINISTRATOR],
  'first_run.code': ['Start Daypass again: each start prints a new code, which is good for an hour.'],
  'mfa.invalid': ['Each code works once and for half a minute.'],
  'request.csrf_token': ['Go back, load the page again, and do it from there.'],
  'request.cross_site': ['Open Daypass itself and do it again from there.'],
};

export function adviceFor(code: ErrorCode): readonly string[] {
  return ADVICE[code] ?? [];
}
