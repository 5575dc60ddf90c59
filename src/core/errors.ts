/**
 * Every refusal and fault that leaves the broker, by stable code. Codes never change once published;
 * texts may. The text is for the person who asked; `detail` is for the operator's log and never leaves.
 * A door maps `kind` to its own protocol once (`http/errors.ts`).
 */
import type { StepName } from './explained-steps.ts';

export type ErrorKind =
  | 'bad-request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'precondition'
  | 'too-large'
  | 'too-many'
  | 'misdirected'
  | 'upstream-bad'
  | 'upstream-timeout'
  | 'unavailable'
  | 'internal';

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly text: string;
}

const entry = (kind: ErrorKind, text: string): ErrorEntry => ({ kind, text });

export const ERRORS = {
  'request.malformed': entry('bad-request', 'The request could not be read.'),
  'request.too_large': entry('too-large', 'The request is larger than this address accepts.'),
  'request.unknown_host': entry('misdirected', 'This address does not serve that host name.'),
  'request.cross_site': entry('forbidden', 'This request came from another site, so nothing was done.'),
  'request.browser': entry('forbidden', 'This address is for AWS clients. A browser gets nothing here.'),
  'request.csrf_token': entry('forbidden', 'The page was too old to act on, so nothing was done. Try again.'),
  'request.too_many': entry('too-many', 'Too many requests. Wait a moment and try again.'),
  'request.not_found': entry('not-found', 'There is nothing at this address.'),
  'request.repeated': entry(
    'conflict',
    'This was done before, by a request with the same Idempotency-Key, so nothing was done now.',
  ),
  'request.method': entry('method-not-allowed', 'This address does not answer that method.'),

  'session.required': entry('unauthenticated', 'Sign in first.'),
  'session.only': entry('forbidden', 'Only a sign-in session may do this; a token may not.'),
  'session.ended': entry('unauthenticated', 'Your sign-in session has ended. Sign in again.'),
  'sign_in.again': entry('unauthenticated', 'This role needs a fresh sign-in.'),
  'sign_in.stronger': entry('unauthenticated', 'This role needs a stronger sign-in than yours.'),
  'sign_in.disabled': entry('forbidden', 'An administrator has disabled your access to Daypass.'),
  'sign_in.busy': entry('unavailable', 'Too many people are signing in at once. Try again in a moment.'),
  'token.invalid': entry('unauthenticated', 'The access token is missing, wrong or expired.'),
  'token.too_many': entry('conflict', 'You have as many tokens as one person may have. End one first.'),
  'token.role': entry('forbidden', 'This token is for other roles.'),
  'token.refresh': entry(
    'bad-request',
    'The refresh token is wrong, was replaced or has ended. Sign in again.',
  ),
  'code.spent': entry('bad-request', 'This code is wrong, was used before or has expired. Start again.'),
  'client.invalid': entry('unauthenticated', 'The client did not prove who it is.'),
  'client.metadata': entry('bad-request', 'The client’s name or kind is not one that is accepted.'),
  'client.redirect_uri': entry(
    'bad-request',
    'The client’s redirect URI must be http on 127.0.0.1 or [::1], with the path that it registered.',
  ),
  'client.scope': entry('bad-request', 'The only scope is sso:account:access.'),
  'client.grant_type': entry('bad-request', 'This way to a token is not offered here.'),
  'client.unauthorized': entry('bad-request', 'This client may not sign in this way.'),
  'client.pending': entry('bad-request', 'Nobody has answered yet. Ask again in a moment.'),
  'client.slow_down': entry('bad-request', 'Asked too often. Wait five seconds longer each time.'),
  'client.denied': entry('bad-request', 'The sign-in was refused in the browser.'),
  'client.expired': entry('bad-request', 'The sign-in took too long, or its session has ended. Start again.'),
  'grant.not_allowed': entry('bad-request', 'This application may not act for people.'),
  'grant.unsupported': entry('bad-request', 'Send a grant_type that the manual names.'),
  'subject_token.invalid': entry('bad-request', 'This is no ID token by which this application may act.'),
  'scope.invalid': entry('bad-request', 'Send scope as role:ID of roles that may be used, or none.'),
  'target.invalid': entry('bad-request', 'Access tokens of this server are for its own API alone.'),
  'proof.invalid': entry('bad-request', 'The proof that the client holds its key is missing or wrong.'),
  'proof.replayed': entry('bad-request', 'This proof of the client’s key was used for another request.'),

  'sign_in.connector_unknown': entry('not-found', 'There is no such way to sign in.'),
  'sign_in.replayed': entry('forbidden', 'This sign-in was already used. Start again.'),
  'idp.unavailable': entry(
    'upstream-bad',
    'The identity provider did not give a usable answer. Try again in a moment.',
  ),
  'idp.timeout': entry(
    'upstream-timeout',
    'The identity provider did not answer in time. Try again in a moment.',
  ),

  'saml.malformed': entry('bad-request', 'The identity provider’s message could not be read.'),
  'saml.encoding': entry('bad-request', 'The identity provider’s message could not be read.'),
  'saml.too_large': entry('too-large', 'The identity provider’s message is too large.'),
  'saml.too_complex': entry('bad-request', 'The identity provider’s message is too complex.'),
  'saml.forbidden_markup': entry(
    'forbidden',
    'The identity provider’s message has markup that is never accepted.',
  ),
  'saml.no_flow': entry(
    'forbidden',
    'This sign-in was not started in this browser, or took too long. Start again.',
  ),
  'saml.status': entry('forbidden', 'The identity provider refused the sign-in.'),
  'saml.signature_invalid': entry('forbidden', 'The identity provider’s signature is not valid.'),
  'saml.weak_algorithm': entry(
    'forbidden',
    'The identity provider signs with an algorithm that is too weak.',
  ),
  'saml.assertion_count': entry(
    'forbidden',
    'The identity provider’s message must hold exactly one assertion.',
  ),
  'saml.issuer': entry('forbidden', 'The message is from another identity provider than the one chosen.'),
  'saml.audience': entry('forbidden', 'The sign-in was meant for another service.'),
  'saml.recipient': entry('forbidden', 'The sign-in was meant for another address.'),
  'saml.destination': entry('forbidden', 'The sign-in was meant for another address.'),
  'saml.in_response_to': entry(
    'forbidden',
    'The sign-in does not answer the one that was started. Start again.',
  ),
  'saml.time': entry(
    'forbidden',
    'The sign-in is too old or not yet valid. Start again; if it stays, clocks differ.',
  ),
  'saml.subject': entry('forbidden', 'The identity provider did not say who you are in a usable way.'),
  'saml.confirmation': entry('forbidden', 'The sign-in is not of the kind this service accepts.'),
  'saml.duplicate_attribute': entry('forbidden', 'The identity provider sent one attribute twice.'),
  'saml.encryption': entry(
    'forbidden',
    'The identity provider’s message is not encrypted in a way that is accepted.',
  ),
  'saml.authn_context': entry(
    'forbidden',
    'The identity provider did not ask you for the sign-in that is needed here.',
  ),
  'saml.replay': entry('forbidden', 'This sign-in was already used. Start again.'),

  'oidc.no_flow': entry(
    'forbidden',
    'This sign-in was not started in this browser, or took too long. Start again.',
  ),
  'oidc.refused': entry('forbidden', 'The identity provider refused the sign-in.'),
  'oidc.issuer': entry('forbidden', 'The answer is from another identity provider than the one chosen.'),
  'oidc.signature': entry('forbidden', 'The identity provider’s signature is not valid.'),
  'oidc.audience': entry('forbidden', 'The sign-in was meant for another service.'),
  'oidc.nonce': entry('forbidden', 'The sign-in does not answer the one that was started. Start again.'),
  'oidc.time': entry(
    'forbidden',
    'The sign-in is too old or not yet valid. Start again; if it stays, clocks differ.',
  ),
  'oidc.subject': entry('forbidden', 'The identity provider did not say who you are in a usable way.'),
  'oidc.auth_time': entry(
    'forbidden',
    'The identity provider did not ask you to sign in afresh, as is needed here.',
  ),
  'oidc.acr': entry(
    'forbidden',
    'The identity provider did not ask you for the sign-in that is needed here.',
  ),
  'oidc.logout_token': entry('bad-request', 'The logout token is not valid.'),
  'oidc.type': entry('forbidden', 'The identity provider sent a token of another kind.'),
  'oidc.groups': entry('forbidden', 'The identity provider sent groups in an unusable form.'),

  'role.not_found': entry('not-found', 'There is no such role among those you may use.'),
  'role.reserved_for_service': entry(
    'forbidden',
    'This role is for an AWS service, not for people or applications.',
  ),
  'role.for_people': entry(
    'forbidden',
    'This role asks how a person signed in, so no application can use it.',
  ),
  'role.no_id_token': entry('forbidden', 'This role needs a sign-in by OpenID Connect.'),
  'role.no_session': entry(
    'bad-request',
    'This role’s credentials are no role session, and this way of using it needs one.',
  ),
  'mapping.not_found': entry('bad-request', 'The mapping that was named does not give you this role.'),
  duration: entry('bad-request', 'The duration is outside what this role allows.'),
  'session_policy.malformed': entry('bad-request', 'The session policy is not a valid IAM policy document.'),
  'session_policy.not_narrowing': entry(
    'bad-request',
    'A session policy may only narrow this role: append Deny statements.',
  ),
  'session_policy.unsupported': entry('bad-request', 'This role’s grant method takes no session policy.'),
  'session_policy.required': entry('forbidden', 'This role is handed out only with a session policy.'),
  'session_tag.missing': entry(
    'forbidden',
    'Your identity lacks an attribute that this role’s session tags need.',
  ),
  'console.unsupported': entry('bad-request', 'AWS does not accept this role’s credentials for the console.'),
  'console.destination': entry(
    'bad-request',
    'That page is not an AWS console page of this account’s partition.',
  ),
  'mfa.required': entry('bad-request', 'This role needs the current MFA code of its IAM user.'),
  'mfa.invalid': entry('bad-request', 'AWS refused the MFA code. Wait for the next one and try again.'),

  'sts.throttled': entry('unavailable', 'AWS is limiting requests at the moment. Try again shortly.'),
  'sts.timeout': entry('upstream-timeout', 'AWS did not answer in time. Try again in a moment.'),
  'sts.unavailable': entry('unavailable', 'AWS could not be reached. Try again in a moment.'),
  'sts.bad_response': entry(
    'upstream-bad',
    'AWS gave an answer that cannot be trusted. Nothing was handed out.',
  ),
  'sts.refused': entry(
    'upstream-bad',
    'AWS refused this role. An administrator has to look at its trust policy.',
  ),
  'broker.credentials': entry(
    'unavailable',
    'The broker’s own AWS credentials are not usable. An administrator has to renew them.',
  ),
  'federation.unavailable': entry(
    'upstream-bad',
    'The AWS sign-in endpoint did not give a usable answer. Try again in a moment.',
  ),

  'store.unavailable': entry(
    'unavailable',
    'The broker cannot record what it does right now, so it does nothing. Try again shortly.',
  ),
  'listing.refused': entry('forbidden', 'AWS does not let this role list that.'),
  'listing.throttled': entry('unavailable', 'AWS is limiting requests at the moment. Try again shortly.'),
  'listing.unavailable': entry('upstream-bad', 'AWS did not give a usable list. Try again in a moment.'),
  'break_glass.refused': entry('forbidden', 'Nothing was opened. The try is on record.'),
  'first_run.code': entry('forbidden', 'This code is wrong, was used before or is too old.'),

  'catalogue.invalid': entry('unavailable', 'The catalogue cannot be used. An administrator has to mend it.'),
  'catalogue.stale': entry(
    'precondition',
    'The catalogue was changed by somebody else meanwhile. Look at it again, then repeat your change.',
  ),
  'catalogue.refused': entry('bad-request', 'This catalogue has mistakes, so nothing was changed.'),
  'proposal.closed': entry('conflict', 'This change was applied, rejected or withdrawn already.'),
  'proposal.author': entry(
    'conflict',
    'Whoever proposed this may not make such a change any more, so it cannot be approved. Reject it.',
  ),
  'proposal.too_many': entry('conflict', 'Too many of your changes wait for approval. Withdraw one first.'),
  'administration.forbidden': entry('forbidden', 'Only administrators may do this.'),
  internal: entry('internal', 'Something went wrong on our side.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One of several mistakes in what was sent, by its place in it. */
export interface ErrorProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ErrorStep {
  readonly step: StepName;
  readonly state: 'ok' | 'failed' | 'not-reached' | 'not-checked';
  readonly text: string;
}

export interface BrokerErrorOptions {
  /** For the operator: why, in words. Never a secret, a token or an assertion. */
  readonly detail?: string;
  /** For the person: a sentence that is more exact than the code's own, safe to show. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
  /** For the person: every mistake in what they sent. */
  readonly problems?: readonly ErrorProblem[];
  /** For the person: what led to it, step by step, and nothing that is not theirs. */
  readonly steps?: readonly ErrorStep[];
  readonly cause?: unknown;
}

/** A refusal or fault with a stable code. Thrown anywhere, mapped once per door. */
export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly text: string;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly problems: readonly ErrorProblem[] | undefined;
  readonly steps: readonly ErrorStep[] | undefined;

  constructor(code: ErrorCode, options: BrokerErrorOptions = {}) {
    super(`${code}${options.detail === undefined ? '' : `: ${options.detail}`}`, { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.kind = ERRORS[code].kind;
    this.text = options.hint ?? ERRORS[code].text;
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.problems = options.problems;
    this.steps = options.steps;
  }
  /** The same, with what led to it. */
  explained(steps: readonly ErrorStep[]): BrokerError {
    const { code, text: hint, detail, retryAfterSeconds, problems, cause } = this;
    const given = { detail, retryAfterSeconds, problems, cause };
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return new BrokerError(code, { ...options, hint, steps });
  }
}
