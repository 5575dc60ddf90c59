/** Both identity providers on one port, with a page that says what they are. */
import express, { type Express } from 'express';
import { ASSETS_PATH, createPages, readForm, refuseErrors, serveAssets } from '../pages.ts';
import type { OpenIdClient } from './openid/clients.ts';
import { createOpenIdProvider } from './openid/openid-provider.ts';
import { PEOPLE } from './people.ts';
import { createSamlIdentityProvider } from './saml/saml-identity-provider.ts';
import type { IdentityProviderKeys } from './signing-keys.ts';

interface IdentityProvidersOptions {
  /** Origin by which browsers and the broker reach them. */
  readonly url: string;
  readonly brokerUrl: string;
  /** Origin of the sandbox's AWS, where a sign-in that was on its way to the console ends. */
  readonly awsUrl: string;
  readonly rootDir: string;
  readonly keys: IdentityProviderKeys;
  readonly clients: readonly OpenIdClient[];
  readonly now?: () => Date;
}

export function createIdentityProviders(options: IdentityProvidersOptions): Express {
  const pages = createPages(options.rootDir);
  const now = options.now ?? ((): Date => new Date());
  const { url, brokerUrl, awsUrl, clients, keys } = options;
  const shared = { brokerUrl, formTargets: [brokerUrl, awsUrl], pages, now };
  const app = express();
  app.disable('x-powered-by');
  app.use(ASSETS_PATH, serveAssets(options.rootDir));
  app.use(readForm);
  app.use('/oidc', createOpenIdProvider({ ...shared, issuer: `${url}/oidc`, clients, key: keys.openId }));
  app.use('/saml', createSamlIdentityProvider({ ...shared, url: `${url}/saml`, key: keys.saml }));
  app.get('/', (_request, response) =>
    pages.render(response, 'identity-providers', { url, brokerUrl, people: PEOPLE }),
  );
  app.use((_request, response) => pages.refuse(response, 404, 'There is nothing at this address.'));
  app.use(refuseErrors(pages));
  return app;
}
