/**
 * The last look at what STS gave, before anything of it is believed: a broken or foreign answer must never
 * become credentials in somebody's hands.
 */
import { TemporaryCredentials } from './credentials.ts';
import type { Permit } from './decide-access.ts';
import { BrokerError } from './errors.ts';
import type { StsAnswer } from './ports/grant-method.ts';

/** Clocks of AWS and of this machine may differ by so much, either way. */
const TOLERANCE_MS = 60_000;
/** SigV4 requests beyond this are refused, so a larger difference cannot come from AWS. */
const BELIEVABLE_SKEW_MS = 15 * 60_000;
/** STS's limit for a session token is 4,096 bytes; older ones were larger. */
const LONGEST_TOKEN = 16_384;

/**
 * @param now when the answer arrived, by the broker's clock.
 * @throws BrokerError `sts.bad_response`
 */
export function checkStsAnswer(permit: Permit, answer: StsAnswer, now: Date): TemporaryCredentials {
  const accessKeyId = required('access key id', answer.accessKeyId, /^\w{16,128}$/);
  const secretAccessKey = required('secret access key', answer.secretAccessKey, /^[\x21-\x7e]{1,1024}$/);
  const sessionToken = required('session token', answer.sessionToken, /^[\x21-\x7e]+$/);
  if (sessionToken.length > LONGEST_TOKEN) refuse('the session token is too long');
  const expiresAt = checkedExpiry(permit, answer, now);
  checkSession(permit, answer);
  return new TemporaryCredentials({ accessKeyId, secretAccessKey, sessionToken, expiresAt });
}

function refuse(detail: string): never {
  throw new BrokerError('sts.bad_response', { detail });
}

/** Values go into shells, files and JSON: anything but plain printable characters is not a credential. */
function required(name: string, value: string | undefined, form: RegExp): string {
  if (value === undefined || !form.test(value)) refuse(`the ${name} is missing or malformed`);
  return value;
}

/**
 * STS counts by its own clock, which the answer's Date header shows. Where the two clocks differ, its own
 * is the one that decides when the credentials end.
 */
function checkedExpiry(permit: Permit, { expiresAt, answeredAt }: StsAnswer, now: Date): Date {
  const expiry = expiresAt?.getTime() ?? Number.NaN;
  if (expiresAt === undefined || Number.isNaN(expiry)) refuse('the expiration is missing or malformed');
  const answered = answeredAt?.getTime() ?? now.getTime();
  if (!(Math.abs(answered - now.getTime()) <= BELIEVABLE_SKEW_MS)) refuse('its Date is not believable');
  const life = expiry - answered;
  if (life <= TOLERANCE_MS || life >= permit.durationSeconds * 1_000 + TOLERANCE_MS) {
    refuse(`the expiration is ${Math.round(life / 1_000)} s away, asked were ${permit.durationSeconds} s`);
  }
  return expiresAt;
}

function checkSession(permit: Permit, answer: StsAnswer): void {
  const expected = sessionArnOf(permit);
  if (expected !== undefined && answer.sessionArn !== expected) {
    refuse(`the session is not ${expected}`);
  }
  // Only where one was asked: a source identity that the credential source already carries stays set.
  if (permit.sourceIdentity !== undefined && answer.sourceIdentity !== permit.sourceIdentity) {
    refuse('the source identity is not the one asked for');
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: session ARNs lose the role's path. */
export function sessionArnOf({ account, role, sessionName }: Permit): string | undefined {
  if (sessionName === undefined) return undefined;
  const prefix = `arn:${account.partition}:sts::${account.id}`;
  if (role.grant.method === 'get-federation-token') return `${prefix}:federated-user/${sessionName}`;
  return `${prefix}:assumed-role/${role.roleName.slice(role.roleName.lastIndexOf('/') + 1)}/${sessionName}`;
}
