/** Beside Alex, who may do everything: Erin, who may change one account, and Nora, who may read. All come by SAML. */
import { ApiClient } from './api-client.ts';
import { HttpBrowser } from './http-browser.ts';
import { signIn, type AccessFile, type ConnectorId, type TestBroker } from './start-test-broker.ts';

export const DEVELOPMENT = '222233334444';

export function withAdministrators(sandbox: AccessFile): AccessFile {
  return {
    ...sandbox,
    administrators: [
      ...(sandbox.administrators ?? []),
      { connector: 'sandbox-saml', users: ['erin.engel'], accounts: [DEVELOPMENT] },
      { connector: 'sandbox-saml', users: ['nora.quinn'], may: 'read' },
    ],
  };
}

/** A browser in which somebody is signed in. */
export async function visitAs(
  broker: TestBroker,
  person: string,
  connector: ConnectorId = 'sandbox-saml',
): Promise<HttpBrowser> {
  const browser = new HttpBrowser();
  await signIn(browser, broker, { person, connector });
  return browser;
}

export async function clientAs(
  broker: TestBroker,
  person: string,
  connector: ConnectorId = 'sandbox-saml',
): Promise<ApiClient> {
  return ApiClient.ofBrowser(await visitAs(broker, person, connector), broker.baseUrl);
}

/** A second person who may do everything. */
export function withPriya(access: AccessFile): AccessFile {
  const priya = { connector: 'sandbox-saml', users: ['priya.nair'] };
  return { ...access, administrators: [...(access.administrators ?? []), priya] };
}
