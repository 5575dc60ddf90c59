/** Our request to sign somebody in (SAML core section 3.4.1), by redirect. */
import type { SignInFlow } from '../../core/ports/stores.ts';
import type { IdpFacts } from './idp-metadata.ts';
import { redirectUrl } from './redirect-binding.ts';
import type { ServiceProvider } from './service-provider.ts';
import { escapeXml, xmlAttributes } from './xml-writer.ts';
import { SAML_ASSERTION, SAML_PROTOCOL } from './xml.ts';

const POST_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

/** Where the browser goes to sign in. */
export async function authnRequestUrl(
  ours: ServiceProvider,
  idp: IdpFacts,
  request: { readonly id: string; readonly flow: SignInFlow },
): Promise<string> {
  const { signRequests } = ours.settings;
  return redirectUrl(
    {
      parameter: 'SAMLRequest',
      xml: authnRequestXml(ours, idp, request),
      destination: idp.ssoUrl,
      relayState: encodeURIComponent(request.flow.id),
    },
    signRequests ? await ours.keys.signing() : undefined,
  );
}

function authnRequestXml(
  ours: ServiceProvider,
  idp: IdpFacts,
  { id, flow }: { readonly id: string; readonly flow: SignInFlow },
): string {
  const attributes = xmlAttributes({
    'xmlns:samlp': SAML_PROTOCOL,
    'xmlns:saml': SAML_ASSERTION,
    ID: id,
    Version: '2.0',
    IssueInstant: ours.clock.now().toISOString(),
    Destination: idp.ssoUrl,
    ForceAuthn: mustProveAnew(ours, flow) ? 'true' : undefined,
    ProtocolBinding: POST_BINDING,
    AssertionConsumerServiceURL: ours.acsUrl,
  });
  return [
    `<samlp:AuthnRequest${attributes}>`,
    `<saml:Issuer>${escapeXml(ours.entityId)}</saml:Issuer>`,
    // No format: the name id is the provider's own choice, and asking for one it lacks ends the sign-in there.
    '<samlp:NameIDPolicy AllowCreate="true"/>',
    requestedContextXml(ours, flow),
    '</samlp:AuthnRequest>',
  ].join('');
}

/**
 * SAML cannot ask for a sign-in of a certain age, only for a new one. Without asking, a person whose session at
 * the provider is older than what we accept would be sent there and refused here again and again.
 */
function mustProveAnew({ settings }: ServiceProvider, { demand }: SignInFlow): boolean {
  return demand?.after !== undefined || settings.maximumAuthenticationAgeSeconds !== undefined;
}

function requestedContextXml({ settings }: ServiceProvider, { demand }: SignInFlow): string {
  const demanded = demand?.contexts ?? [];
  const contexts = demanded.length > 0 ? demanded : settings.requiredContexts;
  if (contexts.length === 0) return '';
  const references = contexts.map(
    (context) => `<saml:AuthnContextClassRef>${escapeXml(context)}</saml:AuthnContextClassRef>`,
  );
  return `<samlp:RequestedAuthnContext Comparison="exact">${references.join('')}</samlp:RequestedAuthnContext>`;
}
