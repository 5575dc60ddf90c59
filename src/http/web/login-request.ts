/**
 * What `aws login` sends a browser with. A client that is not exactly one of the two, or wants its answer anywhere but
 * on the machine itself, gets none there: it is told here, never by a redirect.
 */
import { LOGIN_CLIENT_IDS } from '../../broker/aws-login.ts';
import type { LoginRequest } from '../../broker/aws-login-approval.ts';
import { BrokerError } from '../../core/errors.ts';

export interface ReceivedLogin extends LoginRequest {
  readonly state: string;
  /** The person carries the code to the client themselves. */
  readonly onOtherDevice: boolean;
  /** As it came, for forms and addresses that bring it along. */
  readonly fields: Readonly<Record<string, string>>;
}

export const AUTHORIZE_PATH = '/v1/authorize';
/** Where the client says that the code is shown. */
export const CONFIRMATION_PATH = '/v1/sessions/confirmation';

const FIELDS = {
  response_type: /^code$/,
  client_id: /^[\x21-\x7e]{1,128}$/,
  state: /^[A-Za-z0-9._~-]{1,256}$/,
  // The client's own name for what RFC 7636 calls S256.
  code_challenge_method: /^SHA-256$/,
  scope: /^openid$/,
  redirect_uri: /^[\x21-\x7e]{1,256}$/,
  code_challenge: /^[A-Za-z0-9_-]{43}$/,
} as const satisfies Record<string, RegExp>;

/** RFC 8252 section 7.3: the address itself, which no name server can point elsewhere, and whatever port was free. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})\/oauth\/callback$/;

/** @throws BrokerError `request.malformed` */
export function readLogin(
  read: (field: string) => unknown,
  { baseUrl, deviceCodes }: { readonly baseUrl: string; readonly deviceCodes: boolean },
): ReceivedLogin {
  const field = (name: keyof typeof FIELDS): string => {
    const value = read(name);
    return typeof value === 'string' && FIELDS[name].test(value)
      ? value
      : refuse(`its ${name} is not one of aws login’s`);
  };
  const fields = Object.fromEntries(
    Object.keys(FIELDS).map((name) => [name, field(name as keyof typeof FIELDS)]),
  );
  const redirectUri = field('redirect_uri');
  const clientId = field('client_id');
  const onOtherDevice = clientId === LOGIN_CLIENT_IDS.otherDevice;
  if (!onOtherDevice && clientId !== LOGIN_CLIENT_IDS.sameDevice) refuse('no such client is known');
  if (onOtherDevice && !deviceCodes) refuse('sign-ins by a code on another device are switched off here');
  const isExpected = onOtherDevice ? redirectUri === baseUrl + CONFIRMATION_PATH : isLoopback(redirectUri);
  if (!isExpected) refuse('it wants its answer at another address than the client’s own');
  return {
    clientId,
    redirectUri,
    codeChallenge: field('code_challenge'),
    state: field('state'),
    onOtherDevice,
    fields,
  };
}

function isLoopback(redirectUri: string): boolean {
  const port = LOOPBACK.exec(redirectUri)?.[1];
  return port !== undefined && Number(port) <= 65_535;
}

function refuse(detail: string): never {
  throw new BrokerError('request.malformed', {
    detail,
    hint: `This is not a request of “aws login” that can be answered: ${detail}.`,
  });
}
