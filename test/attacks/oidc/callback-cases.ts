/** What the browser brings back: O01 state, O03 issuer, O15 code. Refused before anything is sent anywhere. */
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { HostileCase, Stage } from './hostile-case.ts';

type Change = (query: URLSearchParams, stage: Stage) => void;

const of = (row: string, code: ErrorCode, what: string, query: Change): HostileCase => ({
  row,
  what,
  code,
  query,
});
const set =
  (name: string, value: string): Change =>
  (query) =>
    query.set(name, value);
const twice =
  (name: string, value: string): Change =>
  (query) =>
    query.append(name, value);
const without =
  (name: string): Change =>
  (query) =>
    query.delete(name);
const renamed =
  (from: string, to: string): Change =>
  (query) => {
    query.set(to, query.get(from) ?? '');
    query.delete(from);
  };

const STATES: readonly HostileCase[] = [
  of('O01', 'oidc.no_flow', 'no state', without('state')),
  of('O01', 'oidc.no_flow', 'an empty state', set('state', '')),
  of('O01', 'oidc.no_flow', 'a state that nobody gave out', set('state', 'A'.repeat(43))),
  of('O01', 'oidc.no_flow', 'two states, ours first', twice('state', 'A'.repeat(43))),
  of('O01', 'oidc.no_flow', 'the same state twice', (query) =>
    query.append('state', query.get('state') ?? ''),
  ),
  of('O01', 'oidc.no_flow', 'a state of 5 kB', set('state', 'x'.repeat(5_000))),
  of('O01', 'oidc.no_flow', 'a state of every object', set('state', '__proto__')),
  of('O01', 'oidc.no_flow', 'a state with a wildcard', set('state', '%')),
  of('O01', 'oidc.no_flow', 'a state with SQL in it', set('state', "' or '1'='1")),
  of('O01', 'oidc.no_flow', 'a state as a list', renamed('state', 'state[]')),
  of('O01', 'oidc.no_flow', 'a state as a member', renamed('state', 'state[a]')),
  of('O01', 'oidc.no_flow', 'a state in capitals', renamed('state', 'STATE')),
  of('O01', 'oidc.no_flow', 'a padded state', (query) => query.set('state', ` ${query.get('state') ?? ''}`)),
  of('O01', 'oidc.no_flow', 'a state cut short', (query) =>
    query.set('state', query.get('state')?.slice(1) ?? ''),
  ),
];

const ISSUERS: readonly HostileCase[] = [
  of('O03', 'oidc.issuer', 'another issuer', set('iss', 'https://other.example')),
  of('O03', 'oidc.issuer', 'no issuer, though it was announced', without('iss')),
  of('O03', 'oidc.issuer', 'an empty issuer', set('iss', '')),
  of('O03', 'oidc.issuer', 'the issuer with a slash', (query) =>
    query.set('iss', `${query.get('iss') ?? ''}/`),
  ),
  of('O03', 'oidc.issuer', 'the issuer in capitals', (query) =>
    query.set('iss', query.get('iss')?.toUpperCase() ?? ''),
  ),
  of('O03', 'oidc.issuer', 'the issuer of another connector', (query, { world }) =>
    query.set('iss', world.providers.of('other').issuer),
  ),
  of('O03', 'oidc.no_flow', 'two issuers', twice('iss', 'https://other.example')),
  {
    ...of(
      'O03',
      'oidc.issuer',
      'another issuer where none was announced',
      set('iss', 'https://other.example'),
    ),
    connector: 'quiet',
  },
];

const CODES: readonly HostileCase[] = [
  of('O15', 'oidc.refused', 'no code', without('code')),
  of('O15', 'oidc.refused', 'an empty code', set('code', '')),
  of('O15', 'oidc.refused', 'a code of 8 kB', set('code', 'c'.repeat(8_192))),
  of('O15', 'oidc.no_flow', 'two codes', twice('code', 'other')),
  of('O15', 'oidc.refused', 'a code as a list', renamed('code', 'code[]')),
  of('O15', 'oidc.refused', 'a code and an error', set('error', 'access_denied')),
  of('O15', 'oidc.refused', 'a code and an empty error', set('error', '')),
  of('O15', 'oidc.refused', 'an error with markup', set('error', '<script>alert(1)</script>')),
  of('O15', 'oidc.refused', 'an error over lines', set('error', 'a\r\nSet-Cookie: daypass-session=x')),
  of('O15', 'oidc.refused', 'two errors', (query) => {
    query.append('error', 'a');
    query.append('error', 'b');
  }),
  of('O15', 'oidc.refused', 'an ID token of the implicit flow', set('id_token', `${'a'.repeat(40)}.b.c`)),
  of('O15', 'oidc.refused', 'an access token', set('access_token', 'a'.repeat(40))),
  of('O15', 'oidc.refused', 'a signed response (JARM)', set('response', `${'a'.repeat(40)}.b.c`)),
  of('O23', 'oidc.refused', 'that nobody is signed in', set('error', 'login_required')),
  of('O23', 'oidc.refused', 'that the wish was not met', set('error', 'unmet_authentication_requirements')),
];

export const CALLBACK_CASES: readonly HostileCase[] = [...STATES, ...ISSUERS, ...CODES];
