/**
 * The query of the HTTP-Redirect binding as octets. The signature covers them as they stand, so a parser that
 * decodes first can be shown one message and made to verify another: names must be plain and stand once.
 */
import { BrokerError } from '../../../core/errors.ts';

const NAMES = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'] as const;
type Name = (typeof NAMES)[number];

export type RedirectQuery = ReadonlyMap<Name, string>;

const MAXIMUM_LENGTH = 65_536;
const MAXIMUM_PARAMETERS = 20;
/** RFC 3986 section 3.4, without what separates parameters. */
const QUERY_TEXT = /^(?:[\w.~!$'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/;

/** Values as they stand, still percent-encoded. @throws BrokerError `saml.malformed`, `saml.too_large` */
export function readRedirectQuery(requestTarget: string): RedirectQuery {
  const start = requestTarget.indexOf('?');
  const text = start === -1 ? '' : requestTarget.slice(start + 1);
  if (text.length > MAXIMUM_LENGTH) throw new BrokerError('saml.too_large');
  const parameters = text.split('&', MAXIMUM_PARAMETERS + 1);
  if (parameters.length > MAXIMUM_PARAMETERS) refuse('too many parameters');
  const query = new Map<Name, string>();
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    if (!/^[\w.-]*$/.test(name)) refuse('a parameter’s name that is not plain');
    if (!isKnown(name)) continue;
    const value = equals === -1 ? '' : parameter.slice(equals + 1);
    if (query.has(name)) refuse(`${name} stands twice`);
    if (!QUERY_TEXT.test(value)) refuse(`${name} is not query text`);
    query.set(name, value);
  }
  return query;
}

/** @throws BrokerError `saml.malformed` */
export function decoded(query: RedirectQuery, name: Name): string {
  try {
    // Not as a form: a bare plus sign is part of base64 here.
    return decodeURIComponent(query.get(name) ?? '');
  } catch {
    return refuse(`${name} is not percent-encoded UTF-8`);
  }
}

function isKnown(name: string): name is Name {
  return (NAMES as readonly string[]).includes(name);
}

function refuse(detail: string): never {
  throw new BrokerError('saml.malformed', { detail });
}
