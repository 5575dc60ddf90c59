/** What came to the logout address, by either binding, before anything of it is believed. */
import type { Request } from 'express';
import { BrokerError } from '../../../core/errors.ts';
import { decodeMessage } from '../decode-message.ts';
import { MAXIMUM_LOGOUT_BYTES, signedRedirectRequest } from './redirect-message.ts';
import { readRedirectQuery } from './redirect-query.ts';
import { signedPostRequest } from './post-message.ts';

export type HeardMessage =
  | { readonly kind: 'answer' }
  | {
      readonly kind: 'request';
      /** As it stands in a query; opaque, to be sent back as it came. */
      readonly relayState: string | undefined;
      /** The signed text. @throws BrokerError `saml.*` */
      verified(certificates: readonly string[]): Promise<string>;
    };

/** The binding allows 80 bytes; providers send more. */
const MAXIMUM_RELAY_STATE = 2_048;

/** @throws BrokerError `saml.malformed`, `saml.too_large` */
export function readHeardMessage(request: Request): HeardMessage {
  const query = readRedirectQuery(request.originalUrl);
  if (request.method !== 'POST') {
    const kind = kindOf(query.has('SAMLRequest'), query.has('SAMLResponse'));
    if (kind === 'answer') return { kind };
    const relayState = bounded(query.get('RelayState'));
    return { kind, relayState, verified: (certificates) => signedRedirectRequest(query, certificates) };
  }
  if (query.size > 0) throw malformed('a posted message with SAML parameters in its address');
  return readPosted(bodyOf(request));
}

function readPosted(body: Readonly<Record<string, unknown>>): HeardMessage {
  const kind = kindOf(Object.hasOwn(body, 'SAMLRequest'), Object.hasOwn(body, 'SAMLResponse'));
  if (kind === 'answer') return { kind };
  const { SAMLRequest: message, RelayState: state } = body;
  if (state !== undefined && typeof state !== 'string') throw malformed('RelayState stands twice');
  if (typeof message === 'string' && message.length > MAXIMUM_LOGOUT_BYTES * 1.5) {
    throw new BrokerError('saml.too_large');
  }
  const xml = decodeMessage(message);
  return {
    kind,
    relayState: bounded(state === undefined ? undefined : encoded(state)),
    verified: (certificates) => Promise.resolve(signedPostRequest(xml, certificates)),
  };
}

function kindOf(isRequest: boolean, isAnswer: boolean): HeardMessage['kind'] {
  // Both at once is how a verifier is shown the one and made to act on the other.
  if (isRequest === isAnswer) throw malformed('not exactly one of SAMLRequest and SAMLResponse');
  return isRequest ? 'request' : 'answer';
}

function bounded(relayState: string | undefined): string | undefined {
  if ((relayState?.length ?? 0) > MAXIMUM_RELAY_STATE) throw new BrokerError('saml.too_large');
  return relayState;
}

function encoded(state: string): string {
  try {
    return encodeURIComponent(state);
  } catch {
    throw malformed('RelayState is not text');
  }
}

function bodyOf(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function malformed(detail: string): BrokerError {
  return new BrokerError('saml.malformed', { detail });
}
