/**
 * The sandbox's SAML identity provider: metadata, single sign-on by HTTP-Redirect and HTTP-POST, a page that
 * asks who one wants to be, and the answer as a form that posts itself. It always asserts its own persistent
 * identifier, whatever NameID format a request prefers, as administrators usually configure it.
 */
import { Router, type Response } from 'express';
import { formOf, queryOf, type Pages } from '../../pages.ts';
import { findPerson, PEOPLE } from '../people.ts';
import { cameWithSecondFactor, SECOND_FACTOR, SECOND_FACTOR_FIELD } from '../second-factor.ts';
import type { SamlKey } from '../signing-keys.ts';
import { AuthnRequestRefused, readAuthnRequest, type AuthnRequest, type Binding } from './authn-request.ts';
import { identityProviderMetadata } from './metadata.ts';
import { samlRefusal, samlResponse } from './response.ts';

interface SamlIdentityProviderOptions {
  /** `{identity providers' URL}/saml`; the entity id and every address are below it. */
  readonly url: string;
  readonly brokerUrl: string;
  /** Where a sign-in may lead at last: Chromium holds the page's `form-action` against every redirect. */
  readonly formTargets: readonly string[];
  readonly key: SamlKey;
  readonly pages: Pages;
  readonly now: () => Date;
}

/** To be mounted at the path of `url`. */
export function createSamlIdentityProvider(options: SamlIdentityProviderOptions): Router {
  const router = Router();
  const metadata = identityProviderMetadata(`${options.url}/metadata`, `${options.url}/sso`, options.key);
  router.get('/metadata', (_request, response) => {
    response.type('application/samlmetadata+xml').send(metadata);
  });
  router.get('/sso', (request, response) =>
    askWho(options, { params: queryOf(request), binding: 'HTTP-Redirect' }, response),
  );
  router.post('/sso', (request, response) =>
    askWho(options, { params: formOf(request), binding: 'HTTP-POST' }, response),
  );
  router.post('/sso/choice', (request, response) => takeChoice(options, formOf(request), response));
  return router;
}

interface Message {
  readonly params: URLSearchParams;
  readonly binding: Binding;
}

async function askWho(
  options: SamlIdentityProviderOptions,
  message: Message,
  response: Response,
): Promise<void> {
  const request = await readOrRefuse(options, message, response);
  if (request === undefined) return;
  await options.pages.render(
    response,
    'choose-person',
    {
      provider: 'SAML 2.0',
      service: new URL(request.assertionConsumerServiceUrl).origin,
      action: `${new URL(options.url).pathname}/sso/choice`,
      // Read again when it comes back: the page is not trusted to have kept it.
      fields: { request: message.params.toString(), binding: message.binding },
      people: PEOPLE,
      secondFactor: {
        field: SECOND_FACTOR_FIELD,
        isAskedFor: request.requestedContexts.includes(SECOND_FACTOR),
      },
    },
    { formTargets: options.formTargets },
  );
}

async function takeChoice(
  options: SamlIdentityProviderOptions,
  form: URLSearchParams,
  response: Response,
): Promise<void> {
  const params = new URLSearchParams(form.get('request') ?? '');
  const binding = form.get('binding') === 'HTTP-POST' ? 'HTTP-POST' : 'HTTP-Redirect';
  const request = await readOrRefuse(options, { params, binding }, response);
  if (request === undefined) return;
  const person = findPerson(form.get('person'));
  if (person === undefined && form.get('person') !== '') {
    return options.pages.refuse(response, 400, 'There is nobody of that name here.');
  }
  const context = { entityId: `${options.url}/metadata`, key: options.key, now: options.now() };
  const xml =
    person === undefined
      ? samlRefusal(request, context)
      : samlResponse(request, { person, secondFactor: cameWithSecondFactor(form) }, context);
  await options.pages.render(
    response,
    'post-form',
    {
      action: request.assertionConsumerServiceUrl,
      fields: {
        SAMLResponse: Buffer.from(xml).toString('base64'),
        ...(request.relayState === undefined ? {} : { RelayState: request.relayState }),
      },
    },
    { formTargets: options.formTargets },
  );
}

async function readOrRefuse(
  options: SamlIdentityProviderOptions,
  { params, binding }: Message,
  response: Response,
): Promise<AuthnRequest | undefined> {
  try {
    const rules = { brokerUrl: options.brokerUrl, ssoUrl: `${options.url}/sso`, now: options.now() };
    return readAuthnRequest(params, binding, rules);
  } catch (error) {
    if (!(error instanceof AuthnRequestRefused)) throw error;
    await options.pages.refuse(response, 400, error.message);
    return undefined;
  }
}
