import { BrokerError } from '../../core/errors.ts';

const MAXIMUM_CODE_LENGTH = 4_096;
/** Answers of flows that are never asked for; beside a code they are somebody's attempt. */
const OTHER_FLOWS = ['response', 'id_token', 'access_token', 'token'];

interface CallbackExpectations {
  readonly state: string;
  readonly issuer: string;
  /** RFC 9207 section 2.4: a provider that announces `iss` must send it. */
  readonly issuerAnnounced: boolean;
}

/**
 * The authorization response, judged before anything is sent anywhere.
 *
 * @returns the code.
 * @throws BrokerError `oidc.no_flow`, `oidc.issuer`, `oidc.refused`
 */
export function readCallback(query: URLSearchParams, expected: CallbackExpectations): string {
  if (only(query, 'state') !== expected.state) throw new BrokerError('oidc.no_flow', { detail: 'state' });
  const issuer = only(query, 'iss');
  if (issuer === undefined ? expected.issuerAnnounced : issuer !== expected.issuer) {
    throw new BrokerError('oidc.issuer', { detail: 'iss of the authorization response' });
  }
  if (query.has('error')) throw new BrokerError('oidc.refused', { detail: errorName(query) });
  if (OTHER_FLOWS.some((name) => query.has(name))) {
    throw new BrokerError('oidc.refused', { detail: 'an answer of another flow' });
  }
  const code = only(query, 'code') ?? '';
  if (code === '' || code.length > MAXIMUM_CODE_LENGTH) {
    throw new BrokerError('oidc.refused', { detail: 'no usable code' });
  }
  return code;
}

/** A parameter that is given at most once; which of two counts would be anybody's guess. */
function only(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw new BrokerError('oidc.no_flow', { detail: `${name} stands twice` });
  return value;
}

/** The standard's error names are safe to log; free text of a stranger is not. */
function errorName(query: URLSearchParams): string {
  const name = query.get('error') ?? '';
  return /^[a-z_]{1,40}$/.test(name) ? name : 'an unknown error';
}
