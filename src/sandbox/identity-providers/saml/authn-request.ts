import { inflateRawSync } from 'node:zlib';
import { DOMParser } from '@xmldom/xmldom';
import { isBelow } from '../return-address.ts';

/** What a service provider asked for (SAML 2.0 Core section 3.4.1). */
export interface AuthnRequest {
  readonly id: string;
  /** The service provider's entity id: the Audience of what we answer. */
  readonly issuer: string;
  readonly assertionConsumerServiceUrl: string;
  readonly relayState: string | undefined;
  /** AuthnContextClassRef: one of them is asked for; empty for any. */
  readonly requestedContexts: readonly string[];
}

interface AuthnRequestRules {
  readonly brokerUrl: string;
  readonly ssoUrl: string;
  readonly now: Date;
}

/** Whose text may be shown to whoever sent the request: it speaks of their message alone. */
export class AuthnRequestRefused extends Error {}

export type Binding = 'HTTP-Redirect' | 'HTTP-POST';

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
const POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const MOST_CONTEXTS = 20;
const LONGEST_MESSAGE = 16_384;
const LONGEST_XML = 65_536;
/** SAML 2.0 Bindings section 3.4.3 allows 80 bytes; many send more, as Daypass may one day. */
const LONGEST_RELAY_STATE = 1_024;
const CLOCK_SKEW_MS = 5 * 60_000;

/** @throws AuthnRequestRefused */
export function readAuthnRequest(
  params: URLSearchParams,
  binding: Binding,
  rules: AuthnRequestRules,
): AuthnRequest {
  const root = parse(decode(single(params, 'SAMLRequest') ?? '', binding));
  const id = root.getAttribute('ID') ?? '';
  if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) refuse('its ID is missing or is no XML name');
  if (root.getAttribute('Version') !== '2.0') refuse('its Version is not 2.0');
  const issuedAt = Date.parse(root.getAttribute('IssueInstant') ?? '');
  if (!(Math.abs(rules.now.getTime() - issuedAt) <= CLOCK_SKEW_MS)) {
    refuse('its IssueInstant is more than five minutes away from now');
  }
  const destination = attributeOf(root, 'Destination');
  if (destination !== undefined && destination !== rules.ssoUrl)
    refuse(`its Destination is not ${rules.ssoUrl}`);
  if ((attributeOf(root, 'ProtocolBinding') ?? POST_BINDING) !== POST_BINDING) {
    refuse('it wants an answer by another binding than HTTP-POST');
  }
  if (attributeOf(root, 'IsPassive') === 'true') refuse('it is passive, and nobody stays signed in here');
  const issuer = issuerOf(root);
  if (!isBelow(rules.brokerUrl, issuer)) refuse(`its Issuer is not below ${rules.brokerUrl}/`);
  const acs = attributeOf(root, 'AssertionConsumerServiceURL') ?? '';
  if (!isBelow(rules.brokerUrl, acs))
    refuse(`its AssertionConsumerServiceURL is not below ${rules.brokerUrl}/`);
  const relayState = single(params, 'RelayState');
  if ((relayState?.length ?? 0) > LONGEST_RELAY_STATE) refuse('its RelayState is too long');
  return {
    id,
    issuer,
    assertionConsumerServiceUrl: acs,
    relayState,
    requestedContexts: requestedContextsOf(root),
  };
}

function single(params: URLSearchParams, name: string): string | undefined {
  const values = params.getAll(name);
  if (values.length > 1) refuse(`${name} is there twice`);
  return values[0];
}

function decode(message: string, binding: Binding): string {
  if (message === '') refuse('SAMLRequest is missing');
  if (message.length > LONGEST_MESSAGE) refuse('it is too long');
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(message)) refuse('it is not base64');
  const bytes = Buffer.from(message, 'base64');
  if (binding === 'HTTP-POST') return bytes.toString('utf8');
  try {
    return inflateRawSync(bytes, { maxOutputLength: LONGEST_XML }).toString('utf8');
  } catch {
    return refuse('it is not deflated, or is too long');
  }
}

function parse(xml: string): Element {
  // Neither a document type nor comments, CDATA or instructions have a place in a request; entities least of all.
  if (/<!|<\?(?!xml\s)/.test(xml)) refuse('it holds a document type, comment or instruction');
  const root = documentElementOf(xml);
  const isRequest = root?.localName === 'AuthnRequest' && root.namespaceURI === PROTOCOL;
  return root !== null && isRequest ? root : refuse('it is no AuthnRequest');
}

function documentElementOf(xml: string): Element | null {
  const stop = (message: string): never => {
    throw new SyntaxError(message);
  };
  const parser = new DOMParser({ errorHandler: { warning: stop, error: stop, fatalError: stop } });
  try {
    return parser.parseFromString(xml, 'text/xml').documentElement;
  } catch {
    return refuse('it is not well-formed XML');
  }
}

function attributeOf(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;
}

function issuerOf(root: Element): string {
  const issuers = childrenOf(root, ASSERTION, 'Issuer');
  const text = issuers.length === 1 ? issuers[0]?.textContent.trim() : undefined;
  return text === undefined || text === '' ? refuse('it must have one Issuer') : text;
}

/** SAML 2.0 Core section 3.3.2.2.1; other comparisons than "exact" would need an order of contexts. */
function requestedContextsOf(root: Element): string[] {
  const [requested, second] = childrenOf(root, PROTOCOL, 'RequestedAuthnContext');
  if (requested === undefined) return [];
  if (second !== undefined) refuse('it has two RequestedAuthnContext');
  if ((attributeOf(requested, 'Comparison') ?? 'exact') !== 'exact') {
    refuse('it compares authentication contexts in another way than "exact"');
  }
  const contexts = childrenOf(requested, ASSERTION, 'AuthnContextClassRef');
  if (contexts.length > MOST_CONTEXTS) refuse('it asks for too many authentication contexts');
  return contexts.map(({ textContent }) => textContent.trim());
}

function childrenOf(parent: Element, namespace: string, localName: string): Element[] {
  return Array.from(parent.childNodes)
    .map((node) => node as Element)
    .filter((node) => node.localName === localName && node.namespaceURI === namespace);
}

function refuse(why: string): never {
  throw new AuthnRequestRefused(`The SAML request cannot be answered: ${why}.`);
}
