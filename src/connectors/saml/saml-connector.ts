/** Sign-in with a SAML 2.0 identity provider: AuthnRequest by redirect, response by POST, both one-time. */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { SamlConnectorSettings } from '../../core/catalogue.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SignInFlow } from '../../core/ports/stores.ts';
import type { ConnectorEnvironment } from '../connector-environment.ts';
import type { Connector, ProvenSignIn, PublishesMetadata } from '../connector.ts';
import { displayText } from '../display-text.ts';
import { runStrategy } from '../run-strategy.ts';
import { authnRequestUrl } from './authn-request.ts';
import { checkAssertion } from './check-assertion.ts';
import { checkResponse, checkStatus, type Expectations } from './check-response.ts';
import { decodeMessage } from './decode-message.ts';
import { MESSAGE_LIMITS, guardMarkup } from './guard-markup.ts';
import { guardSignatures, soleAssertion, type SignedParts } from './guard-signatures.ts';
import type { IdpFacts } from './idp-metadata.ts';
import { createIdpSource } from './idp-source.ts';
import { readAttributes } from './read-attributes.ts';
import { settleSamlSettings, type SamlSettings } from './saml-settings.ts';
import { SamlStrategy, type SignedContent } from './saml-strategy.ts';
import { serviceProviderMetadata } from './service-provider-metadata.ts';
import { serviceProviderOf, type ServiceProvider } from './service-provider.ts';
import { SAML_ASSERTION, isNamed, parseXml } from './xml.ts';

const MAXIMUM_GROUPS = 2_000;

export function createSamlConnector(
  given: SamlConnectorSettings,
  environment: ConnectorEnvironment,
): Connector & PublishesMetadata {
  const settings = settleSamlSettings(given);
  const ours = serviceProviderOf(settings, environment);
  const source = createIdpSource(settings, environment);

  async function start(_request: Request, response: Response, flow: SignInFlow): Promise<void> {
    const request = { id: requestIdOf(flow), flow };
    response.redirect(303, await authnRequestUrl(ours, await source.get(), request));
  }

  async function finish(request: Request, flow: SignInFlow): Promise<ProvenSignIn> {
    if (flow.connectorId !== settings.id || flowIdOf(request) !== flow.id) {
      throw new BrokerError('saml.no_flow');
    }
    const xml = decodeMessage(bodyOf(request)['SAMLResponse']);
    const parts = guardMessage(xml, settings.signed);
    const attempt = (idp: IdpFacts): Promise<ProvenSignIn> =>
      verify(ours, { request, xml, parts, idp, requestId: requestIdOf(flow) });

    const known = await source.get();
    try {
      return await attempt(known);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== 'saml.signature_invalid') throw error;
      // The provider may have changed its key since we read its metadata.
      const newest = await source.refetch();
      if (newest === known) throw error;
      return attempt(newest);
    }
  }

  return {
    id: settings.id,
    kind: 'saml',
    label: settings.label,
    newFlowValues: () => ({ requestId: `_${randomBytes(20).toString('hex')}` }),
    start,
    flowIdOf,
    finish,
    metadata: () => serviceProviderMetadata(ours),
  };
}

function guardMessage(xml: string, signed: SamlSettings['signed']): SignedParts {
  guardMarkup(xml, MESSAGE_LIMITS);
  const response = parseXml(xml);
  checkStatus(response);
  const parts = guardSignatures(response);
  assertSigned(parts, signed);
  return parts;
}

interface Message {
  readonly request: Request;
  readonly xml: string;
  readonly parts: SignedParts;
  readonly idp: IdpFacts;
  readonly requestId: string;
}

async function verify(ours: ServiceProvider, message: Message): Promise<ProvenSignIn> {
  const { request, xml, parts, idp, requestId } = message;
  const expected: Expectations = {
    issuer: idp.entityId,
    audience: ours.entityId,
    acsUrl: ours.acsUrl,
    requestId,
    now: ours.clock.now().getTime(),
    skewMilliseconds: ours.settings.clockSkewSeconds * 1_000,
  };
  checkResponse(parts.response, expected);
  const signedXml = await signedPartOf(request, xml, new SamlStrategy({ ...ours, idp, requestId }));
  return prove(ours.settings, assertionOf(parseXml(signedXml), parts, expected), expected);
}

function bodyOf(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function flowIdOf(request: Request): string | undefined {
  const relayState = bodyOf(request)['RelayState'];
  // The binding allows 80 bytes; whatever is longer is not one of ours.
  return typeof relayState === 'string' && relayState !== '' && relayState.length <= 80
    ? relayState
    : undefined;
}

function requestIdOf(flow: SignInFlow): string {
  const requestId = flow.values['requestId'];
  if (requestId === undefined) throw new BrokerError('saml.no_flow');
  return requestId;
}

function assertSigned(parts: SignedParts, signed: SamlSettings['signed']): void {
  const missing =
    (signed !== 'response' && !parts.assertionSigned) || (signed !== 'assertion' && !parts.responseSigned);
  if (missing) throw new BrokerError('saml.signature_invalid', { detail: 'a required signature is missing' });
}

/** What one of the provider's certificates has signed, of exactly the text that was checked before. */
async function signedPartOf(request: Request, xml: string, strategy: SamlStrategy): Promise<string> {
  const body = { SAMLResponse: Buffer.from(xml, 'utf8').toString('base64') };
  // Whatever the library throws says nothing that may be repeated: it quotes the message.
  const outcome = await runStrategy<SignedContent>({ strategy, request, body }).catch(() => undefined);
  if (outcome?.kind === 'user' && outcome.user.signedXml !== '') return outcome.user.signedXml;
  throw new BrokerError('saml.signature_invalid', { detail: 'no certificate of the provider fits' });
}

/** The assertion among the signed bytes; the wrapper is checked again where it is signed too. */
function assertionOf(signed: Element, parts: SignedParts, expected: Expectations): Element {
  const isAssertion = isNamed(signed, SAML_ASSERTION, 'Assertion');
  // A signature that is there must hold, also where the settings do not ask for it.
  if (isAssertion && parts.responseSigned) {
    throw new BrokerError('saml.signature_invalid', { detail: 'the signature of the response' });
  }
  if (isAssertion) return signed;
  checkResponse(signed, expected);
  return soleAssertion(signed);
}

function prove(settings: SamlSettings, assertion: Element, expected: Expectations): ProvenSignIn {
  const checked = checkAssertion(assertion, expected);
  const attributes = readAttributes(assertion);
  const groups = (attributes.get(settings.groupsAttribute) ?? []).filter((group) => group !== '');
  if (groups.length > MAXIMUM_GROUPS)
    throw new BrokerError('saml.too_complex', { detail: 'too many groups' });
  const displayName = displayText(attributes.get(settings.displayNameAttribute));
  const email = displayText(attributes.get(settings.emailAttribute));
  return {
    identity: {
      connectorId: settings.id,
      subject: checked.subject,
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
      groups,
      attributes,
    },
    authentication: { at: checked.authenticatedAt, contexts: [] },
    spend: [
      {
        scope: `saml-assertion ${expected.issuer}`,
        value: checked.id,
        expiresAt: new Date(checked.notOnOrAfter.getTime() + expected.skewMilliseconds),
      },
    ],
  };
}
