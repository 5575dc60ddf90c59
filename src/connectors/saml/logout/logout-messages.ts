/** What we say at the end of a session: our own request, and the answer to the provider's. */
import { randomBytes } from 'node:crypto';
import type { ServiceProvider } from '../service-provider.ts';
import { escapeXml, xmlAttributes } from '../xml-writer.ts';
import { SAML_ASSERTION, SAML_PROTOCOL } from '../xml.ts';

const LIFE_MILLISECONDS = 300_000;

/** The keys of a session's `connectorState`, as sign-in leaves them. */
type NamedSession = Readonly<
  Partial<Record<'nameId' | 'nameIdFormat' | 'nameQualifier' | 'spNameQualifier' | 'sessionIndex', string>>
>;

export function logoutRequestXml(
  ours: ServiceProvider,
  destination: string,
  session: NamedSession & { readonly nameId: string },
): string {
  const end = new Date(ours.clock.now().getTime() + LIFE_MILLISECONDS).toISOString();
  const name = xmlAttributes({
    NameQualifier: session.nameQualifier,
    SPNameQualifier: session.spNameQualifier,
    Format: session.nameIdFormat,
  });
  const { sessionIndex } = session;
  return messageXml(ours, {
    element: 'LogoutRequest',
    attributes: { Destination: destination, NotOnOrAfter: end },
    content: [
      `<saml:NameID${name}>${escapeXml(session.nameId)}</saml:NameID>`,
      sessionIndex === undefined ? '' : `<samlp:SessionIndex>${escapeXml(sessionIndex)}</samlp:SessionIndex>`,
    ].join(''),
  });
}

/** Says that the sessions have ended; where they could not be ended, no answer is sent at all. */
export function logoutResponseXml(ours: ServiceProvider, destination: string, inResponseTo: string): string {
  return messageXml(ours, {
    element: 'LogoutResponse',
    attributes: { Destination: destination, InResponseTo: inResponseTo },
    content:
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
  });
}

interface Message {
  readonly element: 'LogoutRequest' | 'LogoutResponse';
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string;
}

function messageXml(ours: ServiceProvider, { element, attributes, content }: Message): string {
  const all = xmlAttributes({
    'xmlns:samlp': SAML_PROTOCOL,
    'xmlns:saml': SAML_ASSERTION,
    ID: `_${randomBytes(20).toString('hex')}`,
    Version: '2.0',
    IssueInstant: ours.clock.now().toISOString(),
    ...attributes,
  });
  const issuer = `<saml:Issuer>${escapeXml(ours.entityId)}</saml:Issuer>`;
  return `<samlp:${element}${all}>${issuer}${content}</samlp:${element}>`;
}
